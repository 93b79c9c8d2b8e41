import assert from "node:assert/strict";
import fc from "fast-check";
import { systemFrameCrypto } from "../../net/mod.ts";
import { FRAME_SIZE_BYTES } from "./frame.ts";
import {
  decodeGuarded,
  encodeGuarded,
  GUARD_OVERHEAD_BYTES,
  type GuardHead,
  type GuardMode,
  overheadOf,
} from "./guard_frame.ts";
import { EpochKeys } from "./guard_keys.ts";
import { EXAMPLE_CLOCK_S, EXAMPLE_KEY, hexOf, octetsOf } from "./testing/guard_side.ts";

interface Example {
  readonly what: string;
  readonly head: GuardHead;
  readonly number: number;
  readonly frame: string;
  readonly octets: string;
}

const BARE = { epoch: undefined, floor: undefined, counter: undefined };

/** The worked examples of docs/link-authentication.md, computed apart from this program. */
const EXAMPLES: readonly Example[] = [
  {
    what: "`sign`, stream, the first frame: an acknowledgement",
    head: { ...BARE, mode: "sign", epoch: EXAMPLE_CLOCK_S },
    number: 0,
    frame: "90 00 05",
    octets: "51 00 6b 49 d2 00 90 00 05 0b 46 9b 3a a9 36 09 21",
  },
  {
    what: "`sign`, stream, the second frame: a cold opening with a stanza",
    head: { ...BARE, mode: "sign" },
    number: 1,
    frame: "e2 01 00 01 02 03 04 01 3c 6d 2f 3e",
    octets: "41 e2 01 00 01 02 03 04 01 3c 6d 2f 3e 7e 64 b8 82 32 aa a1 18",
  },
  {
    what: "`seal`, stream, the first frame: a cold opening with a stanza",
    head: { ...BARE, mode: "seal", epoch: EXAMPLE_CLOCK_S },
    number: 0,
    frame: "e2 01 00 01 02 03 04 01 3c 6d 2f 3e",
    octets: "52 00 6b 49 d2 00 95 e1 35 dc 22 d5 ae 35 be 3e c0 2d e4 6a 9e eb 31 e8 85 3b",
  },
  {
    what: "`seal`, block 300 of an epoch that was confirmed: a stanza",
    head: { ...BARE, mode: "seal", counter: 300 % 256 },
    number: 300,
    frame: "96 00 01 01 2c 3c 6d 2f 3e",
    octets: "42 2c 47 06 57 2e 59 3d dc b6 19 1e 9d 09 7d 38 e9 db e2",
  },
  {
    what: "`sign`, block 0: nothing but the floor 1,790,000,000",
    head: { mode: "sign", epoch: EXAMPLE_CLOCK_S, floor: 1_790_000_000, counter: 0 },
    number: 0,
    frame: "",
    octets: "71 00 6b 49 d2 00 00 6a b1 3b 80 00 58 2a 3e ec fa 34 d8 3c",
  },
  {
    what: "`seal`, block 7 with ANEW, floor 1,790,000,000: an acknowledgement",
    head: { mode: "seal", epoch: EXAMPLE_CLOCK_S, floor: 2 ** 39 + 1_790_000_000, counter: 7 },
    number: 7,
    frame: "90 00 05",
    octets: "72 00 6b 49 d2 00 80 6a b1 3b 80 07 77 34 a2 35 be ac 38 b5 4b df 26",
  },
];

function keysOf(mode: GuardMode): EpochKeys {
  const secret = { crypto: systemFrameCrypto, mode, key: EXAMPLE_KEY };
  return new EpochKeys({ ...secret, sender: "ship.example", receiver: "shore.example" }, EXAMPLE_CLOCK_S);
}

for (const { what, head, number, frame, octets } of EXAMPLES) {
  Deno.test(`golden octets: ${what}`, () => {
    const keys = keysOf(head.mode);
    const { body, tag } = keys.protect({ head, number }, octetsOf(frame));
    assert.equal(hexOf(encodeGuarded({ head, body, tag })), octets);
    const read = decodeGuarded(octetsOf(octets), head.counter === undefined ? "stream" : "block");
    assert.deepEqual(read?.head, head);
    assert.deepEqual(keys.open({ head, number }, read.body, read.tag), octetsOf(frame));
    assert.equal(octetsOf(octets).length - octetsOf(frame).length, overheadOf(head));
  });
}

Deno.test("the worked examples stand in the specification", () => {
  const page = Deno.readTextFileSync(new URL("../../../docs/link-authentication.md", import.meta.url));
  for (const { what, frame, octets } of EXAMPLES) {
    assert.ok(page.includes(`| ${what} | ${frame === "" ? "none" : `\`${frame}\``} | \`${octets}\` |`), what);
  }
});

Deno.test("in steady state a frame is 9 octets longer on a stream and 10 in a block, and 20 at most", () => {
  const steady = { mode: "seal", epoch: undefined, floor: undefined } as const;
  assert.equal(overheadOf({ ...steady, counter: undefined }), 9);
  assert.equal(overheadOf({ ...steady, counter: 5 }), 10);
  assert.equal(overheadOf({ mode: "seal", epoch: 1, floor: 1, counter: 0 }), GUARD_OVERHEAD_BYTES);
});

const ILLEGAL: readonly (readonly [what: string, hex: string])[] = [
  ["nothing", ""],
  ["a plain frame", "90 00 05 00 00 00 00 00 00 00 00 00"],
  ["neither mode", "43 00 00 00 00 00 00 00 00 00 00"],
  ["both modes' bits but not bit 6", "01 00 00 00 00 00 00 00 00 00 00"],
  ["an unknown flag", "49 00 00 00 00 00 00 00 00 00 00"],
  ["another unknown flag", "45 00 00 00 00 00 00 00 00 00 00"],
  ["an epoch of 40 bits", "51 80 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00"],
  ["less than a tag", "41 00 00 00 00 00 00 00"],
  ["less than a tag behind an epoch", "51 00 00 00 00 01 00 00 00 00 00 00 00"],
  ["less than a tag behind epoch and floor", "71 00 00 00 00 01 00 00 00 00 01 00 00 00 00 00 00 00"],
];

for (const [what, hex] of ILLEGAL) {
  Deno.test(`no legal form: ${what}`, () => {
    assert.equal(decodeGuarded(octetsOf(hex), "stream"), undefined);
    assert.equal(decodeGuarded(octetsOf(hex), "block"), undefined);
  });
}

Deno.test("what is longer than any guarded frame has no legal form", () => {
  const longest = new Uint8Array(FRAME_SIZE_BYTES + GUARD_OVERHEAD_BYTES);
  longest[0] = 0x71;
  assert.equal(decodeGuarded(longest, "block")?.body.length, FRAME_SIZE_BYTES);
  const longer = new Uint8Array(longest.length + 1);
  longer[0] = 0x71;
  assert.equal(decodeGuarded(longer, "block"), undefined);
});

Deno.test("any octets are refused or read, and what is read is written the same", () => {
  const kind = fc.constantFrom(0x41, 0x42, 0x51, 0x52, 0x61, 0x62, 0x71, 0x72, 0x40, 0x80, 0);
  const carrier = fc.constantFrom("stream", "block");
  fc.assert(fc.property(kind, fc.uint8Array({ maxLength: 40 }), carrier, (first, rest, carrier) => {
    const octets = Uint8Array.of(first, ...rest);
    const read = decodeGuarded(octets, carrier);
    if (read !== undefined) assert.deepEqual(encodeGuarded(read), octets);
  }));
});
