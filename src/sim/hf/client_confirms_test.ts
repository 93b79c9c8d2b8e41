import assert from "node:assert/strict";
import { VirtualClock } from "../clock.ts";
import { ClientConfirms } from "./client_confirms.ts";

function setUp() {
  const clock = new VirtualClock();
  const confirms = new ClientConfirms(clock, 1_000);
  const outcomes: string[] = [];
  const acked = confirms.open(1, (outcome) => outcomes.push(outcome));
  return { clock, confirms, outcomes, acked };
}

Deno.test("what the far client is told settles it, whichever comes first", async () => {
  const late = setUp();
  late.acked("delivered");
  assert.deepEqual(late.outcomes, []);
  late.confirms.said(1, "sap-not-bound");
  late.confirms.said(1, "delivered");
  assert.deepEqual(late.outcomes, ["sap-not-bound"]);
  assert.equal(late.clock.pending, 0);
  const early = setUp();
  early.confirms.said(1, "delivered");
  early.acked("delivered");
  assert.equal(early.clock.pending, 0);
  await early.clock.advance(5_000);
  assert.deepEqual(early.outcomes, ["delivered"]);
});

Deno.test("a failure on the way settles it, and silence after a time", async () => {
  const failed = setUp();
  failed.acked("not-responding");
  assert.deepEqual(failed.outcomes, ["not-responding"]);
  const silent = setUp();
  silent.acked("delivered");
  await silent.clock.advance(999);
  assert.deepEqual(silent.outcomes, []);
  await silent.clock.advance(1);
  assert.deepEqual(silent.outcomes, ["not-responding"]);
});

Deno.test("what was taken back is never settled", () => {
  const { confirms, outcomes } = setUp();
  confirms.forget(1);
  confirms.said(1, "delivered");
  assert.deepEqual(outcomes, []);
});
