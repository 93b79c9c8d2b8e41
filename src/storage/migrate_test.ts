import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/mod.ts";
import { openStorage } from "./sqlite.ts";
import { account, item, safeTurn, withPath } from "./testing/support.ts";

const STEPS = [
  "CREATE TABLE words (text TEXT) STRICT; INSERT INTO words VALUES ('one')",
  "ALTER TABLE words ADD COLUMN size INTEGER; UPDATE words SET size = length(text)",
  "UPDATE words SET size = size + 1",
];

function withDatabase(body: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(":memory:");
  try {
    body(db);
  } finally {
    db.close();
  }
}

function versionOf(db: DatabaseSync): unknown {
  return db.prepare("PRAGMA user_version").get()?.user_version;
}

for (const older of [0, 1, 2, 3]) {
  Deno.test(`migrating from version ${older} of 3 takes the steps that are missing, once`, () => {
    withDatabase((db) => {
      migrate(db, STEPS.slice(0, older));
      assert.equal(versionOf(db), older);
      migrate(db, STEPS);
      migrate(db, STEPS);
      assert.equal(versionOf(db), 3);
      assert.deepEqual({ ...db.prepare("SELECT * FROM words").get() }, { text: "one", size: 4 });
    });
  });
}

Deno.test("a migration that fails leaves the database as the step before left it", () => {
  withDatabase((db) => {
    const broken = [STEPS[0] ?? "", "INSERT INTO words VALUES ('two'); INSERT INTO nowhere VALUES (1)"];
    assert.throws(() => migrate(db, broken), {
      message: /^migration to version 2 failed: no such table: nowhere/,
    });
    assert.equal(versionOf(db), 1);
    assert.deepEqual(db.prepare("SELECT text FROM words").all().map((row) => row.text), ["one"]);
    migrate(db, STEPS);
    assert.equal(versionOf(db), 3);
  });
});

const FIRST_SAMPLE =
  `INSERT INTO accounts VALUES ('romeo', x'010001', 4097, x'010002', x'010003', x'650001', 4197, x'650002', x'650003');
   INSERT INTO rosters VALUES ('romeo', 2);
   INSERT INTO roster_items VALUES ('romeo', 'a@example', NULL, '["crew"]', 'both', 0, 0, NULL, 1, 1);
   INSERT INTO roster_removals VALUES ('romeo', 'b@example', 2);
   INSERT INTO offline_messages VALUES (5, 'romeo', '<message/>', 30);
   INSERT INTO offline_totals VALUES ('romeo', 1, 10);
   INSERT INTO link_queue VALUES (7, 'shore', '<presence/>', 40);
   INSERT INTO settings VALUES ('secret', x'0102')`;

const SECOND_SAMPLE = `${FIRST_SAMPLE};
   INSERT INTO flows (peer, direction, incarnation, mark, sent, base) VALUES ('shore', 'out', x'01020304', 3, 4, 1);
   INSERT INTO flow_texts VALUES ('shore', 'out', 4, x'3c6d2f3e')`;

const THIRD_SAMPLE = `${SECOND_SAMPLE};
   UPDATE flows SET confirmed = 4, retired = x'05060708' WHERE direction = 'out'`;

const FOURTH_SAMPLE = `${THIRD_SAMPLE};
   INSERT INTO link_epochs VALUES ('shore', 'in', 1793000000)`;

const FIFTH_SAMPLE = `${FOURTH_SAMPLE};
   INSERT INTO cached_answers VALUES ('shore', 'k', 'vcard', 'a@example', '<iq/>', '', 5, 50);
   INSERT INTO vcards VALUES ('romeo', '<vCard/>')`;

const SIXTH_SAMPLE = `${FIFTH_SAMPLE};
   UPDATE flows SET coding = 2;
   INSERT INTO link_ids VALUES ('shore', 'Abcdefgh-1', 'c4c1d6a0', 'romeo@ship.example', 1)`;

const SEVENTH_SAMPLE = `${SIXTH_SAMPLE};
   INSERT INTO flow_lives VALUES ('shore', 250)`;

const EIGHTH_SAMPLE = `${SEVENTH_SAMPLE};
   INSERT INTO remote_presence VALUES ('a@example', 'home', '<presence/>', 60);
   INSERT INTO remote_domains VALUES ('example', 1, 70)`;

/** Rows as a program of version N left them, for each N there ever was. */
const SAMPLES: readonly string[] = [
  FIRST_SAMPLE,
  SECOND_SAMPLE,
  THIRD_SAMPLE,
  FOURTH_SAMPLE,
  FIFTH_SAMPLE,
  SIXTH_SAMPLE,
  SEVENTH_SAMPLE,
  EIGHTH_SAMPLE,
  `${EIGHTH_SAMPLE};
   INSERT INTO recent_stanzas VALUES ('shore', 'd', 80)`,
];

Deno.test("there is a sample of each version", () => {
  assert.equal(SAMPLES.length, MIGRATIONS.length);
});

for (const [n, sample] of SAMPLES.entries()) {
  Deno.test(`a database of version ${n + 1} opens with all that it held`, () =>
    withPath((path) => {
      const db = new DatabaseSync(path);
      migrate(db, MIGRATIONS.slice(0, n + 1));
      db.exec(sample);
      db.close();

      const storage = openStorage({ path, turn: safeTurn() });
      try {
        const crew = item("a@example", { groups: ["crew"], subscription: "both" });
        assert.deepEqual(storage.accounts.get("romeo"), account("romeo", 1));
        assert.deepEqual(storage.rosters.items("romeo"), [crew]);
        assert.deepEqual(storage.rosters.changesSince("romeo", 0), [
          { version: 1, jid: "a@example", item: crew },
          { version: 2, jid: "b@example", item: undefined },
        ]);
        assert.deepEqual(storage.offline.list("romeo"), [{ id: 5, xml: "<message/>", receivedMs: 30 }]);
        assert.equal(storage.flows("shore").sender.load()?.record.sent, n === 0 ? undefined : 4);
        assert.equal(
          storage.flows("shore").sender.load()?.record.coding,
          n === 0 ? undefined : n < 5 ? 1 : 2,
        );
        assert.equal(
          storage.linkIds("shore").byOriginal("c4c1d6a0")?.short,
          n < 5 ? undefined : "Abcdefgh-1",
        );
        assert.equal(storage.flows("shore").beginLife((last = 9) => last), n < 6 ? 9 : 250);
        assert.equal(storage.linkEpochs("shore").load().in, n < 3 ? 0 : 1_793_000_000);
        assert.deepEqual(storage.linkQueue.list("shore"), [{ id: 7, xml: "<presence/>", receivedMs: 40 }]);
        assert.equal(storage.presence.list().length, n < 7 ? 0 : 1);
        assert.equal(storage.recentStanzas("shore").list().length, n < 8 ? 0 : 1);
        assert.equal(storage.vcards.get("romeo"), n < 4 ? undefined : "<vCard/>");
        assert.equal(storage.answers.read("shore", "k"), n < 4 ? undefined : "<iq/>");
        assert.deepEqual(storage.settings.get("secret"), Uint8Array.of(1, 2));
      } finally {
        storage.close();
      }
    }));
}
