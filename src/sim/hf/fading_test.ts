import assert from "node:assert/strict";
import { seededRandom } from "../../base/mod.ts";
import { Fading } from "./fading.ts";
import { Outages } from "./outages.ts";

/** Share and average run of lost blocks over many blocks. */
function observe(lossRatio: number, burstBlocks: number): { ratio: number; run: number } {
  const fading = new Fading({ lossRatio, burstBlocks }, seededRandom(7));
  const blocks = 200_000;
  let lost = 0;
  let runs = 0;
  let before = false;
  for (let block = 0; block < blocks; block++) {
    const now = fading.next(1);
    if (now) lost++;
    if (now && !before) runs++;
    before = now;
  }
  return { ratio: lost / blocks, run: lost / runs };
}

for (const [lossRatio, burstBlocks] of [[0.1, 3], [0.1, 10], [0.3, 2], [0.02, 1]] as const) {
  Deno.test(`fading loses ${lossRatio} of the blocks in bursts of about ${burstBlocks}`, () => {
    const { ratio, run } = observe(lossRatio, burstBlocks);
    assert.ok(Math.abs(ratio / lossRatio - 1) < 0.07, `ratio ${ratio}`);
    assert.ok(Math.abs(run / burstBlocks - 1) < 0.07, `run ${run}`);
  });
}

Deno.test("fading goes on while nobody sends", () => {
  const fading = new Fading({ lossRatio: 0.5, burstBlocks: 1_000_000 }, seededRandom(1));
  const states = Array.from({ length: 2_000 }, () => fading.next(10_000_000));
  const ratio = states.filter((lost) => lost).length / states.length;
  assert.ok(ratio > 0.45 && ratio < 0.55, `ratio ${ratio}`);
});

Deno.test("without loss nothing fades", () => {
  const fading = new Fading({ lossRatio: 0, burstBlocks: 1 }, seededRandom(1));
  assert.ok(!Array.from({ length: 1_000 }, () => fading.next(1)).includes(true));
});

Deno.test("a loss that no bursts of that length can make is refused", () => {
  const make = (lossRatio: number, burstBlocks: number) =>
    new Fading({ lossRatio, burstBlocks }, seededRandom(1));
  assert.throws(() => make(0.6, 1), /Cannot lose a share of 0.6: 0 to 0.5 is possible/);
  assert.throws(() => make(0.95, 100), RangeError);
  assert.throws(() => make(-0.1, 3), RangeError);
  assert.throws(() => make(0.1, 0.5), /Cannot lose bursts of 0.5 blocks/);
});

Deno.test("outages are where they were planned, and from call to call", () => {
  const outages = new Outages([{ fromMs: 100, toMs: 200 }]);
  const at = (ms: number) => outages.overlaps(ms, ms);
  assert.deepEqual([at(99), at(100), at(199), at(200)], [false, true, true, false]);
  assert.deepEqual([outages.overlaps(0, 100), outages.overlaps(0, 101)], [false, true]);
  outages.begin(300);
  assert.deepEqual([at(299), at(300), at(1e9)], [false, true, true]);
  outages.end(400);
  assert.deepEqual([at(350), at(400)], [true, false]);
  outages.end(500);
  assert.equal(at(450), false);
  assert.throws(() => new Outages([{ fromMs: 2, toMs: 1 }]), /it ends too early/);
});
