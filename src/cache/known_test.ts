import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { AnswerStore } from "../storage/mod.ts";
import { withStorage } from "../storage/testing/support.ts";
import { KnownAnswers } from "./known.ts";

const answer = (key: string, address = "juliet@shore.example/home", tag = "", expiresMs = 100) => ({
  key,
  kind: "client-info",
  address,
  tag,
  expiresMs,
});
const LIMITS = { entries: 3, sizeBytes: 1_000, keepsOld: false };

function withKnown(limits: typeof LIMITS, body: (known: KnownAnswers, store: AnswerStore) => void): void {
  withStorage([], ({ answers }) => body(new KnownAnswers("shore", limits, answers), answers));
}

Deno.test("what was not used for longest goes when there is too much", () => {
  withKnown(LIMITS, (known, store) => {
    for (const key of ["a", "b", "c"]) known.put(answer(key), `<${key}/>`);
    assert.equal(known.read("a", 0), "<a/>");
    known.put(answer("d"), "<d/>");
    assert.deepEqual(["a", "b", "c", "d"].map((key) => known.read(key, 0)), [
      "<a/>",
      undefined,
      "<c/>",
      "<d/>",
    ]);
    assert.equal(store.list("shore").length, 3);
  });
});

Deno.test("an answer that alone exceeds the bound is not kept, and costs no other its place", () => {
  withKnown(LIMITS, (known) => {
    known.put(answer("a"), "<a/>");
    known.put(answer("b"), "x".repeat(1_001));
    assert.deepEqual([known.entries, known.sizeBytes], [1, 4]);
  });
});

Deno.test("what has expired is forgotten when it is asked for", () => {
  withKnown(LIMITS, (known, store) => {
    known.put(answer("a"), "<a/>");
    assert.equal(known.read("a", 99), "<a/>");
    assert.equal(known.read("a", 100), undefined);
    assert.deepEqual(store.list("shore"), []);
  });
});

Deno.test("what has expired is kept where a rule may ask for it, until there is too much", () => {
  withKnown({ ...LIMITS, keepsOld: true }, (known) => {
    known.put(answer("a"), "<a/>");
    assert.equal(known.read("a", 100), undefined);
    assert.equal(known.readAny("a"), "<a/>");
    for (const key of ["b", "c", "d"]) known.put(answer(key), `<${key}/>`);
    assert.equal(known.readAny("a"), undefined);
  });
});

Deno.test("a change voids answers of its address and kinds that its tag does not confirm", () => {
  withKnown({ ...LIMITS, entries: 10 }, (known) => {
    known.put(answer("a", undefined, "1"), "<a/>");
    known.put(answer("b", "juliet@shore.example/work", "1"), "<b/>");
    known.put(answer("c", "juliet@shore.example"), "<c/>");
    const home = "juliet@shore.example/home";
    assert.equal(known.void({ address: home, kinds: ["version"] }), 0);
    assert.equal(known.void({ address: home, kinds: ["client-info"], unlessTag: "1" }), 0);
    assert.equal(known.void({ address: home, kinds: ["client-info"], unlessTag: "2" }), 1);
    const bare = { address: "juliet@shore.example", kinds: ["client-info"] } as const;
    assert.equal(known.void({ ...bare, withResources: true }), 2);
    assert.equal(known.entries, 0);
  });
});

Deno.test("index and store agree, and bounds hold, whatever happens", () => {
  const step = fc.record({
    do: fc.constantFrom("put", "read", "void"),
    key: fc.constantFrom("a", "b", "c", "d", "e"),
    size: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      withKnown({ ...LIMITS, sizeBytes: 60 }, (known, store) => {
        for (const { do: what, key, size } of steps) {
          if (what === "put") known.put(answer(key, `${key}@shore.example`), "x".repeat(size));
          else if (what === "read") known.read(key, size > 38 ? 100 : 0);
          else known.void({ address: `${key}@shore.example`, kinds: ["client-info"] });
          const stored = store.list("shore");
          assert.equal(stored.length, known.entries);
          assert.equal(stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), known.sizeBytes);
          assert(known.entries <= 3 && known.sizeBytes <= 60);
        }
      });
    }),
    { numRuns: 50 },
  );
});
