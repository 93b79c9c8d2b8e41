import assert from "node:assert/strict";
import { Rig } from "./testing/rig.ts";

Deno.test("the server is called again after pauses that double up to the longest, each less up to a half", async () => {
  const rig = new Rig({}, { retryFirstMs: 1_000, retryMostMs: 8_000 });
  rig.client.start();
  const pausesMs: number[] = [];
  for (let i = 0; i < 6; i++) {
    rig.client.closed("refused");
    rig.happened();
    const sinceMs = rig.clock.monotonicMs();
    await rig.clock.until(() => rig.happened().includes("connect"), 8_000);
    pausesMs.push(rig.clock.monotonicMs() - sinceMs);
  }
  for (const [index, mostMs] of [1_000, 2_000, 4_000, 8_000, 8_000, 8_000].entries()) {
    const pauseMs = pausesMs[index] ?? 0;
    assert.ok(pauseMs <= mostMs && pauseMs >= mostMs / 2, `${pausesMs}`);
  }
});

Deno.test("pauses begin small again only after a bind that has lasted", async () => {
  const rig = new Rig({}, { retryFirstMs: 1_000, retryMostMs: 64_000, provenMs: 60_000 });
  const lasts = async (boundMs: number) => {
    rig.accept();
    await rig.clock.advance(boundMs);
    rig.client.closed("lost");
    rig.happened();
    const sinceMs = rig.clock.monotonicMs();
    await rig.clock.until(() => rig.happened().includes("connect"), 64_000);
    return rig.clock.monotonicMs() - sinceMs;
  };
  rig.client.start();
  for (let i = 0; i < 4; i++) await lasts(59_999);
  assert.ok(await lasts(59_999) >= 8_000);
  assert.ok(await lasts(60_000) <= 1_000);
});

const LASTING = [
  { kind: "bindRejected", reason: 1, isLasting: true },
  { kind: "bindRejected", reason: 2, isLasting: true },
  { kind: "bindRejected", reason: 3, isLasting: false },
  { kind: "bindRejected", reason: 4, isLasting: true },
  { kind: "unbindIndication", reason: 1, isLasting: true },
  { kind: "unbindIndication", reason: 2, isLasting: false },
  { kind: "unbindIndication", reason: 3, isLasting: false },
  { kind: "unbindIndication", reason: 4, isLasting: true },
  { kind: "unbindIndication", reason: 5, isLasting: true },
] as const;

for (const { kind, reason, isLasting } of LASTING) {
  Deno.test(`after ${kind} ${reason} the server is called ${isLasting ? "much later" : "soon"}`, async () => {
    const rig = new Rig({}, { retryFirstMs: 1_000, refusedMs: 30_000 });
    rig.client.start();
    rig.client.opened();
    if (kind === "unbindIndication") rig.gets({ kind: "bindAccepted", sap: 6, mtuBytes: 2_048 });
    rig.gets({ kind, reason });
    rig.happened();
    await rig.clock.advance(29_999);
    assert.deepEqual(rig.happened(), isLasting ? [] : ["connect"]);
    await rig.clock.advance(1);
    assert.deepEqual(rig.happened(), isLasting ? ["connect"] : []);
  });
}
