import type { Command, Connection, Query } from "./connection.ts";
import type { SettingStore } from "./interfaces.ts";

/** Small values of the server itself, in the table `settings`. */
export class SqliteSettings implements SettingStore {
  readonly #get: Query<{ value: Uint8Array }>;
  readonly #set: Command<never>;

  constructor(db: Connection) {
    this.#get = db.query("SELECT value FROM settings WHERE key = ?");
    this.#set = db.command("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)");
  }

  get(key: string): Uint8Array | undefined {
    return this.#get.get(key)?.value;
  }

  set(key: string, value: Uint8Array): void {
    this.#set.run(key, value);
  }
}
