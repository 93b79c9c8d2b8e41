import type { Command, Connection, Query } from "./connection.ts";
import type { AnswerStore, CachedAnswer } from "./interfaces.ts";

// A type and not an interface: only a type has the index signature that rows have.
type AnswerRow = {
  readonly key: string;
  readonly kind: string;
  readonly address: string;
  readonly tag: string;
  readonly size_bytes: number;
  readonly expires_ms: number;
};

/** Answers kept on the near side, in the table `cached_answers`. */
export class SqliteAnswers implements AnswerStore {
  readonly #put: Command<never>;
  readonly #read: Query<{ xml: string }>;
  readonly #remove: Command<never>;
  readonly #list: Query<AnswerRow>;

  constructor(db: Connection) {
    this.#put = db.command("INSERT OR REPLACE INTO cached_answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    this.#read = db.query("SELECT xml FROM cached_answers WHERE peer = ? AND key = ?");
    this.#remove = db.command("DELETE FROM cached_answers WHERE peer = ? AND key = ?");
    this.#list = db.query(
      "SELECT key, kind, address, tag, size_bytes, expires_ms FROM cached_answers WHERE peer = ? " +
        "ORDER BY expires_ms",
    );
  }

  put(peer: string, answer: CachedAnswer, xml: string): void {
    const { key, kind, address, tag, sizeBytes, expiresMs } = answer;
    this.#put.run(peer, key, kind, address, xml, tag, sizeBytes, Math.round(expiresMs));
  }

  read(peer: string, key: string): string | undefined {
    return this.#read.get(peer, key)?.xml;
  }

  remove(peer: string, keys: readonly string[]): void {
    for (const key of keys) this.#remove.run(peer, key);
  }

  list(peer: string): CachedAnswer[] {
    return this.#list.all(peer).map(({ size_bytes, expires_ms, ...row }) => ({
      ...row,
      sizeBytes: size_bytes,
      expiresMs: expires_ms,
    }));
  }
}
