import { Buffer } from "node:buffer";
import type { Command, Connection, Query } from "./connection.ts";
import type { OfflineLimits, OfflineMessage, OfflineStore } from "./interfaces.ts";

type MessageRow = { readonly id: number; readonly xml: string; readonly received_ms: number };

/** No limit, as SQLite has it. */
const ALL = -1;

/** Messages for users who are away, in `offline_messages`; their number and size per user in `offline_totals`. */
export class SqliteOffline implements OfflineStore {
  readonly #reserve: Command<{ messages: number }>;
  readonly #add: Command<never>;
  readonly #list: Query<MessageRow>;
  readonly #remove: Command<{ size_bytes: number }>;
  readonly #release: Command<never>;

  constructor(db: Connection) {
    this.#reserve = db.command(`
      INSERT INTO offline_totals (owner, messages, size_bytes)
      SELECT username, 1, ? FROM accounts WHERE username = ?
      ON CONFLICT DO UPDATE SET messages = messages + 1, size_bytes = size_bytes + excluded.size_bytes
      WHERE messages < ? AND size_bytes + excluded.size_bytes <= ?
      RETURNING messages`);
    this.#add = db.command("INSERT INTO offline_messages (owner, xml, received_ms) VALUES (?, ?, ?)");
    this.#list = db.query(
      "SELECT id, xml, received_ms FROM offline_messages WHERE owner = ? ORDER BY id LIMIT ?",
    );
    this.#remove = db.command(
      "DELETE FROM offline_messages WHERE owner = ? AND id = ? RETURNING octet_length(xml) AS size_bytes",
    );
    this.#release = db.command(
      "UPDATE offline_totals SET messages = messages - ?, size_bytes = size_bytes - ? WHERE owner = ?",
    );
  }

  add(owner: string, xml: string, receivedMs: number, limits: OfflineLimits): boolean {
    const sizeBytes = Buffer.byteLength(xml);
    // The statement compares with what is there already; where nothing is, this is the whole comparison.
    if (limits.messages < 1 || sizeBytes > limits.sizeBytes) return false;
    const reserved = this.#reserve.get(sizeBytes, owner, limits.messages, limits.sizeBytes);
    if (reserved === undefined) return false;
    try {
      this.#add.run(owner, xml, Math.round(receivedMs));
    } catch (error) {
      // The turn's transaction goes on, with the reservation in it.
      this.#release.run(1, sizeBytes, owner);
      throw error;
    }
    return true;
  }

  list(owner: string, most = ALL): OfflineMessage[] {
    return this.#list.all(owner, most).map((row) => ({
      id: row.id,
      xml: row.xml,
      receivedMs: row.received_ms,
    }));
  }

  remove(owner: string, ids: readonly number[]): void {
    const removed = ids.map((id) => this.#remove.get(owner, id)).filter((row) => row !== undefined);
    if (removed.length === 0) return;
    const sizeBytes = removed.reduce((sum, row) => sum + row.size_bytes, 0);
    this.#release.run(removed.length, sizeBytes, owner);
  }
}
