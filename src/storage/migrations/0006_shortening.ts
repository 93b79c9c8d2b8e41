/**
 * Semantic shortening (docs/link-protocol.md sections 4, 11 and 12). `coding` is how a flow is coded since its last cold
 * opening. `link_ids` holds for each peer the ids of local clients, those by which they cross, and whose they are; `serial` rises with
 * each use, so that the least falls out first.
 */
export const shortening = `
ALTER TABLE flows ADD COLUMN coding INTEGER NOT NULL DEFAULT 1;

CREATE TABLE link_ids (
  peer TEXT NOT NULL,
  short TEXT NOT NULL,
  original TEXT NOT NULL,
  owner TEXT NOT NULL,
  serial INTEGER NOT NULL,
  PRIMARY KEY (peer, short)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX link_ids_by_original ON link_ids (peer, original);
CREATE UNIQUE INDEX link_ids_by_serial ON link_ids (peer, serial);
`;
