/**
 * Authenticated links (docs/link-authentication.md): for each peer the highest epoch that was ever used to send (`out`)
 * and the highest that was ever accepted (`in`). Neither may come again, so neither ever sinks.
 */
export const linkEpochs = `
CREATE TABLE link_epochs (
  peer TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
  epoch INTEGER NOT NULL,
  PRIMARY KEY (peer, direction)
) STRICT, WITHOUT ROWID;
`;
