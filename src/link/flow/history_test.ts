import assert from "node:assert/strict";
import { concat } from "../../base/mod.ts";
import fc from "fast-check";
import { equalOctets, History, HISTORY_SIZE_BYTES } from "./history.ts";

const DICTIONARY = new TextEncoder().encode("dictionary");

function textOf(number: number, sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, at) => (number * 31 + at) % 251);
}

function filled(sizes: readonly number[], base = 1): History {
  const history = new History(DICTIONARY, base);
  for (const [index, size] of sizes.entries()) {
    history.add({ number: base + index, text: textOf(base + index, size) });
  }
  return history;
}

/** What section 4 of the protocol says, without anything clever. */
function plainly(sizes: readonly number[], base: number, number: number): Uint8Array {
  const parts: Uint8Array[] = [DICTIONARY];
  for (let n = base; n <= number; n++) parts.push(textOf(n, sizes[n - base] ?? 0));
  return concat(parts).slice(-HISTORY_SIZE_BYTES);
}

Deno.test("the history at a number is the last 32,768 octets up to it, the dictionary first", () => {
  const sizes = [10, 30_000, 2_000, 1_000, 50_000, 1];
  const history = filled(sizes, 7);
  for (let number = 6; number <= 12; number++) {
    assert.deepEqual(history.at(number), plainly(sizes, 7, number), `at ${number}`);
  }
  assert.equal(history.at(5), undefined, "before the base there is none");
  assert.equal(history.at(13), undefined, "nor of what is not there");
});

Deno.test("reach is the least number from which the texts up to the last fit", () => {
  const history = filled([100, 200, 300, 400]);
  const rows = [[1_000, 1], [999, 2], [900, 2], [899, 3], [700, 3], [400, 4], [399, 5], [0, 5]] as const;
  for (const [mostBytes, least] of rows) {
    assert.equal(history.reach(4, mostBytes), least, `${mostBytes} octets`);
  }
  assert.equal(history.reach(2, 200), 2, "of an earlier last");
  assert.equal(new History(DICTIONARY, 5).reach(4, 100), 5, "of nothing");
});

Deno.test("what is forgotten is no more than what no history from there on needs", () => {
  const sizes = Array.from({ length: 50 }, (_, n) => 1_000 + n * 37);
  const history = filled(sizes);
  for (let number = 1; number <= 50; number++) {
    const before = history.oldest;
    const oldest = history.forgetBelow(number);
    assert.equal(oldest, history.oldest === before ? undefined : history.oldest);
    for (const n of [number, Math.min(50, number + 1), 50]) {
      assert.ok(equalOctets(history.at(n) ?? DICTIONARY, plainly(sizes, 1, n)), `at ${n}`);
    }
  }
  const held = history.sizeBytes(history.oldest ?? 0, 50);
  assert.ok(held <= HISTORY_SIZE_BYTES + 2 * 3_000, `${held} octets are still held`);
});

Deno.test("after a cold opening what was before is gone, and what is behind stays", () => {
  const history = filled([10, 20, 30, 40]);
  history.restart(3);
  assert.equal(history.base, 3);
  assert.equal(history.oldest, 3);
  assert.equal(history.text(2), undefined);
  assert.deepEqual(history.at(2), DICTIONARY);
  assert.deepEqual(history.at(3), Uint8Array.from([...DICTIONARY, ...textOf(3, 30)]));
  history.restart(100);
  assert.equal(history.oldest, undefined);
  history.add({ number: 100, text: textOf(100, 5) });
  assert.equal(history.text(100)?.length, 5);
});

Deno.test("numbers rise by one", () => {
  const history = filled([1, 2]);
  for (const number of [1, 2, 4]) {
    assert.throws(() => history.add({ number, text: textOf(number, 1) }), RangeError);
  }
});

Deno.test("forgotten texts are let go of, also before the list is moved up", () => {
  const history = new History(DICTIONARY, 1);
  for (let number = 1; number <= 3_000; number++) {
    history.add({ number, text: textOf(number, 1_000) });
    history.forgetBelow(number);
  }
  assert.ok((history.oldest ?? 0) > 2_960);
  assert.deepEqual(
    history.from(2_990).map(({ number }) => number),
    Array.from({ length: 11 }, (_, n) => 2_990 + n),
  );
  assert.equal(history.sizeBytes(2_990, 3_000), 11_000);
  assert.equal(history.heldSizeBytes, history.sizeBytes(history.oldest ?? 0, 3_000), "not an octet more");
});

Deno.test("whatever is added, forgotten and begun anew, every history that is there is the right one", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), size: fc.integer({ min: 0, max: 20_000 }) }),
    fc.record({ kind: fc.constant("forget" as const), back: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ kind: fc.constant("restart" as const), back: fc.integer({ min: 0, max: 3 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const history = new History(DICTIONARY, 1);
      const sizes: number[] = [];
      let [base, least] = [1, 0];
      for (const one of steps) {
        const last = sizes.length;
        if (one.kind === "add") {
          sizes.push(one.size);
          history.add({ number: last + 1, text: textOf(last + 1, one.size) });
        } else if (one.kind === "forget") {
          least = Math.max(least, last - one.back);
          history.forgetBelow(least);
        } else {
          base = Math.max(base, last + 1 - one.back);
          history.restart(base);
        }
        for (let n = Math.max(base - 1, least); n <= sizes.length; n++) {
          const found = history.at(n) ?? new Uint8Array(0);
          assert.ok(equalOctets(found, plainly(sizes.slice(base - 1), base, n)), `at ${n}`);
        }
      }
    }),
    { seed: 1, numRuns: 25 },
  );
});
