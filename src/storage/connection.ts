import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Turn } from "../base/mod.ts";
import { rollBack } from "./migrate.ts";

/** A row as a statement gives it; the tables are STRICT, so the types of the columns hold. */
export type Row = Record<string, string | number | Uint8Array | null>;

/**
 * A statement that only reads. It sees what the current turn has written. Parameters are plain `?`, one value
 * each: numbered ones are not understood by Deno 2.5, named ones are slow.
 */
export interface Query<R extends Row> {
  get(...values: SQLInputValue[]): R | undefined;
  all(...values: SQLInputValue[]): R[];
}

/** A statement that writes; it joins the turn's transaction. */
export interface Command<R extends Row> {
  /** @returns how many rows it changed */
  run(...values: SQLInputValue[]): number;
  /** The first row of its `RETURNING` clause. */
  get(...values: SQLInputValue[]): R | undefined;
}

/** Primary result codes of SQLite. */
const BUSY = 5, TOO_BIG = 18, CONSTRAINT = 19, MISMATCH = 20;

/**
 * Errors that concern one statement only; undefined are those of the binding, for instance a value of no SQLite
 * type. After any other (disk full, read or write failed, out of memory) SQLite may have rolled back the whole
 * transaction.
 */
const STATEMENT_ERRORS: readonly (number | undefined)[] = [undefined, TOO_BIG, CONSTRAINT, MISMATCH];

/**
 * A database whose writes are committed once per turn.
 *
 * The first write of a turn takes the write lock and registers the commit with the turn; the others join.
 * Another process waits for the lock no longer than such a turn lasts, and we for it no longer than
 * `busy_timeout`.
 */
export class Connection {
  readonly #db: DatabaseSync;
  readonly #turn: Turn;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #writing = false;
  /** What is left to be written before the commit. */
  #last: (() => void)[] = [];
  #closed = false;
  #failure: Error | undefined;

  /** @param db open and migrated; this object closes it */
  constructor(db: DatabaseSync, turn: Turn) {
    this.#db = db;
    this.#turn = turn;
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
  }

  /** Prepares a statement that only reads. */
  query<R extends Row>(sql: string): Query<R> {
    const statement = this.#db.prepare(sql);
    return {
      get: (...values) => {
        this.#assertUsable();
        return statement.get(...values) as R | undefined;
      },
      all: (...values) => {
        this.#assertUsable();
        return statement.all(...values) as R[];
      },
    };
  }

  /**
   * Prepares a statement that writes. When it fails, the error goes to its caller and what the turn wrote
   * before stays, unless the failure is one that may have undone it: then every later write, and the commit,
   * fail too.
   */
  command<R extends Row = never>(sql: string): Command<R> {
    const statement = this.#db.prepare(sql);
    return {
      run: (...values) => this.#write(() => Number(statement.run(...values).changes)),
      get: (...values) => this.#write(() => statement.get(...values) as R | undefined),
    };
  }

  /**
   * Has `work` write when the turn ends, just before the commit: for what changes many times in a turn, and of which
   * only the last state counts. It joins the turn's transaction, which begins now.
   */
  lastly(work: () => void): void {
    this.#assertWritable();
    this.#last.push(work);
  }

  /**
   * Commits what is open and closes. Closing again does nothing.
   * @throws {Error} when the commit fails; it is closed all the same
   */
  close(): void {
    if (this.#closed) return;
    try {
      this.#end();
    } finally {
      this.#closed = true;
      this.#db.close();
    }
  }

  /** A statement of a closed database is not an error to every version of Deno: 2.5 crashes. */
  #assertUsable(): void {
    if (this.#closed) throw new Error("Cannot use the database: it is closed");
  }

  /** From here on a transaction is open. */
  #assertWritable(): void {
    this.#assertUsable();
    if (this.#failure !== undefined) {
      throw new Error(`Cannot write: an earlier write failed: ${this.#failure.message}`, {
        cause: this.#failure,
      });
    }
    if (!this.#writing) this.#start();
  }

  #write<T>(statement: () => T): T {
    this.#assertWritable();
    try {
      return statement();
    } catch (error) {
      if (!STATEMENT_ERRORS.includes(errorCode(error))) this.#fail(error);
      throw error;
    }
  }

  #start(): void {
    try {
      this.#begin.run();
    } catch (error) {
      if (errorCode(error) !== BUSY) throw error;
      throw new Error("Cannot write: another process does not let go of the database", { cause: error });
    }
    this.#writing = true;
    this.#turn.commit(() => this.#end());
  }

  #end(): void {
    if (!this.#writing) return;
    const last = this.#last.splice(0);
    try {
      if (this.#failure !== undefined) throw this.#failure;
      for (const work of last) work();
      this.#commit.run();
    } catch (error) {
      throw this.#failure ?? this.#fail(error);
    } finally {
      this.#writing = false;
    }
  }

  /** From here on nothing is written any more: what the turn wrote before is lost, in whole or in part. */
  #fail(cause: unknown): Error {
    rollBack(this.#db);
    this.#failure = cause instanceof Error ? cause : new Error(String(cause));
    return this.#failure;
  }
}

/** SQLite's primary result code, where `error` is one of SQLite's. */
function errorCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}
