import fc from "fast-check";
import assert from "node:assert/strict";
import { SqliteAccounts } from "./accounts.ts";
import { Connection } from "./connection.ts";
import { openDatabase } from "./database.ts";
import type { RosterItem, RosterStore } from "./interfaces.ts";
import { ROSTER_VERSIONS_KNOWN, SqliteRosters } from "./rosters.ts";
import { account, item, safeTurn, withStorage } from "./testing/support.ts";

const ITEMS: readonly [string, RosterItem][] = [
  ["bare", item("a@example")],
  ["with a name", item("a@example", { name: "Ärzte & <Söhne>" })],
  ["with an empty name", item("a@example", { name: "" })],
  ["in groups", item("a@example", { groups: ["crew", "bridge", "", 'the "quoted"'] })],
  ["to", item("a@example", { subscription: "to" })],
  ["from", item("a@example", { subscription: "from" })],
  ["both", item("a@example", { subscription: "both" })],
  ["pending out", item("a@example", { ask: true })],
  ["approved", item("a@example", { approved: true })],
  ["pending in", item("a@example", { pendingIn: "<presence type='subscribe'/>" })],
  ["not listed", item("a@example", { pendingIn: "<presence type='subscribe'/>", listed: false })],
];

for (const [name, stored] of ITEMS) {
  Deno.test(`a roster item comes back as it was put: ${name}`, () => {
    withStorage(["romeo"], ({ rosters }) => {
      rosters.put("romeo", item("a@example", { name: "older", groups: ["older"], subscription: "both" }));
      rosters.put("romeo", stored);
      assert.deepEqual(rosters.get("romeo", "a@example"), stored);
      assert.deepEqual(rosters.items("romeo"), [stored]);
      assert.deepEqual([rosters.count("romeo"), rosters.count("juliet")], [1, 0]);
    });
  });
}

Deno.test("rosters of different owners do not touch", () => {
  withStorage(["romeo", "juliet"], ({ rosters }) => {
    rosters.put("romeo", item("a@example", { name: "his" }));
    rosters.put("juliet", item("a@example", { name: "hers" }));
    rosters.remove("romeo", "a@example");
    assert.equal(rosters.get("romeo", "a@example"), undefined);
    assert.equal(rosters.get("juliet", "a@example")?.name, "hers");
    assert.deepEqual([rosters.version("romeo"), rosters.version("juliet")], [2, 1]);
  });
});

Deno.test("a roster without an account cannot be changed", () => {
  withStorage([], ({ rosters }) => {
    const message = 'Cannot change the roster of "romeo": no such account';
    assert.throws(() => rosters.put("romeo", item("a@example")), { message });
    assert.throws(() => rosters.put("romeo", item("a@example", { listed: false })), { message });
    assert.equal(rosters.remove("romeo", "a@example"), undefined);
    assert.equal(rosters.version("romeo"), 0);
  });
});

const A = item("a@example");
const A_HIDDEN = item("a@example", { listed: false });

/** What is done to one roster, and what a client that has version 0 is told afterwards. */
const CHANGES: readonly {
  name: string;
  steps: readonly ((rosters: RosterStore) => number | undefined)[];
  versions: readonly (number | undefined)[];
  changes: readonly [version: number, jid: string, item: RosterItem | undefined][];
}[] = [
  { name: "nothing at all", steps: [], versions: [], changes: [] },
  { name: "an item added", steps: [put(A)], versions: [1], changes: [[1, "a@example", A]] },
  {
    name: "an item changed twice is told once, as it is now",
    steps: [put(item("a@example", { name: "x" })), put(A)],
    versions: [1, 2],
    changes: [[2, "a@example", A]],
  },
  {
    name: "changes of several items, oldest first",
    steps: [put(item("b@example")), put(A), put(item("c@example")), put(item("b@example"))],
    versions: [1, 2, 3, 4],
    changes: [[2, "a@example", A], [3, "c@example", item("c@example")], [4, "b@example", item("b@example")]],
  },
  {
    name: "an item removed",
    steps: [put(A), remove("a@example")],
    versions: [1, 2],
    changes: [[2, "a@example", undefined]],
  },
  {
    name: "an item removed and added again",
    steps: [put(A), remove("a@example"), put(A)],
    versions: [1, 2, 3],
    changes: [[3, "a@example", A]],
  },
  { name: "an unknown item removed", steps: [remove("a@example")], versions: [undefined], changes: [] },
  { name: "an item never listed", steps: [put(A_HIDDEN)], versions: [0], changes: [] },
  {
    name: "an item never listed, changed and removed",
    steps: [put(A_HIDDEN), put(item("a@example", { listed: false, approved: true })), remove("a@example")],
    versions: [0, 0, 0],
    changes: [],
  },
  {
    name: "an item listed later",
    steps: [put(A_HIDDEN), put(A)],
    versions: [0, 1],
    changes: [[1, "a@example", A]],
  },
  {
    name: "an item no longer listed counts as removed",
    steps: [put(A), put(A_HIDDEN)],
    versions: [1, 2],
    changes: [[2, "a@example", undefined]],
  },
  {
    name: "what happens to an item after it is no longer listed is not seen",
    steps: [put(A), put(A_HIDDEN), put(A_HIDDEN), remove("a@example"), put(A_HIDDEN)],
    versions: [1, 2, 2, 2, 2],
    changes: [[2, "a@example", undefined]],
  },
];

function put(changed: RosterItem): (rosters: RosterStore) => number {
  return (rosters) => rosters.put("romeo", changed);
}

function remove(jid: string): (rosters: RosterStore) => number | undefined {
  return (rosters) => rosters.remove("romeo", jid);
}

for (const { name, steps, versions, changes } of CHANGES) {
  Deno.test(`roster versions: ${name}`, () => {
    withStorage(["romeo"], ({ rosters }) => {
      assert.deepEqual(steps.map((step) => step(rosters)), versions);
      const told = rosters.changesSince("romeo", 0);
      assert.deepEqual(told?.map((change) => [change.version, change.jid, change.item]), changes);
      assert.equal(rosters.version("romeo"), versions.at(-1) ?? 0);
    });
  });
}

for (const version of [-1, 3, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
  Deno.test(`changes since version ${version} are not known when the roster is at 2`, () => {
    withStorage(["romeo"], ({ rosters }) => {
      rosters.put("romeo", A);
      rosters.put("romeo", A);
      assert.equal(rosters.changesSince("romeo", version), undefined);
      assert.deepEqual(rosters.changesSince("romeo", 2), []);
    });
  });
}

Deno.test("changes are known as many versions back as the limit says, and removals are forgotten beyond it", () => {
  const connection = new Connection(openDatabase(":memory:"), safeTurn());
  try {
    new SqliteAccounts(connection).create(account("romeo", 1));
    const rosters = new SqliteRosters(connection);
    rosters.put("romeo", item("first@example"));
    rosters.remove("romeo", "first@example");
    for (let n = 0; n < ROSTER_VERSIONS_KNOWN / 2; n++) {
      rosters.put("romeo", item(`${n}@example`));
      rosters.remove("romeo", `${n}@example`);
    }
    const version = rosters.version("romeo");
    assert.equal(version, ROSTER_VERSIONS_KNOWN + 2);
    assert.equal(rosters.changesSince("romeo", version - ROSTER_VERSIONS_KNOWN - 1), undefined);
    const told = rosters.changesSince("romeo", version - ROSTER_VERSIONS_KNOWN);
    assert.equal(told?.length, ROSTER_VERSIONS_KNOWN / 2);
    assert.deepEqual(told[0], { version: 4, jid: "0@example", item: undefined });
    const remembered = connection.query("SELECT count(*) AS n FROM roster_removals").get()?.n;
    assert.equal(remembered, told.length);
  } finally {
    connection.close();
  }
});

Deno.test("no version of a removed account's roster is known in that of a new account of the same name", () => {
  withStorage(["romeo", "juliet"], ({ accounts, rosters }) => {
    for (const name of ["x", "y", "z"]) rosters.put("romeo", item(`${name}@example`));
    rosters.put("juliet", A);
    accounts.remove("romeo");
    accounts.remove("juliet");
    accounts.create(account("romeo", 1));
    assert.equal(rosters.version("romeo"), 0);
    assert.deepEqual(rosters.changesSince("romeo", 0), []);
    assert.equal(rosters.changesSince("romeo", 3), undefined);
    rosters.put("romeo", A_HIDDEN);
    assert.equal(rosters.changesSince("romeo", 3), undefined);
    for (const name of ["x", "y", "z", "a"]) rosters.put("romeo", item(`${name}@example`));
    for (const version of [0, 1, 2, 3]) assert.equal(rosters.changesSince("romeo", version), undefined);
    assert.equal(rosters.changesSince("romeo", rosters.version("romeo") - 2)?.length, 2);
  });
});

Deno.test("a client of any version that applies the changes since then has the roster of now", () => {
  const jid = fc.constantFrom("a@example", "b@example", "c@example");
  const step = fc.record({ jid, action: fc.constantFrom("list", "hide", "remove"), name: fc.string() });
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    withStorage(["romeo"], ({ rosters }) => {
      const copies = new Map<number, Map<string, RosterItem>>([[0, new Map()]]);
      for (const { jid, action, name } of steps) {
        if (action === "remove") rosters.remove("romeo", jid);
        else rosters.put("romeo", item(jid, { name, listed: action === "list" }));
        copies.set(rosters.version("romeo"), seenByClients(rosters));
      }
      assert.equal(copies.size, rosters.version("romeo") + 1);
      for (const [version, copy] of copies) {
        for (const change of rosters.changesSince("romeo", version) ?? assert.fail("not known")) {
          if (change.item === undefined) copy.delete(change.jid);
          else copy.set(change.jid, change.item);
        }
        assert.deepEqual(copy, seenByClients(rosters));
      }
    });
  }));
});

function seenByClients(rosters: RosterStore): Map<string, RosterItem> {
  return new Map(rosters.items("romeo").filter(({ listed }) => listed).map((each) => [each.jid, each]));
}
