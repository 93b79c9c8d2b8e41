import type { Command, Connection, Query } from "./connection.ts";
import type { RecentStanza, RecentStanzaStore } from "./recent_interfaces.ts";

// A type and not an interface: only a type has the index signature that rows have.
type RecentRow = { readonly digest: string; readonly at_ms: number };

/** What came last from each peer, in the table `recent_stanzas`. */
export class SqliteRecentStanzas {
  readonly #add: Command<never>;
  readonly #remove: Command<never>;
  readonly #list: Query<RecentRow>;

  constructor(db: Connection) {
    this.#add = db.command("INSERT OR REPLACE INTO recent_stanzas VALUES (?, ?, ?)");
    this.#remove = db.command("DELETE FROM recent_stanzas WHERE peer = ? AND digest = ?");
    this.#list = db.query("SELECT digest, at_ms FROM recent_stanzas WHERE peer = ? ORDER BY at_ms");
  }

  /** Those of one peer. */
  of(peer: string): RecentStanzaStore {
    return {
      add: ({ digest, atMs }) => void this.#add.run(peer, digest, Math.round(atMs)),
      remove: (digest) => void this.#remove.run(peer, digest),
      list: (): RecentStanza[] => this.#list.all(peer).map(({ digest, at_ms }) => ({ digest, atMs: at_ms })),
    };
  }
}
