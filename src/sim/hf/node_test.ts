import assert from "node:assert/strict";
import { MAX_PEERS } from "./node.ts";
import { Rig } from "./testing/rig.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

Deno.test("the first message makes a soft link and arrives after two signals and two turnarounds", async () => {
  const rig = new Rig();
  rig.send("x".repeat(60));
  await rig.clock.advance(20_000);
  // Request 1.2 s, turnaround 2 s, accepted 1.2 s, turnaround 2 s, data 1.2 s.
  assert.deepEqual(rig.arrivedMs, [7_600]);
  assert.deepEqual(rig.said.map(({ sizeBytes }) => sizeBytes), [29, 29, 64 + 22, 16]);
  assert.equal(rig.outcomes.length, 1);
  assert.equal(rig.net.channel.counts.turnarounds, 3);
  assert.deepEqual(rig.a.counts.links, { made: 1, failed: 0, broken: 0 });
});

Deno.test("with the link up a message is there after its own time on the air", async () => {
  const rig = new Rig();
  rig.send("first");
  await rig.clock.advance(20_000);
  rig.send("second");
  await rig.clock.advance(20_000);
  assert.deepEqual(rig.arrivedMs, [7_600, 21_200]);
});

Deno.test("an idle link is broken by the side that made it, and made again when needed", async () => {
  const rig = new Rig();
  rig.send("first");
  await rig.clock.advance(30_000);
  assert.deepEqual([rig.a.linkState("1.2.3.5"), rig.b.linkState("1.2.3.4")], ["up", "up"]);
  await rig.clock.advance(30_000);
  assert.deepEqual([rig.a.linkState("1.2.3.5"), rig.b.linkState("1.2.3.4")], ["down", "down"]);
  assert.deepEqual(rig.said.slice(4).map(({ from, sizeBytes }) => [from, sizeBytes]), [
    ["1.2.3.4", 29],
    ["1.2.3.5", 29],
  ]);
  rig.send("second");
  await rig.clock.advance(30_000);
  assert.deepEqual(rig.texts("b"), ["first", "second"]);
  assert.deepEqual(rig.a.counts.links, { made: 2, failed: 0, broken: 1 });
});

Deno.test("an idle time of nothing breaks the link at once, one of infinity never", async () => {
  const hasty = new Rig({ node: { linkIdleMs: 0 } });
  hasty.send("x");
  await hasty.clock.advance(20_000);
  assert.equal(hasty.a.linkState("1.2.3.5"), "down");
  assert.equal(hasty.said.length, 6);
  const faithful = new Rig({ node: { linkIdleMs: Infinity, calledIdleMs: Infinity } });
  faithful.send("x");
  await faithful.clock.advance(HOUR_MS);
  assert.equal(faithful.a.linkState("1.2.3.5"), "up");
  assert.equal(faithful.said.length, 4);
});

Deno.test("the called side forgets a link over which nothing comes", async () => {
  const rig = new Rig({ outages: [{ fromMs: 1_200, toMs: HOUR_MS }] });
  rig.send("x");
  await rig.clock.advance(30_000);
  assert.equal(rig.b.linkState("1.2.3.4"), "up");
  await rig.clock.advance(2 * MINUTE_MS);
  assert.equal(rig.b.linkState("1.2.3.4"), "down");
});

Deno.test("a node that does not answer is called three times; then all that waits is rejected", async () => {
  const rig = new Rig();
  rig.net.channel.cut();
  rig.send("one");
  rig.send("two");
  await rig.clock.advance(MINUTE_MS);
  assert.deepEqual(rig.said.map(({ sizeBytes }) => sizeBytes), [29, 29, 29]);
  // 3 x 1.2 s and 2 x 2 s from the beginning of one request to the next.
  assert.deepEqual(rig.said.map(({ startMs }) => startMs), [0, 7_600, 15_200]);
  assert.deepEqual(rig.outcomes, ["one: not-responding", "two: not-responding"]);
  assert.equal(rig.a.counts.links.failed, 1);
});

Deno.test("when the link goes silent under way, the oldest frame is sent until the link has failed", async () => {
  const rig = new Rig();
  rig.send("first");
  await rig.clock.advance(20_000);
  rig.net.channel.cut();
  rig.send(2_048);
  await rig.clock.advance(1_000);
  rig.send(2_000);
  await rig.clock.advance(5 * MINUTE_MS);
  const sizes = rig.said.slice(4).filter(({ from }) => from === "1.2.3.4").map(({ sizeBytes }) => sizeBytes);
  // All of it, then 5 polls that fill the blocks which one D_PDU needs.
  assert.deepEqual(sizes, [2_052 + 11 * 22, 222, 222, 222, 222, 222]);
  assert.deepEqual(rig.outcomes.slice(1), ["2048 octets: not-responding", "2000 octets: not-responding"]);
});

Deno.test("after an outage of hours the next message goes through as if nothing had been", async () => {
  const rig = new Rig();
  rig.send("before");
  await rig.clock.advance(20_000);
  rig.net.channel.cut();
  for (let count = 0; count < 4; count++) {
    rig.send(`lost ${count}`);
    await rig.clock.advance(30 * MINUTE_MS);
  }
  rig.net.channel.mend();
  const mendedMs = rig.net.channel.nowMs;
  for (let count = 0; count < 5; count++) rig.send(`after ${count}`);
  await rig.clock.advance(MINUTE_MS);
  assert.deepEqual(rig.texts("b"), ["before", "after 0", "after 1", "after 2", "after 3", "after 4"]);
  assert.equal((rig.arrivedMs[1] ?? 0) - mendedMs, 7_600);
  assert.deepEqual(rig.a.counts.settled, {
    "delivered": 6,
    "ttl-expired": 0,
    "sap-not-bound": 0,
    "not-responding": 4,
  });
});

Deno.test("a transmission holds what fits into 127.5 s, and the other side has the turn then", async () => {
  const rig = new Rig({ modem: { rateBps: 300 } });
  for (let count = 0; count < 6; count++) rig.send(2_048);
  rig.send("hello", {}, "b");
  await rig.clock.advance(HOUR_MS);
  const data = rig.said.filter(({ sizeBytes }) => sizeBytes > 500);
  assert.ok(data.every(({ airMs }) => airMs <= 127_500));
  assert.ok((data[0]?.airMs ?? 0) > 120_000);
  const speakers = rig.said.slice(0, -2).map(({ from }) => from.at(-1)).join("");
  assert.match(speakers, /^(45)+$/);
  assert.equal(rig.got.b.length, 6);
  assert.deepEqual(rig.texts("a"), ["hello"]);
});

Deno.test("acknowledgements ride on data, on the first D_PDU and on the last", async () => {
  const rig = new Rig({ modem: { rateBps: 9_600 } });
  rig.send("make the link");
  await rig.clock.advance(20_000);
  rig.send(1_000);
  await rig.clock.advance(500);
  rig.send(1_000, {}, "b");
  await rig.clock.advance(20_000);
  const answer = rig.said.find(({ from, sizeBytes }) => from === "1.2.3.5" && sizeBytes > 500);
  const acks = answer?.dPdus.map(({ body, sizeBytes }) =>
    body.kind === "arq" && body.ack !== undefined ? sizeBytes - (body.segment?.sizeBytes ?? 0) : 0
  );
  assert.deepEqual(acks, [23, 0, 0, 0, 0, 23]);
});

Deno.test("two nodes that call one another at once make one link", async () => {
  const rig = new Rig();
  rig.send("forth");
  rig.send("back", {}, "b");
  await rig.clock.advance(20_000);
  assert.deepEqual([rig.texts("a"), rig.texts("b")], [["back"], ["forth"]]);
  assert.equal(rig.said.filter(({ sizeBytes }) => sizeBytes === 29).length, 1);
  assert.deepEqual(rig.outcomes, ["back: delivered", "forth: delivered"]);
});

Deno.test("the most urgent goes first, equal ones in their order, and what is begun is finished", async () => {
  const rig = new Rig({ node: { windowFrames: 2 } });
  rig.send("begun ".repeat(200), { priority: 0 });
  await rig.clock.advance(8_000);
  rig.send("low", { priority: 1 });
  rig.send("high 1", { priority: 15 });
  rig.send("high 2", { priority: 15 });
  rig.send("expedited", { priority: 0, expedited: true });
  await rig.clock.advance(5 * MINUTE_MS);
  assert.deepEqual(rig.texts("b").map((text) => text.slice(0, 9)), [
    "begun beg",
    "expedited",
    "high 1",
    "high 2",
    "low",
  ]);
});

Deno.test("what has not been begun in its life is rejected, and costs nothing", async () => {
  const rig = new Rig();
  rig.net.channel.cut();
  rig.send("short-lived", { ttlMs: 10_000 });
  await rig.clock.advance(9_999);
  assert.deepEqual(rig.outcomes, []);
  await rig.clock.advance(1);
  assert.deepEqual(rig.outcomes, ["short-lived: ttl-expired"]);
  rig.net.channel.mend();
  await rig.clock.advance(MINUTE_MS);
  assert.equal(rig.got.b.length, 0);
});

Deno.test("a time-to-die costs two octets", async () => {
  const rig = new Rig();
  rig.send(100, { ttlMs: MINUTE_MS });
  await rig.clock.advance(20_000);
  assert.equal(rig.said[2]?.sizeBytes, 100 + 6 + 22);
});

Deno.test("what is taken back before it is begun is never sent and never settled", async () => {
  const rig = new Rig();
  const forget = rig.send("no");
  rig.send("yes");
  forget();
  await rig.clock.advance(MINUTE_MS);
  assert.deepEqual(rig.texts("b"), ["yes"]);
  assert.deepEqual(rig.outcomes, ["yes: delivered"]);
});

Deno.test("client confirmation is one more transfer back", async () => {
  const rig = new Rig();
  let settledMs = 0;
  rig.send("x".repeat(50), { clientConfirm: true, settled: () => void (settledMs = rig.net.channel.nowMs) });
  await rig.clock.advance(30_000);
  // The acknowledgement rides on the confirmation: 3 octets and the first 6 of the U_PDU.
  assert.deepEqual(rig.said.map(({ sizeBytes }) => sizeBytes), [29, 29, 54 + 22, 9 + 23, 16]);
  assert.equal(settledMs, 10_800);
});

Deno.test("a SAP that nobody is bound to fails client confirmation, not node confirmation", async () => {
  const rig = new Rig();
  rig.send("node", { destinationSap: 9 });
  rig.send("client", { destinationSap: 9, clientConfirm: true });
  await rig.clock.advance(MINUTE_MS);
  assert.deepEqual(rig.outcomes, ["node: delivered", "client: sap-not-bound"]);
  assert.equal(rig.got.b.length, 0);
});

Deno.test("a client confirmation that does not come in its time is a node that does not respond", async () => {
  const rig = new Rig({ node: { windowFrames: 2, clientConfirmMs: 1_000 } });
  rig.send(2_048, {}, "b");
  rig.send("x", { clientConfirm: true });
  await rig.clock.advance(25_000);
  // The acknowledgement came, but the confirmation had to wait until what b had begun was finished.
  assert.deepEqual(rig.texts("b"), ["x"]);
  assert.deepEqual(rig.outcomes, ["x: not-responding"]);
  await rig.clock.advance(5 * MINUTE_MS);
  assert.deepEqual(rig.outcomes, ["x: not-responding", "2048 octets: delivered"]);
});

Deno.test("without ARQ there is no link and no acknowledgement, and all stations hear a group", async () => {
  const rig = new Rig();
  rig.send("to all", { to: "31.255.255.255", datagramTimes: 2 });
  await rig.clock.advance(MINUTE_MS);
  assert.deepEqual(rig.said.map(({ sizeBytes }) => sizeBytes), [2 * (28 + 4 + 6)]);
  assert.deepEqual(rig.texts("b"), ["to all"]);
  assert.deepEqual([rig.got.b[0]?.isDatagram, rig.got.b[0]?.to], [true, "31.255.255.255"]);
  assert.equal(rig.got.a.length, 0);
});

Deno.test("a U_PDU larger than the MTU is not taken", () => {
  const rig = new Rig();
  assert.throws(() => rig.send(2_049), /Cannot send 2049 octets: the MTU is 2048/);
});

Deno.test("options outside what the Annexes allow are refused", () => {
  assert.throws(() => new Rig({ node: { windowFrames: 129 } }), /Cannot use windowFrames 129: 1 to 128/);
  assert.throws(() => new Rig({ node: { segmentBytes: 1_024 } }), RangeError);
  assert.throws(() => new Rig({ node: { maxTransmissionMs: 127_501 } }), RangeError);
});

Deno.test("a node keeps track of so many others, and forgets those that have never answered", async () => {
  const rig = new Rig({ node: { callAttempts: 1 } });
  for (let peer = 0; peer <= MAX_PEERS; peer++) rig.send(`to ${peer}`, { to: `9.0.0.${peer}` });
  await rig.clock.advance(1);
  assert.deepEqual(rig.outcomes, [`to ${MAX_PEERS}: not-responding`]);
  await rig.clock.advance(HOUR_MS);
  assert.equal(rig.outcomes.length, MAX_PEERS + 1);
  rig.send("heard");
  await rig.clock.advance(MINUTE_MS);
  assert.deepEqual(rig.texts("b"), ["heard"]);
});
