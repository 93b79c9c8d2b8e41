/**
 * Answers of the far side that are kept on the near side (`src/cache`), and the vCards of our own users (XEP-0054).
 * `cached_answers` is in no relation to the accounts: what may be shown to whom is decided anew each time.
 */
export const caches = `
CREATE TABLE cached_answers (
  peer TEXT NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  address TEXT NOT NULL,
  xml TEXT NOT NULL,
  tag TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  PRIMARY KEY (peer, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE vcards (
  owner TEXT NOT NULL PRIMARY KEY REFERENCES accounts (username) ON DELETE CASCADE,
  xml TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX roster_items_by_jid ON roster_items (jid);
`;
