import assert from "node:assert/strict";
import fc from "fast-check";
import { Matcher } from "./matcher.ts";
import { Deflater, Inflater } from "./mod.ts";
import { stanzas } from "./testing/stanzas.ts";
import { joined, octets, randomOctets, webInflated, zlibBlocks, zlibInflated } from "./testing/zlib.ts";

const NOTHING = new Uint8Array(0);

function hex(bytes: Uint8Array): string {
  return [...bytes].map((octet) => octet.toString(16).padStart(2, "0")).join(" ");
}

function mean(blocks: readonly Uint8Array[]): number {
  return blocks.reduce((sum, block) => sum + block.length, 0) / blocks.length;
}

/** Texts of all kinds: from few symbols, so that matches abound, of any octets, and with long repeats. */
const text = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.uint8Array({ max: 3, maxLength: 2_000 }),
  fc.string({ maxLength: 300 }).map(octets),
  fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.integer({ min: 1, max: 200 }))
    .map(([part, times]) => joined(Array<Uint8Array>(times).fill(part))),
);

Deno.test("blocks are those of RFC 7692, section 7.2.3, where it has the best", () => {
  const deflater = new Deflater();
  assert.equal(hex(deflater.block(octets("Hello"))), "f2 48 cd c9 c9 07 00");
  assert.equal(hex(deflater.block(NOTHING)), "00");
  // One match instead of the RFC's literal and match (f2 00 11 00 00).
  assert.equal(hex(deflater.block(octets("Hello"))), "02 13 00 00");
});

Deno.test("random octets are stored, with at most five octets for every 4,096 and two more", () => {
  const plain = randomOctets(50_000);
  const block = new Deflater().block(plain);
  assert.ok(block.length <= plain.length + 5 * Math.ceil(plain.length / 4_096) + 2, `${block.length}`);
  assert.equal(hex(block.subarray(0, 5)), "00 00 10 ff ef");
});

Deno.test("any blocks after any history come back, here and from zlib", () => {
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 6 }), (history, plains) => {
      const [deflater, inflater] = [new Deflater(history), new Inflater(history)];
      const blocks = plains.map((plain) => deflater.block(plain));
      for (const [index, block] of blocks.entries()) {
        assert.deepEqual(inflater.block(block, plains[index]?.length ?? 0), plains[index]);
      }
      assert.deepEqual(zlibInflated(blocks, history), joined(plains));
    }),
    { numRuns: 200 },
  );
});

Deno.test("the inflater of the web platform reads the blocks", async () => {
  const plains = [octets("first"), NOTHING, randomOctets(10_000, 2, 5), randomOctets(300), octets("first")];
  const deflater = new Deflater();
  assert.deepEqual(await webInflated(plains.map((plain) => deflater.block(plain))), joined(plains));
});

Deno.test("a text of many windows comes back, in one block and in many", () => {
  const words = Array.from({ length: 500 }, (_, index) => randomOctets(1 + index % 40, index + 1, 30));
  const plain = joined(
    [...randomOctets(12_000, 9)].map((octet, index) => words[octet + index % 2] ?? NOTHING),
  );
  for (const size of [plain.length, 32_768, 4_096, 999]) {
    const [deflater, inflater] = [new Deflater(), new Inflater()];
    const blocks: Uint8Array[] = [];
    for (let at = 0; at < plain.length; at += size) {
      const part = plain.subarray(at, at + size);
      const block = deflater.block(part);
      blocks.push(block);
      assert.deepEqual(inflater.block(block, part.length), part.slice());
    }
    assert.equal(deflater.historySizeBytes, 32_768);
    assert.deepEqual(zlibInflated(blocks), plain);
  }
});

for (const [distance, found] of [[32_767, true], [32_768, true], [32_769, false]] as const) {
  Deno.test(`a repeat ${distance} octets back is ${found ? "a match" : "too far"}`, () => {
    const word = octets("the-very-same-words");
    const history = joined([word, randomOctets(distance - word.length, 3)]);
    for (const deflater of [new Deflater(history), said(history)]) {
      const block = deflater.block(word);
      assert.equal(block.length < 8, found);
      assert.deepEqual(new Inflater(history).block(block, word.length), word);
      assert.deepEqual(zlibInflated([block], history), word);
    }
  });
}

/** A deflater that said this itself, bit by bit. */
function said(history: Uint8Array): Deflater {
  const deflater = new Deflater();
  for (let at = 0; at < history.length; at += 100) deflater.block(history.subarray(at, at + 100));
  return deflater;
}

Deno.test("of a history longer than the window only the end counts", () => {
  const history = randomOctets(40_000, 5, 20);
  const plain = history.slice(20_000, 20_500);
  const deflater = new Deflater(history);
  assert.equal(deflater.historySizeBytes, 32_768);
  assert.deepEqual(deflater.block(plain), new Deflater(history.slice(-32_768)).block(plain));
});

Deno.test("a piece that runs out of room for its matches is cut, and comes back", () => {
  const history = randomOctets(32_000, 2, 2);
  const plain = joined([randomOctets(2_000, 7, 2), history.subarray(0, 2_000)]);
  const matcher = new Matcher();
  matcher.prime(history);
  assert.ok(matcher.take(plain) < plain.length);
  const block = new Deflater(history).block(plain);
  assert.deepEqual(new Inflater(history).block(block, plain.length), plain);
  assert.deepEqual(zlibInflated([block], history), plain);
});

Deno.test("the same calls give the same octets, whatever was compressed elsewhere meanwhile", () => {
  const plains = [randomOctets(9_000, 3, 7), octets("one two three one two three"), randomOctets(600, 4, 90)];
  const all = plains.map((_, index) => {
    const deflater = new Deflater();
    return plains.map((plain) => (new Deflater().block(plains[index] ?? NOTHING), deflater.block(plain)));
  });
  assert.deepEqual(all[1], all[0]);
  assert.deepEqual(all[2], all[0]);
});

for (const [kind, plains] of Object.entries(stanzas())) {
  Deno.test(`${kind} become smaller than with zlib at its best`, async () => {
    const theirs = await zlibBlocks(plains, { level: 9 });
    const deflater = new Deflater();
    const ours = plains.map((plain) => deflater.block(plain));
    assert.ok(mean(ours) < 0.982 * mean(theirs), `${mean(ours)} octets a stanza against ${mean(theirs)}`);
    assert.deepEqual(zlibInflated(ours), joined(plains));
  });
}
