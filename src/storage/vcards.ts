import type { Command, Connection, Query } from "./connection.ts";
import type { VcardStore } from "./interfaces.ts";

/** Our users' vCards, in the table `vcards`. */
export class SqliteVcards implements VcardStore {
  readonly #get: Query<{ xml: string }>;
  readonly #put: Command<never>;

  constructor(db: Connection) {
    this.#get = db.query("SELECT xml FROM vcards WHERE owner = ?");
    this.#put = db.command(
      "INSERT OR REPLACE INTO vcards (owner, xml) SELECT username, ? FROM accounts WHERE username = ?",
    );
  }

  get(owner: string): string | undefined {
    return this.#get.get(owner)?.xml;
  }

  put(owner: string, xml: string): boolean {
    return this.#put.run(xml, owner) > 0;
  }
}
