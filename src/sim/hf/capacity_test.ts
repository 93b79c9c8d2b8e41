import assert from "node:assert/strict";
import { print } from "../../../tests/support/print.ts";
import { hfModem } from "./air.ts";
import { measureCapacity } from "./capacity.ts";

/** Rate, interleaver, and the least share of the time on the air, and of the bits that are U_PDU octets. */
const BARS = [
  [75, "short", 0.96, 0.84],
  [300, "short", 0.96, 0.84],
  [1_200, "short", 0.96, 0.84],
  // Here the window of 128 frames is full after 24 of the 127.5 seconds.
  [9_600, "short", 0.85, 0.7],
  [300, "long", 0.96, 0.75],
  [1_200, "long", 0.96, 0.76],
] as const;

for (const [rateBps, interleaver, leastUtilisation, leastShare] of BARS) {
  Deno.test(`an endless queue at ${rateBps} bit/s, interleaver ${interleaver}, fills the channel`, async () => {
    const { utilisation, bytesPerSecond } = await measureCapacity({
      modem: hfModem({ rateBps, interleaver }),
    });
    const share = bytesPerSecond * 8 / rateBps;
    print(`  utilisation ${utilisation.toFixed(3)}, U_PDU bits ${share.toFixed(3)} of the rate\n`);
    assert.ok(utilisation >= leastUtilisation && utilisation <= 1, `utilisation ${utilisation}`);
    assert.ok(share >= leastShare && share < 0.9, `share ${share}`);
  });
}

Deno.test("longer segments carry more when nothing is lost, less when much is", async () => {
  const modem = hfModem({ rateBps: 1_200 });
  const carried = async (segmentBytes: number, lossRatio: number) => {
    const fading = { lossRatio, burstBlocks: 3 };
    return (await measureCapacity({ modem, fading, node: { segmentBytes } })).bytesPerSecond;
  };
  assert.ok(await carried(1_023, 0) > await carried(200, 0));
  assert.ok(await carried(1_023, 0.1) < await carried(200, 0.1));
});
