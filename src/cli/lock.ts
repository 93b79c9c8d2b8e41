import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CommandError } from "./exit.ts";

const LOCK_FILE = "halyard.lock";
/** SQLite's result code where another connection holds the lock. */
const BUSY = 5;

/** The right to serve a data directory. The operating system takes it back when the process ends, however it does. */
export interface DataLock {
  release(): void;
}

/**
 * Takes the right to serve a data directory, which is made when it is not there. The lock is SQLite's, on an empty
 * database of its own: it is never waited for, and works alike on every system and every version of Deno.
 * @throws {CommandError} when another process has it
 */
export function lockDataDirectory(dataDirectory: string): DataLock {
  Deno.mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(join(dataDirectory, LOCK_FILE));
  try {
    db.exec("PRAGMA busy_timeout = 0");
    db.prepare("BEGIN EXCLUSIVE").run();
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw error;
    throw new CommandError(`Cannot start: another server runs on ${dataDirectory}`);
  }
  return { release: () => db.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === BUSY;
}
