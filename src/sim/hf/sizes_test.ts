import assert from "node:assert/strict";
import { ackMapBytes, DPDU, dpduBytes, type DPduParts, type DPduType } from "./sizes.ts";

/** Worked examples of Annex C: what it is, and its octets with sync and CRCs. */
const EXAMPLES: readonly (readonly [string, DPduType, DPduParts, string])[] = [
  ["WARNING", DPDU.warning, { addressBytes: 2 }, "90 EB F0 00 00 47 05 64 02 5F 1E"],
  [
    "DATA-ONLY",
    DPDU.dataOnly,
    { addressBytes: 7, segmentBytes: 9 },
    "90 EB 00 00 04 E9 A1 41 E2 81 02 03 04 EC 09 00 2B 65 00 05 55 00 68 65 6C 6C 6F 78 DF AB 91",
  ],
  ["ACK-ONLY", DPDU.ackOnly, { addressBytes: 7 }, "90 EB 10 00 02 E7 10 20 30 4A 14 1E 28 01 8B 82"],
  [
    "ACK-ONLY with a bit map",
    DPDU.ackOnly,
    { addressBytes: 7, ackMapBytes: ackMapBytes(1, 4) },
    "90 EB 10 00 02 E8 10 20 30 4A 14 1E 28 01 06 94 7A",
  ],
  [
    "PHYSICAL LINK REQUEST",
    DPDU.expeditedNonArqData,
    { addressBytes: 7, segmentBytes: 1 },
    "90 EB 80 00 06 EF A1 41 E2 81 02 03 04 00 01 00 00 01 00 00 00 14 FF C8 10 AA 9C 74 1E",
  ],
];

for (const [name, type, parts, octets] of EXAMPLES) {
  Deno.test(`${name} is as long as its worked example`, () => {
    assert.equal(dpduBytes(type, parts), octets.split(" ").length);
  });
}

Deno.test("overheads are those of the table for addresses of 7 octets", () => {
  const overhead = (type: DPduType) => dpduBytes(type, { addressBytes: 7 });
  assert.deepEqual(
    [DPDU.dataOnly, DPDU.ackOnly, DPDU.dataAck, DPDU.nonArqData, DPDU.expeditedNonArqData, DPDU.warning].map(
      overhead,
    ),
    [22, 16, 23, 28, 28, 16],
  );
});

Deno.test("an acknowledgement's bit map runs from behind RX LWE to the last frame held", () => {
  assert.equal(ackMapBytes(5, undefined), 0);
  assert.equal(ackMapBytes(5, 6), 1);
  assert.equal(ackMapBytes(5, 13), 1);
  assert.equal(ackMapBytes(5, 14), 2);
  assert.equal(ackMapBytes(0, 127), 16);
});
