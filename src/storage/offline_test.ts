import fc from "fast-check";
import assert from "node:assert/strict";
import type { OfflineStore } from "./interfaces.ts";
import { withStorage } from "./testing/support.ts";

const AMPLE = { messages: 100, sizeBytes: 10_000 };

function textsOf(offline: OfflineStore, owner: string): string[] {
  return offline.list(owner).map(({ xml }) => xml);
}

Deno.test("offline messages come back oldest first, each to its owner, with the time they came", () => {
  withStorage(["romeo", "juliet"], ({ offline }) => {
    assert.equal(offline.add("romeo", "<one/>", 30, AMPLE), true);
    assert.equal(offline.add("juliet", "<hers/>", 20, AMPLE), true);
    assert.equal(offline.add("romeo", "<two>ä\u{1F6A2}</two>", 1_700_000_000_000.4, AMPLE), true);
    const kept = offline.list("romeo").map(({ xml, receivedMs }) => [xml, receivedMs]);
    assert.deepEqual(kept, [["<one/>", 30], ["<two>ä\u{1F6A2}</two>", 1_700_000_000_000]]);
    assert.deepEqual(textsOf(offline, "juliet"), ["<hers/>"]);
  });
});

Deno.test("the oldest few can be listed alone", () => {
  withStorage(["romeo"], ({ offline }) => {
    for (const xml of ["<one/>", "<two/>", "<three/>"]) offline.add("romeo", xml, 1, AMPLE);
    for (const [most, found] of [[0, 0], [2, 2], [3, 3], [9, 3]] as const) {
      assert.deepEqual(
        offline.list("romeo", most).map(({ xml }) => xml),
        ["<one/>", "<two/>", "<three/>"].slice(0, found),
      );
    }
  });
});

Deno.test("a message that the database refuses takes nothing of what is allowed", () => {
  withStorage(["romeo"], ({ offline }) => {
    const limits = { messages: 1, sizeBytes: 10 };
    // No integer, so the column does not take it.
    assert.throws(() => offline.add("romeo", "<one/>", Number.NaN, limits), { code: "ERR_SQLITE_ERROR" });
    assert.equal(offline.add("romeo", "<two/>", 1, limits), true);
    assert.deepEqual(textsOf(offline, "romeo"), ["<two/>"]);
  });
});

Deno.test("removing offline messages takes the named ones of that owner only", () => {
  withStorage(["romeo", "juliet"], ({ offline }) => {
    for (const xml of ["<one/>", "<two/>", "<three/>"]) offline.add("romeo", xml, 1, AMPLE);
    offline.add("juliet", "<hers/>", 1, AMPLE);
    const [one = -1, , three = -1] = offline.list("romeo").map(({ id }) => id);
    const [hers = -1] = offline.list("juliet").map(({ id }) => id);
    offline.remove("romeo", [one, three, hers, 999]);
    offline.remove("romeo", []);
    assert.deepEqual(textsOf(offline, "romeo"), ["<two/>"]);
    assert.deepEqual(textsOf(offline, "juliet"), ["<hers/>"]);
  });
});

Deno.test("nothing is kept for a user without an account", () => {
  withStorage([], ({ offline }) => {
    assert.equal(offline.add("romeo", "<one/>", 1, AMPLE), false);
    assert.deepEqual(offline.list("romeo"), []);
  });
});

/** Messages of the named sizes, in octets of UTF-8, and how many of them fit. */
const LIMITS: readonly {
  name: string;
  messages: number;
  sizeBytes: number;
  sizes: number[];
  kept: boolean[];
}[] = [
  { name: "number reached", messages: 2, sizeBytes: 100, sizes: [8, 8, 8], kept: [true, true, false] },
  { name: "number of none", messages: 0, sizeBytes: 100, sizes: [8], kept: [false] },
  { name: "size exactly reached", messages: 9, sizeBytes: 20, sizes: [10, 10, 1], kept: [true, true, false] },
  { name: "size passed by the first", messages: 9, sizeBytes: 20, sizes: [21, 20], kept: [false, true] },
  {
    name: "too big, then small enough",
    messages: 9,
    sizeBytes: 20,
    sizes: [12, 10, 8],
    kept: [true, false, true],
  },
];

for (const { name, messages, sizeBytes, sizes, kept } of LIMITS) {
  Deno.test(`offline limits: ${name}`, () => {
    withStorage(["romeo", "juliet"], ({ offline }) => {
      offline.add("juliet", "x".repeat(15), 1, AMPLE);
      const limits = { messages, sizeBytes };
      // Characters of two octets, so that counting characters fails.
      const texts = sizes.map((size) => "ä".repeat(size / 2) + "x".repeat(size % 2));
      assert.deepEqual(texts.map((xml) => offline.add("romeo", xml, 1, limits)), kept);
      assert.deepEqual(textsOf(offline, "romeo"), texts.filter((_, n) => kept[n]));
    });
  });
}

Deno.test("what the limits count is what is there, whatever was added and removed before", () => {
  const limits = { messages: 4, sizeBytes: 12 };
  const add = fc.nat({ max: 8 }).map((size) => ({ size, drop: -1 }));
  const drop = fc.nat({ max: 4 }).map((drop) => ({ size: 0, drop }));
  fc.assert(fc.property(fc.array(fc.oneof(add, drop), { maxLength: 40 }), (steps) => {
    withStorage(["romeo"], ({ offline }) => {
      for (const { size, drop } of steps) {
        const before = offline.list("romeo");
        if (drop >= 0) {
          offline.remove("romeo", before.slice(0, drop).map(({ id }) => id));
          continue;
        }
        const used = before.reduce((sum, { xml }) => sum + xml.length, 0);
        const fits = before.length < limits.messages && used + size <= limits.sizeBytes;
        assert.equal(offline.add("romeo", "x".repeat(size), 1, limits), fits);
      }
    });
  }));
});
