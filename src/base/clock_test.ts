import assert from "node:assert/strict";
import { VirtualClock } from "../sim/mod.ts";
import { type Clock, inSteps, LONGEST_STEP_MS } from "./clock.ts";
import { guardedClock, type LogFields, nullLog } from "./mod.ts";

const DAY_MS = 86_400_000;

/** Timers as the runtime has them: too long a delay is as good as none. */
function shortTimers(clock: VirtualClock): Clock["after"] {
  return (delayMs, callback) => clock.after(delayMs > LONGEST_STEP_MS ? 1 : delayMs, callback);
}

for (const delayMs of [0, 1, LONGEST_STEP_MS, LONGEST_STEP_MS + 1, 30 * DAY_MS, 3_650 * DAY_MS]) {
  Deno.test(`a timer of ${delayMs} ms fires then, and not before`, async () => {
    const clock = new VirtualClock();
    const firedMs: number[] = [];
    inSteps(delayMs, () => firedMs.push(clock.monotonicMs()), shortTimers(clock));
    await clock.advance(delayMs);
    assert.deepEqual(firedMs, [delayMs]);
    assert.equal(clock.pending, 0);
  });
}

Deno.test("a timer of many steps can be cancelled in any of them", async () => {
  const clock = new VirtualClock();
  let fired = false;
  const cancel = inSteps(100 * DAY_MS, () => fired = true, shortTimers(clock));
  await clock.advance(60 * DAY_MS);
  cancel();
  assert.equal(clock.pending, 0);
  await clock.advance(100 * DAY_MS);
  assert.equal(fired, false);
});

Deno.test("what a guarded timer throws, or rejects with, is logged and goes no further", async () => {
  const logged: (readonly [string, LogFields | undefined])[] = [];
  const log = { ...nullLog, error: (event: string, fields?: LogFields) => void logged.push([event, fields]) };
  const virtual = new VirtualClock();
  const clock = guardedClock(virtual, log);
  clock.after(1, () => {
    throw new Error("a bug");
  });
  clock.after(2, () => Promise.reject(new Error("a late bug")));
  await virtual.advance(3);
  assert.deepEqual(logged, [
    ["timer failed", { error: "a bug" }],
    ["timer failed", { error: "a late bug" }],
  ]);
  assert.equal(clock.monotonicMs(), 3);
  assert.equal(clock.nowMs(), virtual.nowMs());
});
