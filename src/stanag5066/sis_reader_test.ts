import assert from "node:assert/strict";
import fc from "fast-check";
import { concat } from "../base/mod.ts";
import { encodePrimitive } from "./encode.ts";
import type { SisErrorKind } from "./sis_error.ts";
import { type SisInput, SisReader } from "./sis_reader.ts";
import { anyPrimitive } from "./testing/arbitrary.ts";
import { EXAMPLES, hexOctets, node } from "./testing/examples.ts";

/** Feeds `octets` in pieces of the given sizes, over and over. */
function inPieces(octets: Uint8Array, sizes: readonly number[]): SisInput[] {
  const reader = new SisReader();
  const found: SisInput[] = [];
  for (let at = 0, turn = 0; at < octets.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    found.push(...reader.push(octets.subarray(at, at + size)));
    at += size;
  }
  return found;
}

const ALL = concat(EXAMPLES.map(([, hex]) => hexOctets(hex)));
const FOUND = EXAMPLES.map(([, , primitive]) => ({ kind: "primitive", primitive }));

for (const size of [1, 2, 3, 7, 64, ALL.length]) {
  Deno.test(`all examples on one stream, ${size} octets at a time`, () => {
    assert.deepEqual(inPieces(ALL, [size]), FOUND);
  });
}

const garbage = fc.uint8Array({ maxLength: 12 });
const stream = fc.array(
  fc.oneof({ weight: 6, arbitrary: anyPrimitive.map(encodePrimitive) }, {
    weight: 1,
    arbitrary: garbage,
  }, { weight: 1, arbitrary: fc.constant(hexOctets("90 EB 00 00 02 63 00")) }),
  { maxLength: 12 },
).map(concat);

Deno.test("whatever comes, any chunking gives the same", () => {
  fc.assert(
    fc.property(stream, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (octets, sizes) => {
      assert.deepEqual(inPieces(octets, sizes), new SisReader().push(octets));
    }),
    { numRuns: 1_000, seed: 5066 },
  );
});

Deno.test("unknown types and values are skipped and reported; reading goes on", () => {
  const found = new SisReader().push(
    hexOctets("90 EB 00 00 03 63 01 02 90 EB 00 00 04 01 60 00 00 90 EB 00 00 01 0F"),
  );
  assert.deepEqual(
    found.map((one) => one.kind === "primitive" ? one.primitive.kind : `${one.kind} ${one.error.kind}`),
    ["skipped unknown-type", "skipped value", "dataFlowOn"],
  );
  assert.equal(found[0]?.kind === "skipped" && found[0].type, 99);
});

const BROKEN: readonly (readonly [what: string, kind: SisErrorKind, hex: string])[] = [
  ["HTTP", "preamble", "47"],
  ["a second octet that is wrong", "preamble", "90 EC"],
  ["another version", "version", "90 EB 01"],
  ["size 0", "size", "90 EB 00 00 00"],
  ["a size that the type does not have", "size", "90 EB 00 FF FF 11"],
  ["fields that do not fit", "layout", "90 EB 00 00 01 12"],
];

for (const [what, kind, hex] of BROKEN) {
  Deno.test(`the stream is broken at once by ${what}, and what came before still counts`, () => {
    const reader = new SisReader();
    const found = reader.push(concat([hexOctets("90 EB 00 00 01 0F"), hexOctets(hex)]));
    assert.deepEqual(found.map((one) => one.kind === "broken" ? one.error.kind : one.kind), [
      "primitive",
      kind,
    ]);
    assert.deepEqual(reader.push(hexOctets("90 EB 00 00 01 0F")), []);
  });
}

Deno.test("the greatest frame is read", () => {
  const uPdu = new Uint8Array(65_522).fill(7);
  const primitive = {
    kind: "unidataIndication",
    priority: 0,
    destinationSap: 6,
    destination: node("1.2.3.4"),
    mode: "arq",
    sourceSap: 6,
    source: node("1.2.3.5"),
    damaged: [],
    missing: [],
    uPdu,
  } as const;
  const octets = encodePrimitive(primitive);
  assert.equal(octets.length, 65_540);
  assert.deepEqual(inPieces(octets, [1_000]), [{ kind: "primitive", primitive }]);
});
