import type { Command, Connection, Query } from "./connection.ts";
import type { Account, AccountStore, StoredKeys } from "./interfaces.ts";
import { ROSTER_VERSIONS_KNOWN } from "./rosters.ts";

type AccountRow = {
  readonly username: string;
  readonly sha1_salt: Uint8Array;
  readonly sha1_iterations: number;
  readonly sha1_stored_key: Uint8Array;
  readonly sha1_server_key: Uint8Array;
  readonly sha256_salt: Uint8Array;
  readonly sha256_iterations: number;
  readonly sha256_stored_key: Uint8Array;
  readonly sha256_server_key: Uint8Array;
};

/** Accounts, in the table `accounts`. Another process may change them at any time, so nothing is cached. */
export class SqliteAccounts implements AccountStore {
  readonly #get: Query<AccountRow>;
  readonly #has: Query<{ found: number }>;
  readonly #list: Query<{ username: string }>;
  readonly #create: Command<never>;
  readonly #update: Command<never>;
  readonly #raiseRosterStart: Command<never>;
  readonly #remove: Command<never>;

  constructor(db: Connection) {
    this.#get = db.query("SELECT * FROM accounts WHERE username = ?");
    this.#has = db.query("SELECT 1 AS found FROM accounts WHERE username = ?");
    this.#list = db.query("SELECT username FROM accounts ORDER BY username");
    this.#create = db.command(
      "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#update = db.command(`
      UPDATE accounts SET sha1_salt = ?, sha1_iterations = ?, sha1_stored_key = ?, sha1_server_key = ?,
        sha256_salt = ?, sha256_iterations = ?, sha256_stored_key = ?, sha256_server_key = ?
      WHERE username = ?`);
    this.#raiseRosterStart = db.command(`
      UPDATE roster_start SET version = max(roster_start.version, removed.version + ? + 1)
      FROM (SELECT version FROM rosters WHERE owner = ?) AS removed`);
    this.#remove = db.command("DELETE FROM accounts WHERE username = ?");
  }

  get(username: string): Account | undefined {
    const row = this.#get.get(username);
    if (row === undefined) return undefined;
    return {
      username: row.username,
      sha1: {
        salt: row.sha1_salt,
        iterations: row.sha1_iterations,
        storedKey: row.sha1_stored_key,
        serverKey: row.sha1_server_key,
      },
      sha256: {
        salt: row.sha256_salt,
        iterations: row.sha256_iterations,
        storedKey: row.sha256_stored_key,
        serverKey: row.sha256_server_key,
      },
    };
  }

  has(username: string): boolean {
    return this.#has.get(username) !== undefined;
  }

  create(account: Account): boolean {
    return this.#create.run(account.username, ...columnsOf(account.sha1), ...columnsOf(account.sha256)) > 0;
  }

  update(account: Account): boolean {
    return this.#update.run(...columnsOf(account.sha1), ...columnsOf(account.sha256), account.username) > 0;
  }

  remove(username: string): boolean {
    this.#raiseRosterStart.run(ROSTER_VERSIONS_KNOWN, username);
    return this.#remove.run(username) > 0;
  }

  list(): string[] {
    return this.#list.all().map((row) => row.username);
  }
}

function columnsOf(keys: StoredKeys): [Uint8Array, number, Uint8Array, Uint8Array] {
  return [keys.salt, keys.iterations, keys.storedKey, keys.serverKey];
}
