import assert from "node:assert/strict";
import fc from "fast-check";
import { crc32 } from "./crc32.ts";
import { DICTIONARY } from "./dictionary.ts";
import {
  type CarrierKind,
  decodeFrame,
  encodeFrame,
  type Frame,
  FrameReader,
  NO_FRAME,
  withLength,
} from "./frame.ts";
import { tagOf } from "./history.ts";
import { DamageError } from "./octets.ts";

function octets(hex: string): Uint8Array {
  return Uint8Array.from(hex.split(" "), (octet) => parseInt(octet, 16));
}

const STANZA = new TextEncoder().encode("<m/>");

/** The worked examples of docs/link-protocol.md; the page is held against this table. */
const EXAMPLES: readonly (readonly [what: string, kind: CarrierKind, hex: string, frame: Frame])[] = [
  ["an acknowledgement of stanza 5", "stream", "90 00 05", { ...NO_FRAME, ack: 5 }],
  [
    "a cold opening: version 1, coding 0, incarnation 01020304, start 1, and a stanza",
    "stream",
    "e2 01 00 01 02 03 04 01 3c 6d 2f 3e",
    {
      ...NO_FRAME,
      opening: { kind: "cold", coding: 0, incarnation: octets("01 02 03 04"), start: 1 },
      data: STANZA,
    },
  ],
  [
    "a warm opening at 300 after a restart, with nothing to say yet; the process calls itself 7",
    "stream",
    "c1 01 2c de ad be ef 07",
    { ...NO_FRAME, opening: { kind: "warm", start16: 300, tag: 0xdeadbeef }, process: 7 },
  ],
  ["a question whether anybody is there", "stream", "84", { ...NO_FRAME, asks: true }],
  ["the answer to it, when there is nothing else to say", "stream", "80", NO_FRAME],
  [
    "a refusal: unknown, no incarnation known, nothing received",
    "stream",
    "88 01 00 00 00 00 00 00 00 00 00",
    { ...NO_FRAME, refusal: { reason: "unknown", incarnation: new Uint8Array(4), received: 0, tag: 0 } },
  ],
  [
    "a refusal: fork, incarnation 01020304, 300 received, the history there has the tag deadbeef",
    "block",
    "88 02 01 02 03 04 ac 02 de ad be ef",
    {
      ...NO_FRAME,
      refusal: { reason: "fork", incarnation: octets("01 02 03 04"), received: 300, tag: 0xdeadbeef },
    },
  ],
  [
    "a block with a stanza behind number 299, whose history has the tag deadbeef",
    "block",
    "86 2b be ef 3c 6d 2f 3e",
    { ...NO_FRAME, place: { low: 43, tag16: 0xbeef }, data: STANZA },
  ],
  [
    "the same, with an acknowledgement of stanza 513, where the tag ends in 1234",
    "block",
    "96 01 12 34 2b be ef 3c 6d 2f 3e",
    { ...NO_FRAME, ackMark: { low: 1, tag16: 0x1234 }, place: { low: 43, tag16: 0xbeef }, data: STANZA },
  ],
  [
    "the first block of a process that calls itself 7 and has stanza 513, with nothing else to say",
    "block",
    "91 07 01 12 34",
    { ...NO_FRAME, process: 7, ackMark: { low: 1, tag16: 0x1234 } },
  ],
];

for (const [what, kind, hex, frame] of EXAMPLES) {
  Deno.test(`golden octets: ${what}`, () => {
    assert.deepEqual(encodeFrame(frame), octets(hex));
    assert.deepEqual(decodeFrame(octets(hex), kind), frame);
  });
}

Deno.test("the worked examples stand in the specification", () => {
  const page = Deno.readTextFileSync(new URL("../../../docs/link-protocol.md", import.meta.url));
  for (const [what, kind, hex] of EXAMPLES) {
    assert.ok(page.includes(`| ${kind} | ${what} | \`${hex}\` |`), what);
  }
});

const DAMAGED: readonly (readonly [what: string, kind: CarrierKind, hex: string])[] = [
  ["another profile", "stream", "3c 6d 65 73"],
  ["COLD without OPEN", "stream", "a0 01"],
  ["NEW without OPEN on a stream", "stream", "81 07"],
  ["an opening cut short", "stream", "c0 00 01 00"],
  ["another version", "stream", "e0 02 00 01 02 03 04 01"],
  ["an unknown coding", "stream", "e0 01 03 01 02 03 04 01"],
  ["start 0", "stream", "e0 01 00 01 02 03 04 00"],
  ["a number not in its shortest form", "stream", "e0 01 00 01 02 03 04 81 00"],
  ["a number without end", "stream", "e0 01 00 01 02 03 04 ff ff ff ff ff ff ff ff ff"],
  ["a number of zeros without end", "stream", `e0 01 00 01 02 03 04 ${"80 ".repeat(200)}01`],
  ["a number of more octets than any needs", "stream", "e0 01 00 01 02 03 04 81 80 80 80 80 80 80 01"],
  ["a refusal without a known reason", "stream", "88 09 00 00 00 00 00 00 00 00 00"],
  ["octets behind the last field", "stream", "90 00 05 00"],
  ["a warm opening of a block", "block", "c0 01 2c de ad be ef"],
  ["a place beside an opening", "block", "e4 01 00 01 02 03 04 01 2b be ef"],
  ["a block of data without a place", "block", "82 3c 6d 2f 3e"],
  ["a place without data", "block", "84 2b be ef"],
  ["a mark cut short", "block", "90 01 12"],
  ["nothing at all", "block", ""],
];

for (const [what, kind, hex] of DAMAGED) {
  Deno.test(`damage: ${what}`, () => {
    const bytes = hex === "" ? new Uint8Array(0) : octets(hex);
    assert.throws(() => decodeFrame(bytes, kind), DamageError);
  });
}

for (const kind of ["stream", "block"] as const) {
  Deno.test(`any octets of a ${kind} are a frame or damage, and what is a frame is written the same`, () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      let frame: Frame;
      try {
        frame = decodeFrame(Uint8Array.from(bytes), kind);
      } catch (error) {
        assert.ok(error instanceof DamageError);
        return;
      }
      assert.deepEqual(encodeFrame(frame), Uint8Array.from(bytes));
    }));
  });
}

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
