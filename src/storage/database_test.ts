import assert from "node:assert/strict";
import { BUSY_TIMEOUT_MS, openDatabase } from "./database.ts";
import { MIGRATIONS } from "./migrations/mod.ts";
import { withPath } from "./testing/support.ts";

/** Mode bits of a file or directory. */
function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}

Deno.test({
  name: "directory and files are made for their owner alone",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withPath((path) => {
      const db = openDatabase(`${path}/data/halyard.db`);
      assert.equal(modeOf(`${path}/data`), 0o700);
      for (const suffix of ["", "-wal", "-shm"]) {
        assert.equal(modeOf(`${path}/data/halyard.db${suffix}`), 0o600);
      }
      db.close();
    }),
});

/** SQLite's numbers: `synchronous` 2 is FULL. */
const PRAGMAS: readonly [name: string, column: string, value: string | number][] = [
  ["journal_mode", "journal_mode", "wal"],
  ["synchronous", "synchronous", 2],
  ["foreign_keys", "foreign_keys", 1],
  ["busy_timeout", "timeout", BUSY_TIMEOUT_MS],
];

for (const [name, column, value] of PRAGMAS) {
  Deno.test(`a database is opened with ${name} at ${value}, the second time too`, () =>
    withPath((path) => {
      for (const _ of [1, 2]) {
        const db = openDatabase(path);
        assert.equal(db.prepare(`PRAGMA ${name}`).get()?.[column], value);
        db.close();
      }
    }));
}

Deno.test("a database newer than the program is refused, and both versions are named", () =>
  withPath((path) => {
    const db = openDatabase(path);
    db.exec("PRAGMA user_version = 99");
    db.close();
    assert.throws(() => openDatabase(path), {
      message: "the database has version 99, this program knows versions up to " +
        `${MIGRATIONS.length}; use a newer program`,
    });
  }));

Deno.test("a file that is no database is refused and left alone", () =>
  withPath((path) => {
    const text = "domain: ship.example\n".repeat(100);
    Deno.writeTextFileSync(path, text);
    assert.throws(() => openDatabase(path), { message: "file is not a database" });
    assert.equal(Deno.readTextFileSync(path), text);
  }));
