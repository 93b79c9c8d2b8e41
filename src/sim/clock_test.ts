import assert from "node:assert/strict";
import { sleep } from "../base/mod.ts";
import { VirtualClock } from "./mod.ts";

Deno.test("timers fire in the order of their time, equal ones in the order of their making", async () => {
  const clock = new VirtualClock();
  const fired: string[] = [];
  clock.after(20, () => fired.push("late"));
  clock.after(10, () => fired.push("first"));
  clock.after(10, () => fired.push("second"));
  await clock.advance(15);
  assert.deepEqual(fired, ["first", "second"]);
  await clock.advance(5);
  assert.deepEqual(fired, ["first", "second", "late"]);
});

Deno.test("a timer set by a timer fires within the same advance", async () => {
  const clock = new VirtualClock(0);
  const at: number[] = [];
  clock.after(10, () => clock.after(10, () => at.push(clock.nowMs())));
  await clock.advance(100);
  assert.deepEqual(at, [20]);
  assert.equal(clock.nowMs(), 100);
});

Deno.test("a cancelled timer does not fire, and cancelling again does no harm", async () => {
  const clock = new VirtualClock();
  const cancel = clock.after(10, () => assert.fail("cancelled"));
  cancel();
  cancel();
  await clock.advance(20);
  assert.equal(clock.pending, 0);
});

Deno.test("what waits for a timer has run before the next one fires", async () => {
  const clock = new VirtualClock();
  const order: string[] = [];
  clock.after(2, () => order.push("timer"));
  void sleep(clock, 1).then(() => Promise.resolve()).then(() => order.push("promise"));
  await clock.advance(2);
  assert.deepEqual(order, ["promise", "timer"]);
});

Deno.test("waiting for a condition takes no longer than it has to, and says when it never comes", async () => {
  const clock = new VirtualClock(0);
  let ready = false;
  clock.after(500, () => ready = true);
  await clock.until(() => ready, 1_000);
  assert.equal(clock.nowMs(), 500);
  await assert.rejects(clock.until(() => false, 1_000), /does not hold within 1000 ms/);
});

Deno.test("an idle hour passes at once", async () => {
  const clock = new VirtualClock(0);
  await clock.advance(3_600_000);
  assert.equal(clock.monotonicMs(), 3_600_000);
});
