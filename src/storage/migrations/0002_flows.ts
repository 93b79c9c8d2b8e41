/**
 * Links in profile `halyard`: for each peer and direction where the flow stands, and the texts that may have to be sent
 * again, compared with a repetition, or used to continue compression. `mark` is the number acknowledged (`out`) or
 * received (`in`); `sent` is the highest number given out, 0 for `in`.
 */
export const flows = `
CREATE TABLE flows (
  peer TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
  incarnation BLOB NOT NULL,
  mark INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  base INTEGER NOT NULL,
  PRIMARY KEY (peer, direction)
) STRICT, WITHOUT ROWID;

CREATE TABLE flow_texts (
  peer TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
  number INTEGER NOT NULL,
  text BLOB NOT NULL,
  PRIMARY KEY (peer, direction, number)
) STRICT, WITHOUT ROWID;
`;
