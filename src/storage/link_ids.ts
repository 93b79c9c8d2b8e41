import type { Command, Connection, Query } from "./connection.ts";
import type { LinkIdStore } from "./link_id_interfaces.ts";

// Types and not interfaces: only a type has the index signature that rows have.
type LinkIdRow = { readonly short: string; readonly original: string; readonly owner: string };
type LastRow = { readonly last: number };

/** The ids of all links, in the table `link_ids`. */
export class SqliteLinkIds {
  readonly #byOriginal: Query<LinkIdRow>;
  readonly #byShort: Query<LinkIdRow>;
  readonly #last: Query<LastRow>;
  readonly #add: Command<never>;
  readonly #use: Command<never>;
  readonly #forget: Command<never>;

  constructor(db: Connection) {
    const columns = "SELECT short, original, owner FROM link_ids WHERE peer = ? AND";
    this.#byOriginal = db.query(`${columns} original = ?`);
    this.#byShort = db.query(`${columns} short = ?`);
    this.#last = db.query("SELECT coalesce(max(serial), 0) AS last FROM link_ids WHERE peer = ?");
    this.#add = db.command(
      "INSERT INTO link_ids (peer, short, original, owner, serial) VALUES (?, ?, ?, ?, ?)",
    );
    this.#use = db.command("UPDATE link_ids SET serial = ? WHERE peer = ? AND short = ?");
    this.#forget = db.command("DELETE FROM link_ids WHERE peer = ? AND serial <= ?");
  }

  /** The ids of the link to `peer`. */
  of(peer: string): LinkIdStore {
    // One process at a time gives ids, so what was last is asked for once.
    let last: number | undefined;
    const next = () => last = (last ?? this.#last.get(peer)?.last ?? 0) + 1;
    return {
      byOriginal: (original) => this.#byOriginal.get(peer, original),
      byShort: (short) => this.#byShort.get(peer, short),
      add: ({ short, original, owner }, most) => {
        const serial = next();
        this.#add.run(peer, short, original, owner, serial);
        this.#forget.run(peer, serial - most);
      },
      use: (short) => {
        this.#use.run(next(), peer, short);
      },
    };
  }
}
