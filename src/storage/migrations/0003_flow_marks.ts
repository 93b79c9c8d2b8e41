/**
 * Block carriers: `confirmed` is the highest number of which a carrier said that it has brought it over (`out`; at least
 * `mark` counts), so that a restart does not send all that waits for an acknowledgement again. `retired` holds the last
 * incarnations that ended (`in`), four octets each: a block of one may still be under way.
 */
export const flowMarks = `
ALTER TABLE flows ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE flows ADD COLUMN retired BLOB NOT NULL DEFAULT x'';
`;
