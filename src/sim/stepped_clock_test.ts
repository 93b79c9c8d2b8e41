import assert from "node:assert/strict";
import { VirtualClock } from "./clock.ts";
import { SteppedClock } from "./stepped_clock.ts";

Deno.test("a step changes the time of day, and neither timers nor monotonic time", async () => {
  const clock = new VirtualClock(1_000);
  const stepped = new SteppedClock(clock);
  const fired: string[] = [];
  stepped.after(100, () => fired.push("timer"));
  stepped.after(100, () => fired.push("cancelled"))();
  stepped.step(-5_000);
  assert.deepEqual([stepped.nowMs(), stepped.monotonicMs()], [-4_000, 0]);
  stepped.step(6_000);
  assert.equal(stepped.nowMs(), 2_000);
  await clock.advance(99);
  assert.deepEqual(fired, []);
  await clock.advance(1);
  assert.deepEqual(fired, ["timer"]);
  assert.deepEqual([stepped.nowMs(), stepped.monotonicMs()], [2_100, 100]);
});
