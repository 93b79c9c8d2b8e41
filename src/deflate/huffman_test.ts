import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeTable } from "./decode_table.ts";
import { CodeLengths, setCodes } from "./huffman.ts";

function lengthsOf(counts: readonly number[], limit: number): number[] {
  const lengths = new Uint8Array(counts.length);
  new CodeLengths().find(Uint32Array.from(counts), lengths, limit);
  return [...lengths];
}

function cost(counts: readonly number[], lengths: readonly number[]): number {
  return counts.reduce((sum, count, symbol) => sum + count * (lengths[symbol] ?? 0), 0);
}

/** What Huffman's own way costs, without a limit: the sum of all it joins. */
function huffmanCost(counts: readonly number[]): number {
  const left = counts.filter((count) => count > 0);
  let sum = 0;
  while (left.length > 1) {
    left.sort((one, other) => one - other);
    const joined = left.splice(0, 2).reduce((one, other) => one + other);
    sum += joined;
    left.push(joined);
  }
  return sum;
}

Deno.test("codes of known counts have known lengths", () => {
  const table: [number[], number, number[]][] = [
    [[], 15, []],
    [[0, 7], 15, [0, 1]],
    [[5, 0, 1], 15, [1, 0, 1]],
    [[1, 1, 2, 4], 15, [3, 3, 2, 1]],
    [[1, 1, 2, 4, 8], 15, [4, 4, 3, 2, 1]],
    [[1, 1, 2, 4, 8], 3, [3, 3, 3, 3, 1]],
    [[1, 1, 1, 1], 2, [2, 2, 2, 2]],
  ];
  for (const [counts, limit, lengths] of table) assert.deepEqual(lengthsOf(counts, limit), lengths);
});

Deno.test("codes are complete, within the limit, and as short as Huffman's where that allows", () => {
  const counts = fc.array(fc.oneof(fc.nat(3), fc.nat(4_000)), { minLength: 2, maxLength: 286 });
  fc.assert(fc.property(counts, fc.integer({ min: 9, max: 15 }), (counts, limit) => {
    const lengths = lengthsOf(counts, limit);
    const used = lengths.filter((length) => length > 0);
    assert.equal(used.length, counts.filter((count) => count > 0).length);
    if (used.length < 2) return;
    assert.equal(used.reduce((sum, length) => sum + 2 ** -length, 0), 1);
    assert.ok(Math.max(...used) <= limit);
    const unlimited = lengthsOf(counts, 15);
    if (Math.max(...unlimited) < 15) assert.equal(cost(counts, unlimited), huffmanCost(counts));
  }));
});

Deno.test("counts like Fibonacci's numbers need the limit", () => {
  const counts = [1, 1];
  while (counts.length < 25) counts.push((counts.at(-1) ?? 0) + (counts.at(-2) ?? 0));
  const lengths = lengthsOf(counts, 15);
  assert.equal(Math.max(...lengths), 15);
  assert.equal(lengths.reduce((sum, length) => sum + 2 ** -length, 0), 1);
});

Deno.test("the codes of RFC 1951, section 3.2.2, come out and are found again", () => {
  const lengths = Uint8Array.of(3, 3, 3, 3, 3, 2, 4, 4);
  const codes = new Uint16Array(8);
  setCodes(lengths, codes);
  const asRead = [...codes].map((code, symbol) =>
    [...code.toString(2).padStart(lengths[symbol] ?? 0, "0")].reverse().join("")
  );
  assert.deepEqual(asRead, ["010", "011", "100", "101", "110", "00", "1110", "1111"]);
  const table = DecodeTable.of(lengths);
  for (const [symbol, code] of codes.entries()) {
    assert.equal(table.find(code), (symbol << 4) | (lengths[symbol] ?? 0));
  }
});

Deno.test("codes of every length are found again", () => {
  const lengths = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15);
  const codes = new Uint16Array(16);
  setCodes(lengths, codes);
  const table = DecodeTable.of(lengths);
  for (const [symbol, code] of codes.entries()) {
    assert.equal(table.find(code), (symbol << 4) | (lengths[symbol] ?? 0));
  }
});
