import assert from "node:assert/strict";
import fc from "fast-check";
import { AirWindow } from "./air_window.ts";

const MOST_BYTES = 2_042;
const AIR = { rateBps: 1_200, transmissionMs: 127_000 } as const;

Deno.test("after silence one short block goes first, then full ones up to what one transmission holds", () => {
  const window = new AirWindow(AIR);
  assert.deepEqual(window.room(MOST_BYTES), { blockBytes: 600, blocks: 1 });
  window.handed(600);
  const { blockBytes, blocks } = window.room(MOST_BYTES);
  assert.equal(blockBytes, MOST_BYTES);
  assert.equal(blocks, Math.floor((1_200 * 127 / 8 - 600) / MOST_BYTES));
  for (let n = 0; n < blocks; n++) window.handed(blockBytes);
  assert.equal(window.room(MOST_BYTES).blocks, 0);
  window.done(MOST_BYTES);
  assert.equal(window.room(MOST_BYTES).blocks, 1, "what was brought over makes room");
});

Deno.test("a block is no longer than 20 s on the air, and never so small that nothing fits", () => {
  const slow = new AirWindow({ rateBps: 75, transmissionMs: 127_000 });
  assert.deepEqual(slow.room(MOST_BYTES), { blockBytes: 192, blocks: 1 });
  slow.handed(192);
  assert.equal(slow.room(MOST_BYTES).blockBytes, 192);
  const fast = new AirWindow({ rateBps: 9_600, transmissionMs: 127_000 });
  fast.handed(1);
  assert.equal(fast.room(100_000).blockBytes, 24_000);
});

Deno.test("a fast channel gets no more at once than a node may have on the air, and some", () => {
  const window = new AirWindow({ rateBps: 240_000, transmissionMs: 127_000 });
  window.handed(40_000);
  assert.equal(window.room(MOST_BYTES).blocks, Math.floor((48 * 1_024 - 40_000) / MOST_BYTES));
});

Deno.test("when the first block is larger than a transmission it goes all the same", () => {
  const window = new AirWindow({ rateBps: 75, transmissionMs: 1_000 });
  assert.equal(window.room(MOST_BYTES).blocks, 1);
  window.handed(60_000);
  assert.equal(window.room(MOST_BYTES).blocks, 0);
  window.done(60_000);
  window.done(60_000);
  assert.equal(window.room(MOST_BYTES).blocks, 1, "a repeated word changes nothing");
});

Deno.test("whatever happens, there is room once all is done, and never more than allowed", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 75, max: 240_000 }),
      fc.integer({ min: 1_000, max: 127_000 }),
      fc.array(fc.integer({ min: 1, max: 4_000 }), { maxLength: 50 }),
      (rateBps, transmissionMs, sizes) => {
        const window = new AirWindow({ rateBps, transmissionMs });
        for (const size of sizes) window.handed(size);
        const { blocks, blockBytes } = window.room(MOST_BYTES);
        if (sizes.length > 0) assert(blocks * blockBytes <= Math.max(0, 48 * 1_024));
        for (const size of sizes) window.done(size);
        assert.equal(window.room(MOST_BYTES).blocks, 1);
      },
    ),
    { seed: 5_066 },
  );
});
