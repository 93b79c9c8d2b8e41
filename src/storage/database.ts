import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/mod.ts";

/**
 * How long we wait for another process, which holds the database for one small transaction at a time. The
 * loop stands still meanwhile.
 */
export const BUSY_TIMEOUT_MS = 5_000;

const IN_MEMORY = ":memory:";

/**
 * Opens the database `path`, made if need be, and brings it up to date.
 * @throws {Error} when it cannot; it is closed again then
 */
export function openDatabase(path: string): DatabaseSync {
  if (path !== IN_MEMORY) createPrivately(path);
  const db = new DatabaseSync(path);
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    useWriteAheadLog(db);
    db.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    migrate(db, MIGRATIONS);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** SQLite gives its log and index files the mode of the database file. What exists already keeps its mode. */
function createPrivately(path: string): void {
  Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  Deno.openSync(path, { create: true, append: true, mode: 0o600 }).close();
}

function useWriteAheadLog(db: DatabaseSync): void {
  db.exec("PRAGMA journal_mode = WAL");
  const mode = db.prepare("PRAGMA journal_mode").get()?.journal_mode;
  // A database in memory has nothing to log and says so.
  if (mode !== "wal" && mode !== "memory") {
    throw new Error(`its file system does not allow write-ahead logging (journal mode is ${mode})`);
  }
}
