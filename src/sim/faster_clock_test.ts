import assert from "node:assert/strict";
import { VirtualClock } from "./clock.ts";
import { fasterClock } from "./faster_clock.ts";

Deno.test("a faster clock begins now, passes faster, and its timers come sooner", async () => {
  const clock = new VirtualClock();
  await clock.advance(5_000);
  const fast = fasterClock(clock, 10);
  assert.equal(fast.nowMs(), clock.nowMs());
  assert.equal(fast.monotonicMs(), 0);
  const fired: number[] = [];
  fast.after(1_000, () => fired.push(fast.monotonicMs()));
  const cancel = fast.after(500, () => fired.push(-1));
  cancel();
  await clock.advance(99);
  assert.deepEqual(fired, []);
  await clock.advance(1);
  assert.deepEqual(fired, [1_000]);
  assert.equal(fast.nowMs() - clock.nowMs(), 900);
});

Deno.test("a clock that does not run is refused", () => {
  for (const factor of [0, -1, NaN]) {
    assert.throws(() => fasterClock(new VirtualClock(), factor), /Cannot run .* times as fast/);
  }
});
