import assert from "node:assert/strict";
import { Rig } from "./testing/rig.ts";

const MINUTE_MS = 60_000;

/** Octets of each transmission of a node from the `from`th on. */
function sizes(rig: Rig, node: string, from = 0): number[] {
  return rig.said.slice(from).filter((said) => said.from === node).map(({ sizeBytes }) => sizeBytes);
}

Deno.test("data without a link is answered with a warning, and the link is made anew", async () => {
  const rig = new Rig({ node: { linkIdleMs: Infinity, calledIdleMs: 5_000, breakAttempts: 1 } });
  rig.send("first");
  await rig.clock.advance(12_000);
  rig.net.channel.cut(); // the break of the called side is heard by nobody
  await rig.clock.advance(MINUTE_MS);
  assert.deepEqual([rig.a.linkState("1.2.3.5"), rig.b.linkState("1.2.3.4")], ["up", "down"]);
  rig.net.channel.mend();
  const before = rig.said.length;
  rig.send("second");
  await rig.clock.advance(18_000);
  assert.deepEqual(sizes(rig, "1.2.3.4", before), [32, 29, 32]);
  assert.deepEqual(sizes(rig, "1.2.3.5", before), [16, 29, 16]);
  assert.deepEqual(rig.texts("b"), ["first", "second"]);
  assert.deepEqual(rig.outcomes, ["first: delivered", "second: delivered"]);
});

Deno.test("a call waits while a third node speaks before the answer", async () => {
  const rig = new Rig({ addresses: ["1.2.3.4", "1.2.3.5", "1.2.3.6"], node: { callAttempts: 1 } });
  const { node } = rig.net.server("1.2.3.6");
  rig.send("forth");
  await rig.clock.advance(500);
  node.submit({
    to: "31.255.255.255",
    sourceSap: 6,
    destinationSap: 6,
    priority: 0,
    datagramTimes: 1,
    clientConfirm: false,
    inOrder: true,
    ttlMs: undefined,
    uPdu: new Uint8Array(2_000),
    settled: () => {},
  });
  await rig.clock.advance(MINUTE_MS);
  assert.deepEqual(rig.said.slice(0, 3).map(({ from }) => from), ["1.2.3.4", "1.2.3.6", "1.2.3.5"]);
  assert.deepEqual(rig.outcomes, ["forth: delivered"]);
});

Deno.test("data proves that the node we call holds the link, though its acceptance was lost", async () => {
  // The other side accepts and goes on with data; the first of its blocks is lost.
  const rig = new Rig({ outages: [{ fromMs: 3_900, toMs: 4_300 }] });
  rig.send("forth");
  await rig.clock.advance(100);
  rig.send(500, {}, "b");
  await rig.clock.advance(MINUTE_MS);
  assert.equal(sizes(rig, "1.2.3.4").filter((size) => size === 29).length, 1 + 1, "one call, one break");
  assert.equal(rig.got.a.length, 1);
  assert.deepEqual(rig.texts("b"), ["forth"]);
});

Deno.test("data takes back a break that was not heard", async () => {
  const rig = new Rig();
  rig.send("forth");
  // Idle 30 s after the acknowledgement at 10.8 s: the break is lost, and the other side has data.
  await rig.clock.advance(40_700);
  rig.net.channel.cut();
  await rig.clock.advance(500);
  rig.send("back", {}, "b");
  await rig.clock.advance(1_000);
  rig.net.channel.mend();
  await rig.clock.advance(20_000);
  assert.deepEqual(sizes(rig, "1.2.3.4", 4), [29, 16]);
  assert.deepEqual(sizes(rig, "1.2.3.5", 4), [30]);
  assert.deepEqual([rig.a.linkState("1.2.3.5"), rig.b.linkState("1.2.3.4")], ["up", "up"]);
});

Deno.test("a break that waits for the turnaround is taken back by new data", async () => {
  const rig = new Rig({ node: { linkIdleMs: 0 } });
  rig.send("first");
  await rig.clock.advance(11_500);
  rig.send("second");
  await rig.clock.advance(5_000);
  assert.equal(sizes(rig, "1.2.3.4").filter((size) => size === 29).length, 1, "a call and no break");
  assert.deepEqual(rig.texts("b"), ["first", "second"]);
});

Deno.test("both sides broken off at once come to rest", async () => {
  const rig = new Rig({ node: { calledIdleMs: 30_000 } });
  rig.send("x");
  await rig.clock.advance(10 * MINUTE_MS);
  assert.deepEqual([rig.a.linkState("1.2.3.5"), rig.b.linkState("1.2.3.4")], ["down", "down"]);
  const { transmissions } = rig.net.channel.counts;
  await rig.clock.advance(10 * MINUTE_MS);
  assert.equal(rig.net.channel.counts.transmissions, transmissions);
});

Deno.test("nothing happens any more once the net has been stopped", async () => {
  const rig = new Rig();
  rig.send(2_000, { ttlMs: MINUTE_MS });
  rig.send("x", { clientConfirm: true });
  await rig.clock.advance(9_000);
  assert.ok(rig.clock.pending > 0);
  await rig.net.stop();
  assert.equal(rig.clock.pending, 0);
});
