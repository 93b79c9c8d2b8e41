import assert from "node:assert/strict";
import { VirtualClock } from "../sim/clock.ts";
import { Deadline } from "./deadline.ts";

Deno.test("Deadline fires once, at the earliest time that was asked for", async () => {
  const clock = new VirtualClock();
  const fired: number[] = [];
  const deadline = new Deadline(clock, () => fired.push(clock.monotonicMs()));
  deadline.noLaterThan(500);
  deadline.noLaterThan(200);
  deadline.noLaterThan(300);
  assert.equal(clock.pending, 1);
  await clock.advance(1_000);
  assert.deepEqual(fired, [200]);
  deadline.noLaterThan(900);
  await clock.advance(0);
  assert.deepEqual(fired, [200, 1_000], "what is past fires at once");
  deadline.noLaterThan(2_000);
  deadline.cancel();
  assert.equal(clock.pending, 0);
});
