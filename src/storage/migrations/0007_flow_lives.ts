/** For each peer the octet by which this side last named the life of its process (docs/link-protocol.md section 1). */
export const flowLives = `
CREATE TABLE flow_lives (
  peer TEXT NOT NULL PRIMARY KEY,
  process INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
