import assert from "node:assert/strict";
import { VirtualClock } from "./clock.ts";
import { StoppableClock } from "./stoppable_clock.ts";

Deno.test("a stopped clock has no timers and takes none, and its time goes on", async () => {
  const clock = new VirtualClock();
  const stoppable = new StoppableClock(clock);
  const fired: string[] = [];
  stoppable.after(10, () => fired.push("before"));
  stoppable.after(10, () => fired.push("cancelled"))();
  await clock.advance(10);
  stoppable.after(10, () => fired.push("stopped"));
  assert.equal(clock.pending, 1);
  stoppable.stop();
  assert.equal(clock.pending, 0);
  stoppable.after(10, () => fired.push("late"));
  await clock.advance(100);
  assert.deepEqual(fired, ["before"]);
  assert.deepEqual([stoppable.monotonicMs(), stoppable.nowMs()], [clock.monotonicMs(), clock.nowMs()]);
});
