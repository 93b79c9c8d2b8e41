import assert from "node:assert/strict";
import zlib from "node:zlib";
import fc from "fast-check";
import { Deflater, InflateError, Inflater, type InflateReason } from "./mod.ts";
import { joined, octets, randomOctets, TAIL, zlibBlocks } from "./testing/zlib.ts";

const HELLO = octets("Hello");
const MOST_BYTES = 100_000;

function unhex(text: string): Uint8Array {
  return Uint8Array.from(text.split(" "), (octet) => Number.parseInt(octet, 16));
}

function refuses(inflater: Inflater, bytes: Uint8Array, reason: InflateReason, mostBytes = MOST_BYTES): void {
  assert.throws(
    () => inflater.block(bytes, mostBytes),
    (error) => error instanceof InflateError && error.reason === reason,
    reason,
  );
}

Deno.test("the blocks of RFC 7692, section 7.2.3, are read", () => {
  const inflater = new Inflater();
  const blocks: [string, Uint8Array][] = [
    ["f2 48 cd c9 c9 07 00", HELLO],
    ["f2 00 11 00 00", HELLO],
    ["00 05 00 fa ff 48 65 6c 6c 6f 00", HELLO],
    ["f2 48 05 00 00 00 ff ff ca c9 c9 07 00", HELLO],
    ["00", new Uint8Array(0)],
  ];
  for (const [bytes, plain] of blocks) {
    assert.deepEqual(inflater.block(unhex(bytes), MOST_BYTES), plain, bytes);
  }
  assert.equal(inflater.historySizeBytes, 20);
});

/** Bits as they stand in RFC 1951: each field lowest bit first, codes as they are read. */
function bits(...fields: string[]): Uint8Array {
  const all = fields.join("").replaceAll(" ", "");
  return Uint8Array.from(
    { length: Math.ceil(all.length / 8) },
    (_, index) =>
      [...all.slice(8 * index, 8 * index + 8)].reduce((octet, bit, at) => octet | (Number(bit) << at), 0),
  );
}

const STATIC = "0 10";
const DYNAMIC = "0 01";
const END = "0000000 000";
const REFUSED: [string, Uint8Array, InflateReason][] = [
  ["nothing at all", new Uint8Array(0), "truncated"],
  ["a block that is not flushed", bits(STATIC, "110010000".repeat(6), "0000000"), "truncated"],
  ["a block without its end", bits(STATIC, "00110000"), "truncated"],
  ["a tail that was not left out", joined([Uint8Array.of(0), TAIL]), "truncated"],
  ["half a stored header", Uint8Array.of(0, 5, 0, 0xfa), "truncated"],
  ["fewer stored octets than said", Uint8Array.of(0, 5, 0, 0xfa, 0xff, 0x48), "truncated"],
  ["the last block of a stream", unhex("f3 48 cd c9 c9 07 00 00"), "final-block"],
  ["block type 3", bits("0 11", END), "block-type"],
  ["a stored length that is garbled", Uint8Array.of(0, 5, 0, 0xfb, 0xff, 0x48), "stored-length"],
  ["octets behind the end", unhex("f2 48 cd c9 c9 07 00 01 02 03 04"), "stored-length"],
  ["an octet behind the end", unhex("f2 48 cd c9 c9 07 00 01"), "truncated"],
  ["length symbol 286", bits(STATIC, "11000110", END), "symbol"],
  ["distance symbol 30", bits(STATIC, "00110000 0000001 11110", END), "symbol"],
  ["a match before the history", bits(STATIC, "00110000 0000001 11101 1111111111111", END), "distance"],
  ["287 symbols of literals and lengths", bits(DYNAMIC, "01111 00000 0000", END), "code-lengths"],
  ["31 symbols of distances", bits(DYNAMIC, "00000 01111 0000", END), "code-lengths"],
  ["three codes of one bit", bits(DYNAMIC, "00000 00000 0000", "100 100 100 000"), "code-lengths"],
  [
    "codes that leave bits without meaning",
    bits(DYNAMIC, "00000 00000 0000", "010 010 010 000"),
    "code-lengths",
  ],
  ["a repeat of nothing", bits(DYNAMIC, "00000 00000 0000", "100 100 000 000", "0 00", END), "code-lengths"],
  // Code of code lengths: 0 for symbol 0, 1 for symbol 18; 138 zeros and 120 zeros.
  [
    "no code for the end of the block",
    bits(DYNAMIC, "00000 00000 0000", "000 000 100 100", "1 1111111", "1 1011011", END),
    "code-lengths",
  ],
  [
    "more lengths than said",
    bits(DYNAMIC, "00000 00000 0000", "000 000 100 100", "1 1111111", "1 1111111", END),
    "code-lengths",
  ],
];

for (const [what, bytes, reason] of REFUSED) {
  Deno.test(`${what} is refused as ${reason}, and nothing has changed`, () => {
    const inflater = new Inflater();
    refuses(inflater, bytes, reason);
    assert.equal(inflater.historySizeBytes, 0);
    assert.deepEqual(inflater.block(unhex("f2 48 cd c9 c9 07 00"), MOST_BYTES), HELLO);
    refuses(inflater, bytes, reason);
    assert.deepEqual(inflater.block(unhex("f2 00 11 00 00"), MOST_BYTES), HELLO);
  });
}

Deno.test("as much comes out as is allowed, and not an octet more", () => {
  const history = randomOctets(32_768, 3, 9);
  const plains = [HELLO, randomOctets(5_000), randomOctets(70_000, 4, 3), new Uint8Array(200_000)];
  const inflater = new Inflater(history);
  for (const [index, plain] of plains.entries()) {
    const blocks = new Deflater(joined([history, ...plains.slice(0, index)]));
    const block = blocks.block(plain);
    refuses(inflater, block, "too-long", plain.length - 1);
    refuses(inflater, block, "too-long", 0);
    assert.deepEqual(inflater.block(block, plain.length), plain);
  }
});

Deno.test("all that zlib makes is read: every level, strategy, window and flush", async () => {
  const plains = [
    octets("<message to='juliet@shore.example' type='chat'><body>Good morning</body></message>"),
    new Uint8Array(0),
    randomOctets(3_000),
    randomOctets(60_000, 8, 12),
    new Uint8Array(40_000).fill(7),
    octets("<message to='juliet@shore.example' type='chat'><body>Good night</body></message>"),
  ];
  const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED } = zlib.constants;
  for (const strategy of [Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED]) {
    for (const level of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const flush = level % 2 === 0 ? zlib.constants.Z_SYNC_FLUSH : zlib.constants.Z_FULL_FLUSH;
      const options = { level, strategy, windowBits: 9 + level % 7, memLevel: 1 + level % 9 };
      const blocks = await zlibBlocks(plains.filter((plain) => plain.length > 0), options, flush);
      const inflater = new Inflater();
      const read = blocks.map((block) => inflater.block(block, MOST_BYTES));
      assert.deepEqual(joined(read), joined(plains), `level ${level}, strategy ${strategy}`);
    }
  }
});

Deno.test("any octets give at most what is allowed, or an InflateError", () => {
  const history = randomOctets(300, 3, 9);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 0, max: 2_000 }), (bytes, mostBytes) => {
      const plain = attempt(new Inflater(history), bytes, mostBytes);
      assert.ok(plain === undefined || plain.length <= mostBytes);
    }),
    { numRuns: 2_000 },
  );
});

function attempt(inflater: Inflater, bytes: Uint8Array, mostBytes: number): Uint8Array | undefined {
  try {
    return inflater.block(bytes, mostBytes);
  } catch (error) {
    assert.ok(error instanceof InflateError, String(error));
    return undefined;
  }
}

const PLAIN = joined([
  octets("It was the best of times, it was the worst of times, it was the age of wisdom, "),
  randomOctets(500, 4, 20),
  octets("it was the age of foolishness, it was the epoch of belief, it was the epoch of incredulity"),
]);

Deno.test("a block cut short anywhere is refused", () => {
  const block = new Deflater().block(PLAIN);
  const inflater = new Inflater();
  for (let size = 0; size < block.length; size++) refuses(inflater, block.subarray(0, size), "truncated");
  assert.deepEqual(inflater.block(block, PLAIN.length), PLAIN);
});

Deno.test("a block spoilt anywhere never does harm, and after a refusal the next good one is read", () => {
  const history = randomOctets(33_000, 6, 30);
  const deflater = new Deflater(history);
  const [block, next] = [deflater.block(PLAIN), deflater.block(PLAIN.slice(100))];
  fc.assert(
    fc.property(fc.nat(block.length - 1), fc.integer({ min: 1, max: 255 }), (at, spoil) => {
      const spoilt = block.map((octet, index) => index === at ? octet ^ spoil : octet);
      const inflater = new Inflater(history);
      const plain = attempt(inflater, spoilt, 1_000);
      if (plain !== undefined) return assert.ok(plain.length <= 1_000);
      assert.deepEqual(inflater.block(block, 1_000), PLAIN);
      assert.deepEqual(inflater.block(next, 1_000), PLAIN.slice(100));
    }),
    { numRuns: 500 },
  );
});
