import type { Command, Connection, Query } from "./connection.ts";
import type { LinkQueueStore, QueuedStanza } from "./interfaces.ts";

/** Stanzas that wait for a link, in the table `link_queue`. */
export class SqliteLinkQueue implements LinkQueueStore {
  readonly #add: Command<{ id: number }>;
  readonly #remove: Command<never>;
  readonly #list: Query<{ id: number; xml: string; received_ms: number }>;

  readonly #peers: Query<{ peer: string }>;

  constructor(db: Connection) {
    this.#peers = db.query("SELECT DISTINCT peer FROM link_queue ORDER BY peer");
    this.#add = db.command("INSERT INTO link_queue (peer, xml, received_ms) VALUES (?, ?, ?) RETURNING id");
    this.#remove = db.command("DELETE FROM link_queue WHERE id = ? AND peer = ?");
    this.#list = db.query("SELECT id, xml, received_ms FROM link_queue WHERE peer = ? ORDER BY id");
  }

  add(peer: string, xml: string, receivedMs: number): number {
    const added = this.#add.get(peer, xml, Math.round(receivedMs));
    if (added === undefined) throw new Error(`Cannot queue a stanza for "${peer}": SQLite gave no id`);
    return added.id;
  }

  remove(peer: string, ids: readonly number[]): void {
    for (const id of ids) this.#remove.run(id, peer);
  }

  list(peer: string): QueuedStanza[] {
    return this.#list.all(peer).map((row) => ({ id: row.id, xml: row.xml, receivedMs: row.received_ms }));
  }

  peers(): string[] {
    return this.#peers.all().map((row) => row.peer);
  }
}
