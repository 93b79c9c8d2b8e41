import assert from "node:assert/strict";
import { seededRandom } from "../base/mod.ts";
import { VirtualClock } from "../sim/mod.ts";
import { UNIDATA_REJECTED } from "../stanag5066/mod.ts";
import { NodeRest } from "./node_rest.ts";

const TURNAROUND_MS = 2_000;
const CONFIRMED = { kind: "confirmed" } as const;
const REJECTED = { kind: "rejected", reason: UNIDATA_REJECTED.sapNotBound } as const;
const SILENT = { kind: "rejected", reason: UNIDATA_REJECTED.nodeNotResponding } as const;

function begin() {
  const clock = new VirtualClock();
  const overMs: number[] = [];
  const rest = new NodeRest(clock, seededRandom(1), TURNAROUND_MS, () => overMs.push(clock.monotonicMs()));
  return { clock, rest, overMs };
}

Deno.test("a far node that does not answer is called again after a turnaround, every time", async () => {
  const { clock, rest, overMs } = begin();
  for (let n = 1; n <= 20; n++) {
    rest.outcome(SILENT);
    assert.equal(rest.isResting, true);
    await clock.advance(TURNAROUND_MS);
    assert.equal(rest.isResting, false);
    assert.equal(overMs.length, n);
  }
});

Deno.test("after other refusals the pauses double up to five minutes", async () => {
  const { clock, rest } = begin();
  const pausesMs: number[] = [];
  for (let n = 0; n < 12; n++) {
    rest.outcome(REJECTED);
    const startMs = clock.monotonicMs();
    await clock.until(() => !rest.isResting, 600_000);
    pausesMs.push(clock.monotonicMs() - startMs);
  }
  assert(pausesMs[0] !== undefined && pausesMs[0] <= 5_000);
  assert(pausesMs.every((pauseMs) => pauseMs <= 300_000));
  assert((pausesMs.at(-1) ?? 0) >= 150_000);
});

Deno.test("several refusals at once make one pause", async () => {
  const { clock, rest, overMs } = begin();
  for (let n = 0; n < 10; n++) rest.outcome(REJECTED);
  await clock.advance(10_000);
  assert.equal(overMs.length, 1);
  assert.equal(clock.pending, 0);
});

Deno.test("a sign of life ends the pause at once, and the next begins small", async () => {
  const { clock, rest, overMs } = begin();
  for (let n = 0; n < 6; n++) {
    rest.outcome(REJECTED);
    await clock.until(() => !rest.isResting, 600_000);
  }
  rest.outcome(REJECTED);
  rest.outcome(CONFIRMED);
  assert.equal(rest.isResting, false);
  assert.equal(overMs.length, 7);
  rest.outcome(REJECTED);
  await clock.advance(5_000);
  assert.equal(rest.isResting, false);
});

Deno.test("what is lost makes no pause, and nothing is left running after the stop", async () => {
  const { clock, rest, overMs } = begin();
  rest.outcome({ kind: "lost" });
  assert.equal(rest.isResting, false);
  rest.outcome(REJECTED);
  rest.stop();
  await clock.advance(600_000);
  assert.deepEqual([overMs.length, clock.pending, rest.isResting], [0, 0, false]);
});
