import assert from "node:assert/strict";
import { airMs, blocksOf, capacityBytes, type HfModem, hfModem } from "./air.ts";
import { dataCPduBytes, DPDU, dpduBytes } from "./sizes.ts";
import { RATES_BPS, WAVEFORMS } from "./waveform.ts";

const SEGMENT_BYTES = 200;
const M = 7;

/** Octets on the air of a U_PDU without time-to-die, in segments of 200 octets. */
function uPduOnAir(uPduBytes: number): number {
  let restBytes = dataCPduBytes(uPduBytes, false);
  let onAir = 0;
  for (; restBytes > 0; restBytes -= SEGMENT_BYTES) {
    const segmentBytes = Math.min(SEGMENT_BYTES, restBytes);
    onAir += dpduBytes(DPDU.dataOnly, { addressBytes: M, segmentBytes });
  }
  return onAir;
}

const ACK = dpduBytes(DPDU.ackOnly, { addressBytes: M });
const LINK = dpduBytes(DPDU.expeditedNonArqData, { addressBytes: M, segmentBytes: 1 });

/** Seconds on the air of U_PDUs of 120, 600 and 2,048 octets, of an ACK, of a link request: calculated by hand. */
const REFERENCE: readonly (readonly [number, string, ...(number | undefined)[]])[] = [
  [75, "long", 24.0, 81.6, 249.6, 9.6, 9.6],
  [300, "short", 4.8, 19.2, 61.8, 1.2, 1.8],
  [300, "long", 9.6, 24.0, 67.2, 9.6, 9.6],
  [1_200, "short", 1.8, 5.4, 16.2, 1.2, undefined],
  [2_400, "short", undefined, undefined, undefined, undefined, 1.2],
  [2_400, "long", 9.6, 9.6, 14.4, 9.6, 9.6],
  [9_600, "very-long", 8.9, 8.9, 8.9, 8.9, undefined],
];

for (const [rateBps, interleaver, ...seconds] of REFERENCE) {
  Deno.test(`air times at ${rateBps} bit/s, interleaver ${interleaver}, are those of the reference`, () => {
    const modem = hfModem({ rateBps, interleaver });
    const sizes = [uPduOnAir(120), uPduOnAir(600), uPduOnAir(2_048), ACK, LINK];
    for (const [index, expected] of seconds.entries()) {
      if (expected === undefined) continue;
      const airS = airMs(modem, sizes[index] ?? 0) / 1_000;
      assert.equal(airS.toFixed(1), expected.toFixed(1), `${sizes[index]} octets`);
    }
  });
}

Deno.test("air time is keying, preamble and bits when there is no interleaver", () => {
  const modem = { ...hfModem({ rateBps: 1_200, interleaver: "zero" }), pttLeadMs: 100 };
  assert.equal(airMs(modem, 150), 100 + 600 + 1_000);
  assert.equal(blocksOf(modem, 150), 0);
  assert.equal(capacityBytes(modem, 1_700), 150);
});

Deno.test("what fits into 127.5 s is on the air for no longer, and one octet more is", () => {
  for (const { ratesBps, interleavers } of WAVEFORMS) {
    for (const rateBps of ratesBps) {
      for (const interleaver of Object.keys(interleavers)) {
        const modem: HfModem = hfModem({ rateBps, interleaver });
        const mostBytes = capacityBytes(modem, 127_500);
        assert.ok(airMs(modem, mostBytes) <= 127_500 + 1e-6, `${rateBps} ${interleaver}`);
        assert.ok(airMs(modem, mostBytes + 1) > 127_500, `${rateBps} ${interleaver}`);
      }
    }
  }
});

Deno.test("only five D_PDUs of 200 octets fit into one transmission at 75 bit/s", () => {
  const dPdu = dpduBytes(DPDU.dataOnly, { addressBytes: M, segmentBytes: SEGMENT_BYTES });
  assert.equal(Math.floor(capacityBytes(hfModem({ rateBps: 75, interleaver: "long" }), 127_500) / dPdu), 5);
});

Deno.test("rates and interleavers that no waveform has are refused by name", () => {
  assert.deepEqual(RATES_BPS, [75, 150, 300, 600, 1_200, 2_400, 3_200, 4_800, 6_400, 8_000, 9_600]);
  assert.throws(() => hfModem({ rateBps: 1_000 }), /Cannot use 1000 bit\/s: the rates are 75, 150/);
  assert.throws(
    () => hfModem({ rateBps: 300, interleaver: "very-long" }),
    /Cannot use interleaver very-long at 300 bit\/s: MIL-STD-188-110A has zero, short, long/,
  );
  assert.throws(() => hfModem({ rateBps: 300, interleaver: "toString" }), RangeError);
});
