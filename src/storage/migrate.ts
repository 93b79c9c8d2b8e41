import type { DatabaseSync } from "node:sqlite";
import { errorText } from "../base/mod.ts";

/**
 * Brings `db` to the version that `migrations` lead to, each step in a transaction of its own.
 * Several processes may do so at once: the version is read again under the write lock.
 * @param migrations SQL of the steps; step N, counted from 1, leads from version N - 1 to N
 * @throws {Error} when the database is newer than the program, or a step fails; the failed step leaves no
 * trace
 */
export function migrate(db: DatabaseSync, migrations: readonly string[]): void {
  const version = versionOf(db);
  if (version > migrations.length) {
    throw new Error(
      `the database has version ${version}, this program knows versions up to ${migrations.length}; ` +
        "use a newer program",
    );
  }
  for (let step = version + 1; step <= migrations.length; step++) {
    takeStep(db, step, migrations[step - 1] ?? "");
  }
}

function takeStep(db: DatabaseSync, step: number, sql: string): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    if (versionOf(db) < step) {
      db.exec(sql);
      db.exec(`PRAGMA user_version = ${step}`);
    }
    db.exec("COMMIT");
  } catch (error) {
    rollBack(db);
    throw new Error(`migration to version ${step} failed: ${errorText(error)}`, { cause: error });
  }
}

/** Ends the open transaction without keeping it; harmless when SQLite has already done so by itself. */
export function rollBack(db: DatabaseSync): void {
  try {
    db.exec("ROLLBACK");
  } catch {
    // "no transaction is active": serious errors (a full disk) have ended it.
  }
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.user_version);
}
