/**
 * The first schema.
 *
 * Everything of a user hangs on its account and goes with it, whichever process removes it. `rosters.version`
 * counts the changes clients see; a new roster starts at `roster_start`, which lies above all versions of
 * removed ones, so that no client takes a stale copy of a former account's roster for the new one's.
 * `offline_totals` makes the limits of the offline store a look at one row. `AUTOINCREMENT` because an id,
 * once given, must never come again, not even when its row was the last and is gone. `link_queue` has no
 * index by peer: adding and removing are frequent, listing happens once at start.
 */
export const initial = `
CREATE TABLE accounts (
  username TEXT NOT NULL PRIMARY KEY,
  sha1_salt BLOB NOT NULL,
  sha1_iterations INTEGER NOT NULL,
  sha1_stored_key BLOB NOT NULL,
  sha1_server_key BLOB NOT NULL,
  sha256_salt BLOB NOT NULL,
  sha256_iterations INTEGER NOT NULL,
  sha256_stored_key BLOB NOT NULL,
  sha256_server_key BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rosters (
  owner TEXT NOT NULL PRIMARY KEY REFERENCES accounts (username) ON DELETE CASCADE,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE roster_start (
  version INTEGER NOT NULL
) STRICT;

INSERT INTO roster_start (version) VALUES (0);

CREATE TABLE roster_items (
  owner TEXT NOT NULL REFERENCES accounts (username) ON DELETE CASCADE,
  jid TEXT NOT NULL,
  name TEXT,
  groups_json TEXT NOT NULL,
  subscription TEXT NOT NULL CHECK (subscription IN ('none', 'to', 'from', 'both')),
  ask INTEGER NOT NULL,
  approved INTEGER NOT NULL,
  pending_in TEXT,
  listed INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (owner, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE roster_removals (
  owner TEXT NOT NULL REFERENCES accounts (username) ON DELETE CASCADE,
  jid TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (owner, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE offline_messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  owner TEXT NOT NULL REFERENCES accounts (username) ON DELETE CASCADE,
  xml TEXT NOT NULL,
  received_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX offline_messages_by_owner ON offline_messages (owner);

CREATE TABLE offline_totals (
  owner TEXT NOT NULL PRIMARY KEY REFERENCES accounts (username) ON DELETE CASCADE,
  messages INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE link_queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  peer TEXT NOT NULL,
  xml TEXT NOT NULL,
  received_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
  key TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
`;
