import assert from "node:assert/strict";
import fc from "fast-check";
import { crc32 } from "./crc32.ts";
import { DICTIONARY } from "./dictionary.ts";
import { decodeFrame, encodeFrame, type Frame, FrameReader, withLength } from "./frame.ts";
import { tagOf } from "./history.ts";
import { DamageError } from "./octets.ts";

const NOTHING: Frame = {
  opening: undefined,
  ack: undefined,
  refusal: undefined,
  place: undefined,
  data: undefined,
};

function octets(hex: string): Uint8Array {
  return Uint8Array.from(hex.split(" "), (octet) => parseInt(octet, 16));
}

/** The worked examples of docs/link-protocol.md section 9; the page is held against this table. */
const EXAMPLES: readonly (readonly [what: string, hex: string, frame: Frame])[] = [
  ["an acknowledgement of stanza 5", "90 00 05", { ...NOTHING, ack: 5 }],
  [
    "a cold opening: version 1, coding 0, incarnation 01020304, start 1, and a stanza",
    "e2 01 00 01 02 03 04 01 3c 6d 2f 3e",
    {
      ...NOTHING,
      opening: { kind: "cold", coding: 0, incarnation: octets("01 02 03 04"), start: 1, isNewProcess: false },
      data: new TextEncoder().encode("<m/>"),
    },
  ],
  [
    "a warm opening at 300 after a restart, with nothing to say yet",
    "c1 01 2c de ad be ef",
    { ...NOTHING, opening: { kind: "warm", start16: 300, tag: 0xdeadbeef, isNewProcess: true } },
  ],
  [
    "a refusal: unknown, no incarnation known, nothing received",
    "88 01 00 00 00 00 00",
    { ...NOTHING, refusal: { reason: "unknown", incarnation: new Uint8Array(4), received: 0 } },
  ],
  [
    "on a block carrier: an acknowledgement of 65,537 and a stanza with number 300",
    "96 00 01 01 2c 3c 6d 2f 3e",
    { ...NOTHING, ack: 1, place: 300, data: new TextEncoder().encode("<m/>") },
  ],
];

for (const [what, hex, frame] of EXAMPLES) {
  Deno.test(`golden octets: ${what}`, () => {
    assert.deepEqual(encodeFrame(frame), octets(hex));
    assert.deepEqual(decodeFrame(octets(hex)), frame);
  });
}

Deno.test("the worked examples stand in the specification", () => {
  const page = Deno.readTextFileSync(new URL("../../../docs/link-protocol.md", import.meta.url));
  for (const [what, hex] of EXAMPLES) assert.ok(page.includes(`| ${what} | \`${hex}\` |`), what);
});

const DAMAGED: readonly (readonly [what: string, hex: string])[] = [
  ["another profile", "3c 6d 65 73"],
  ["COLD without OPEN", "a0 01"],
  ["NEW without OPEN", "81"],
  ["an opening cut short", "c0 00 01 00"],
  ["another version", "e0 02 00 01 02 03 04 01"],
  ["an unknown coding", "e0 01 02 01 02 03 04 01"],
  ["start 0", "e0 01 00 01 02 03 04 00"],
  ["a number not in its shortest form", "e0 01 00 01 02 03 04 81 00"],
  ["a number without end", "e0 01 00 01 02 03 04 ff ff ff ff ff ff ff ff ff"],
  ["a refusal without a known reason", "88 09 00 00 00 00 00"],
  ["octets behind the last field", "90 00 05 00"],
];

for (const [what, hex] of DAMAGED) {
  Deno.test(`damage: ${what}`, () => assert.throws(() => decodeFrame(octets(hex)), DamageError));
}

Deno.test("any octets are a frame or damage, and what is a frame is written the same", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    let frame: Frame;
    try {
      frame = decodeFrame(Uint8Array.from(bytes));
    } catch (error) {
      assert.ok(error instanceof DamageError);
      return;
    }
    assert.deepEqual(encodeFrame(frame), Uint8Array.from(bytes));
  }));
});

Deno.test("frames come out of a stream whole, however it is cut", () => {
  const frames = [octets("90 00 05"), new Uint8Array(200).fill(0x82), octets("81")];
  const stream = Uint8Array.from(frames.flatMap((frame) => [...withLength(frame)]));
  fc.assert(fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (cuts) => {
    const reader = new FrameReader();
    const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
    const got = at.slice(1).flatMap((end, index) => reader.push(stream.slice(at[index], end)));
    assert.deepEqual(got, frames);
  }));
});

Deno.test("a length of nothing, too much, or without end is damage", () => {
  for (const hex of ["00", "ff ff 7f", "81 80 80 01"]) {
    assert.throws(() => new FrameReader().push(octets(hex)), DamageError, hex);
  }
});

Deno.test("CRC-32 is that of zlib, and a tag is made of incarnation, number and history", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  const tag = tagOf(octets("01 02 03 04"), 299, new TextEncoder().encode("abc"));
  assert.equal(tag, crc32(octets("01 02 03 04 00 00 00 00 00 00 01 2b 61 62 63")));
});

Deno.test("dictionary 1 never changes: it is named on the wire", () => {
  assert.deepEqual([DICTIONARY.length, crc32(DICTIONARY)], [3_062, 4_097_720_836]);
});
