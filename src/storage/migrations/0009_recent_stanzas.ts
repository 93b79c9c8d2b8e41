/**
 * For each peer the stanzas that came last, by their digests, where they may come again (docs/stanag5066.md). `at_ms` is
 * when one came, wall clock.
 */
export const recentStanzas = `
CREATE TABLE recent_stanzas (
  peer TEXT NOT NULL,
  digest TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (peer, digest)
) STRICT, WITHOUT ROWID;
`;
