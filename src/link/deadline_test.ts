import assert from "node:assert/strict";
import type { Clock } from "../base/mod.ts";
import { VirtualClock } from "../sim/mod.ts";
import { Deadline } from "./deadline.ts";

const DAY_MS = 86_400_000;

/** A deadline that notes when it was reached, as time since the start. */
function noted(clock: Clock): { deadline: Deadline; reached: number[]; startMs: number } {
  const reached: number[] = [];
  const deadline = new Deadline(clock, () => void reached.push(clock.monotonicMs()));
  return { deadline, reached, startMs: clock.nowMs() };
}

Deno.test("a deadline is reached once, at its moment", async () => {
  const clock = new VirtualClock();
  const { deadline, reached, startMs } = noted(clock);
  deadline.set(startMs + 1_000);
  await clock.advance(10_000);
  assert.deepEqual(reached, [1_000]);
  deadline.set(startMs + 5_000);
  await clock.advance(1);
  assert.deepEqual(reached, [1_000, 10_000], "one that has passed is reached at once");
});

Deno.test("a deadline that is moved is reached where it was moved to, one that is taken away is not", async () => {
  const clock = new VirtualClock();
  const { deadline, reached, startMs } = noted(clock);
  deadline.set(startMs + 1_000);
  deadline.set(startMs + 3_000);
  deadline.set(startMs + 2_000);
  await clock.advance(10_000);
  assert.deepEqual(reached, [2_000]);
  deadline.set(startMs + 20_000);
  deadline.set(undefined);
  await clock.advance(20_000);
  assert.deepEqual([reached.length, clock.pending], [1, 0]);
});

Deno.test("a deadline weeks away is reached on time, in steps that every clock can hold", async () => {
  const clock = new VirtualClock();
  const delays: number[] = [];
  const watched: Clock = {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs, callback) => {
      delays.push(delayMs);
      return clock.after(delayMs, callback);
    },
  };
  const { deadline, reached } = noted(watched);
  deadline.set(clock.nowMs() + 30 * DAY_MS);
  await clock.advance(31 * DAY_MS);
  assert.deepEqual(reached, [30 * DAY_MS]);
  assert.ok(Math.max(...delays) <= DAY_MS);
});
