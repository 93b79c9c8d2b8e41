import assert from "node:assert/strict";
import fc from "fast-check";
import { decodePrimitive } from "./decode.ts";
import { encodePrimitive } from "./encode.ts";
import { SIS_TYPE, type SisPrimitive } from "./primitives.ts";
import { SisError, type SisErrorKind } from "./sis_error.ts";
import { anyPrimitive } from "./testing/arbitrary.ts";
import { EXAMPLES, hexOctets, node } from "./testing/examples.ts";

for (const [what, hex, primitive] of EXAMPLES) {
  Deno.test(`golden octets: ${what}`, () => {
    assert.deepEqual(encodePrimitive(primitive), hexOctets(hex));
    assert.deepEqual(decodePrimitive(hexOctets(hex)), primitive);
  });
}

Deno.test("golden octets: management indication, as the request but for its type", () => {
  const primitive = { kind: "managementIndication", messageType: 1, body: hexOctets("41 42") } as const;
  assert.deepEqual(encodePrimitive(primitive), hexOctets("90 EB 00 00 04 13 01 41 42"));
});

Deno.test("any primitive comes back from its octets", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(anyPrimitive, (primitive) => {
      seen.add(primitive.kind);
      assert.deepEqual(decodePrimitive(encodePrimitive(primitive)), primitive);
    }),
    { numRuns: 2_000, seed: 5066 },
  );
  assert.deepEqual([...seen].sort(), Object.keys(SIS_TYPE).sort());
});

const header = fc.tuple(fc.nat(30), fc.uint8Array({ maxLength: 40 })).map(([type, rest]) =>
  Uint8Array.of(0x90, 0xeb, 0, 0, rest.length + 1, type, ...rest)
);
const damaged = fc.tuple(anyPrimitive, fc.nat(), fc.nat(255)).map(([primitive, at, octet]) => {
  const frame = encodePrimitive(primitive);
  frame[at % frame.length] = octet;
  return frame;
});

Deno.test("any octets are a primitive that can be encoded again, or a named error", () => {
  let good = 0;
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), header, damaged), (octets) => {
      let primitive: SisPrimitive;
      try {
        primitive = decodePrimitive(octets);
      } catch (error) {
        if (!(error instanceof SisError)) throw error;
        return;
      }
      good++;
      assert.deepEqual(decodePrimitive(encodePrimitive(primitive)), primitive);
    }),
    { numRuns: 5_000, seed: 5066 },
  );
  assert.ok(good > 500, `${good}`);
});

const REFUSED: readonly (readonly [what: string, kind: SisErrorKind, hex: string])[] = [
  ["preamble the wrong way round", "preamble", "EB 90 00 00 01 11"],
  ["no version octet, as in the first edition", "version", "90 EB 01 11 00 00"],
  ["size 0", "size", "90 EB 00 00 00 11"],
  ["keep-alive with an argument", "size", "90 EB 00 00 02 11 00"],
  ["octets behind the frame", "size", "90 EB 00 00 01 11 90"],
  ["cut in the header", "truncated", "90 EB 00 00"],
  ["cut in the fields", "truncated", "90 EB 00 00 04 01 60"],
  ["type 0", "unknown-type", "90 EB 00 00 01 00"],
  ["type 28", "unknown-type", "90 EB 00 00 03 1C 00 00"],
  ["management request without a type", "layout", "90 EB 00 00 01 12"],
  ["request shorter than its fields", "layout", "90 EB 00 00 0B 14 06 EA 14 1E 28 10 00 00 00 00"],
  ["U_PDU shorter than its size", "layout", "90 EB 00 00 0D 14 06 EA 14 1E 28 10 00 00 00 00 02 68"],
  ["U_PDU longer than its size", "layout", "90 EB 00 00 0E 14 06 EA 14 1E 28 10 00 00 00 00 01 68 68"],
  [
    "blocks that exceed the frame",
    "layout",
    "90 EB 00 00 11 15 55 EA 14 1E 28 35 E1 02 03 04 00 00 FF FF 00 00",
  ],
  [
    "lists of blocks, not empty, in mode 1",
    "layout",
    "90 EB 00 00 12 15 55 EA 14 1E 28 15 E1 02 03 04 00 01 00 00 00 01 68",
  ],
  [
    "empty lists of blocks twice, in mode 3",
    "layout",
    "90 EB 00 00 15 15 55 EA 14 1E 28 35 E1 02 03 04 00 00 00 00 00 00 00 00 00 00",
  ],
  ["layout before value", "layout", "90 EB 00 00 0E 14 06 EA 14 1E 28 F0 00 00 00 00 01 68 68"],
  ["bind with mode 0", "value", "90 EB 00 00 04 01 60 00 00"],
  ["bind with mode 4", "value", "90 EB 00 00 04 01 60 40 00"],
  ["bind with the extended field", "value", "90 EB 00 00 04 01 60 15 00"],
  ["bind with confirmation 3", "value", "90 EB 00 00 04 01 60 1C 00"],
  ["confirmation without ARQ", "value", "90 EB 00 00 04 01 70 24 00"],
  ["hard link type 3", "value", "90 EB 00 00 06 06 D6 EA 14 1E 28"],
  ["hard link to a group", "value", "90 EB 00 00 06 06 96 F0 00 00 05"],
  ["ARQ to a group", "value", "90 EB 00 00 0C 14 06 F0 00 00 05 10 00 00 00 00 00"],
  ["TTL above 15 days", "value", "90 EB 00 00 0C 14 06 EA 14 1E 28 10 09 E3 41 00 00"],
  ["from a group", "value", "90 EB 00 00 0D 15 55 EA 14 1E 28 15 F0 00 00 05 00 00"],
  ["ARQ indication to a group", "value", "90 EB 00 00 0D 15 55 F0 00 00 05 15 E1 02 03 04 00 00"],
  ["indication with mode 0", "value", "90 EB 00 00 0D 15 55 EA 14 1E 28 05 E1 02 03 04 00 00"],
];

for (const [what, kind, hex] of REFUSED) {
  Deno.test(`refused as ${kind}: ${what}`, () => {
    assert.throws(() => decodePrimitive(hexOctets(hex)), { name: "SisError", kind });
  });
}

Deno.test("the empty lists of blocks that Rockwell Collins servers put everywhere are left out", () => {
  const [, , expected] = EXAMPLES.find(([what]) => what === "indication, ARQ") ?? [];
  const hex = "90 EB 00 00 16 15 55 EA 14 1E 28 15 E1 02 03 04 00 05 00 00 00 00 68 65 6C 6C 6F";
  assert.deepEqual(decodePrimitive(hexOctets(hex)), expected);
  const expedited = decodePrimitive(hexOctets(hex.replace("16 15 55", "16 19 05")));
  assert.equal(expedited.kind, "expeditedUnidataIndication");
});

Deno.test("bits that are not used may have any value", () => {
  const bind = decodePrimitive(hexOctets("90 EB 00 00 04 01 60 14 0F"));
  assert.deepEqual(bind, decodePrimitive(hexOctets("90 EB 00 00 04 01 60 14 00")));
  const accepted = decodePrimitive(hexOctets("90 EB 00 00 04 03 6F 08 00"));
  assert.deepEqual(accepted, { kind: "bindAccepted", sap: 6, mtuBytes: 2048 });
  const request = decodePrimitive(hexOctets("90 EB 00 00 0C 14 06 EA 14 1E 28 0F F0 00 00 00 00"));
  assert.equal(request.kind === "unidataRequest" && request.delivery, undefined);
});

Deno.test("reasons and states that Annex A does not name are taken as they are", () => {
  assert.deepEqual(decodePrimitive(hexOctets("90 EB 00 00 02 04 C8")), { kind: "bindRejected", reason: 200 });
});

const FRAME: Extract<SisPrimitive, { kind: "unidataRequest" }> = {
  kind: "unidataRequest",
  priority: 0,
  destinationSap: 6,
  destination: node("1.2.3.4"),
  delivery: undefined,
  ttlMs: undefined,
  uPdu: new Uint8Array(0),
};

Deno.test("a life is rounded up to whole units of 2 s, to at least one, and to 15 days", () => {
  const units = (ttlMs: number | undefined) => {
    const octets = encodePrimitive({ ...FRAME, ttlMs });
    return [...octets.subarray(12, 15)];
  };
  assert.deepEqual(units(undefined), [0, 0, 0]);
  assert.deepEqual(units(0), [0, 0, 1]);
  assert.deepEqual(units(2_001), [0, 0, 2]);
  assert.deepEqual(units(2 ** 40), [0x09, 0xe3, 0x40]);
});

Deno.test("the greatest U_PDUs of a request and of an indication are those that fill a frame", () => {
  const request = encodePrimitive({ ...FRAME, uPdu: new Uint8Array(65_523) });
  assert.equal(decodePrimitive(request).kind, "unidataRequest");
  assert.throws(() => encodePrimitive({ ...FRAME, uPdu: new Uint8Array(65_524) }), RangeError);
});

const ILL_MADE: readonly (readonly [what: string, primitive: SisPrimitive])[] = [
  ["SAP 16", { ...FRAME, destinationSap: 16 }],
  ["priority -1", { ...FRAME, priority: -1 }],
  ["an address of 29 bits", { ...FRAME, destination: { isGroup: false, bits: 2 ** 28 } }],
  ["ARQ to a group", {
    ...FRAME,
    destination: node("16.0.0.1"),
    delivery: { mode: "arq", confirmation: "none", order: "in-order", minRetransmissions: 0 },
  }],
  ["confirmation without ARQ", {
    ...FRAME,
    delivery: { mode: "non-arq", confirmation: "node", order: "in-order", minRetransmissions: 0 },
  }],
  ["hard link to a group", { kind: "hardLinkTerminate", remote: node("16.0.0.1") }],
  ["hard link type 3", {
    kind: "hardLinkEstablish",
    link: { type: 3, priority: 0, remoteSap: 0, remote: node("1.2.3.4") },
  }],
  ["blocks with ARQ", {
    kind: "unidataIndication",
    priority: 0,
    destinationSap: 6,
    destination: node("1.2.3.4"),
    mode: "arq",
    sourceSap: 6,
    source: node("1.2.3.5"),
    damaged: [{ pointer: 1, sizeBytes: 1 }],
    missing: [],
    uPdu: new Uint8Array(1),
  }],
  ["MTU 65,536", { kind: "bindAccepted", sap: 6, mtuBytes: 65_536 }],
];

for (const [what, primitive] of ILL_MADE) {
  Deno.test(`our own mistake is thrown when it is to be encoded: ${what}`, () => {
    assert.throws(() => encodePrimitive(primitive), RangeError);
  });
}
