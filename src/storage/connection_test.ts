import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Turn } from "../base/mod.ts";
import { type Command, Connection, type Query } from "./connection.ts";
import { withPath } from "./testing/support.ts";

/** One connection to a table of unique short texts, and another that sees only what is committed. */
class Fixture implements Disposable {
  readonly failures: unknown[] = [];
  readonly turn = new Turn((error) => this.failures.push(error));
  readonly connection: Connection;
  readonly insert: Command<never>;
  readonly mine: Query<{ text: string }>;
  readonly other: DatabaseSync;

  constructor(path: string) {
    const db = new DatabaseSync(path);
    db.exec("PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 10");
    db.exec("CREATE TABLE words (text TEXT NOT NULL PRIMARY KEY CHECK (length(text) < 10000)) STRICT");
    db.exec(`CREATE TABLE uses (
      word TEXT NOT NULL REFERENCES words (text) DEFERRABLE INITIALLY DEFERRED) STRICT`);
    this.connection = new Connection(db, this.turn);
    this.insert = this.connection.command("INSERT INTO words VALUES (?)");
    this.mine = this.connection.query("SELECT text FROM words ORDER BY text");
    this.other = new DatabaseSync(path);
    this.other.exec("PRAGMA busy_timeout = 10");
  }

  committed(): unknown[] {
    return this.other.prepare("SELECT text FROM words ORDER BY text").all().map((row) => row.text);
  }

  [Symbol.dispose](): void {
    this.connection.close();
    this.other.close();
  }
}

function connectionTest(name: string, body: (fixture: Fixture) => void): void {
  Deno.test(name, () =>
    withPath((path) => {
      using fixture = new Fixture(path);
      body(fixture);
    }));
}

connectionTest("the writes of a turn are seen by its reads at once, by others when it ends", (fixture) => {
  fixture.insert.run("a");
  fixture.insert.run("b");
  assert.deepEqual(fixture.mine.all().map(({ text }) => text), ["a", "b"]);
  assert.deepEqual(fixture.committed(), []);
  fixture.turn.end();
  assert.deepEqual(fixture.committed(), ["a", "b"]);
});

connectionTest(
  "what is left to the end of a turn is written before the commit, also when it closes",
  (fixture) => {
    fixture.connection.lastly(() => fixture.insert.run("b"));
    fixture.insert.run("a");
    assert.deepEqual(fixture.mine.all().map(({ text }) => text), ["a"]);
    fixture.turn.end();
    assert.deepEqual(fixture.committed(), ["a", "b"]);
    fixture.connection.lastly(() => fixture.insert.run("c"));
    fixture.connection.close();
    assert.deepEqual(fixture.committed(), ["a", "b", "c"]);
  },
);

connectionTest(
  "a turn whose last write fails is not committed, and its work is not tried again",
  (fixture) => {
    let attempts = 0;
    fixture.connection.lastly(() => {
      attempts++;
      fixture.insert.run("a");
    });
    fixture.insert.run("a");
    fixture.turn.end();
    assert.equal(fixture.failures.length, 1);
    assert.deepEqual(fixture.committed(), []);
    assert.throws(() => fixture.connection.lastly(() => {}), /Cannot write: an earlier write failed/);
    assert.equal(attempts, 1);
  },
);

connectionTest("what a turn flushes is committed", (fixture) => {
  const seen: unknown[] = [];
  fixture.turn.flush(() => seen.push(...fixture.committed()));
  fixture.insert.run("a");
  fixture.turn.end();
  assert.deepEqual(seen, ["a"]);
});

connectionTest("another process can write between two turns, but not within one", (fixture) => {
  fixture.insert.run("a");
  assert.throws(() => fixture.other.exec("INSERT INTO words VALUES ('b')"), /locked/);
  fixture.turn.end();
  fixture.other.exec("INSERT INTO words VALUES ('b')");
  fixture.insert.run("c");
  fixture.turn.end();
  assert.deepEqual(fixture.committed(), ["a", "b", "c"]);
});

connectionTest("a write that waits too long for another process fails alone", (fixture) => {
  fixture.other.exec("BEGIN IMMEDIATE");
  assert.throws(() => fixture.insert.run("a"), {
    message: "Cannot write: another process does not let go of the database",
  });
  assert.deepEqual(fixture.mine.all(), [], "reading goes on");
  fixture.other.exec("COMMIT");
  fixture.insert.run("b");
  fixture.turn.end();
  assert.deepEqual(fixture.committed(), ["b"]);
  assert.deepEqual(fixture.failures, []);
});

connectionTest("when a statement fails, the other writes of the turn stay", (fixture) => {
  fixture.insert.run("a");
  assert.throws(() => fixture.insert.run("a"), /UNIQUE/);
  assert.throws(() => fixture.insert.run("x".repeat(10_000)), /CHECK/);
  assert.throws(() => fixture.insert.run(Uint8Array.of(1)), /cannot store BLOB/);
  fixture.insert.run("b");
  fixture.turn.end();
  assert.deepEqual(fixture.committed(), ["a", "b"]);
  assert.deepEqual(fixture.failures, []);
});

connectionTest("a full disk fails the turn: nothing of it is kept, flushed or followed", (fixture) => {
  fixture.insert.run("before");
  fixture.turn.end();
  fixture.connection.query("PRAGMA max_page_count = 20").get();
  let flushed = false;
  fixture.turn.flush(() => flushed = true);
  const fill = () => {
    for (let n = 0; n < 100; n++) fixture.insert.run(`${n}`.padEnd(5_000));
  };
  assert.throws(fill, /full/);
  assert.throws(() => fixture.insert.run("after"), {
    message: /^Cannot write: an earlier write failed: .*full/,
  });
  fixture.turn.end();
  assert.equal(flushed, false);
  assert.match(String(fixture.failures), /full/);
  assert.deepEqual(fixture.committed(), ["before"]);
  fixture.connection.close();
  assert.deepEqual(fixture.committed(), ["before"]);
});

connectionTest("a commit that fails fails the turn, and nothing is written any more", (fixture) => {
  let flushed = false;
  fixture.turn.flush(() => flushed = true);
  fixture.insert.run("a");
  fixture.connection.command("INSERT INTO uses VALUES (?)").run("unknown");
  fixture.turn.end();
  assert.equal(flushed, false);
  assert.match(String(fixture.failures), /FOREIGN KEY/);
  assert.throws(() => fixture.insert.run("b"), { message: /^Cannot write: an earlier write failed/ });
  assert.deepEqual(fixture.mine.all(), [], "what is not stored is not read");
  fixture.other.exec("INSERT INTO words VALUES ('c')");
  fixture.connection.close();
  assert.deepEqual(fixture.committed(), ["c"]);
});

connectionTest("close() commits what is open; the turn's end finds nothing left to do", (fixture) => {
  fixture.insert.run("a");
  fixture.connection.close();
  assert.deepEqual(fixture.committed(), ["a"]);
  fixture.turn.end();
  fixture.connection.close();
  assert.deepEqual(fixture.failures, []);
  const closed = { message: "Cannot use the database: it is closed" };
  assert.throws(() => fixture.insert.run("b"), closed);
  assert.throws(() => fixture.mine.get(), closed);
  assert.throws(() => fixture.mine.all(), closed);
});

connectionTest("close() throws when what is open cannot be committed, and closes all the same", (fixture) => {
  fixture.connection.command("INSERT INTO uses VALUES (?)").run("unknown");
  assert.throws(() => fixture.connection.close(), /FOREIGN KEY/);
  assert.throws(() => fixture.mine.all(), /closed/);
  fixture.turn.end();
  assert.deepEqual(fixture.failures, []);
});
