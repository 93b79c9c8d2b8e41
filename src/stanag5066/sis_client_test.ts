import assert from "node:assert/strict";
import { encodePrimitive } from "./encode.ts";
import { SisError } from "./sis_error.ts";
import { FAR, Rig, TTL_MS } from "./testing/rig.ts";
import { node } from "./testing/examples.ts";

Deno.test("a client connects, binds as it was told, and takes the MTU from the answer", () => {
  const rig = new Rig({ sap: 6, rank: 3, confirmation: "client" });
  rig.client.start();
  assert.deepEqual(rig.happened(), ["connect"]);
  assert.ok(!rig.client.isOpen && !rig.client.hasRoom);
  rig.client.opened();
  assert.deepEqual(rig.sent, [{
    kind: "bindRequest",
    sap: 6,
    rank: 3,
    service: { mode: "arq", confirmation: "client", order: "in-order", minRetransmissions: 0 },
  }]);
  rig.gets({ kind: "bindAccepted", sap: 6, mtuBytes: 1_500 });
  assert.deepEqual(rig.happened(), ["send bindRequest", "bound 1500"]);
  assert.equal(rig.client.mtuBytes, 1_500);
  assert.ok(rig.client.isOpen && rig.client.hasRoom);
});

Deno.test("a U_PDU is asked for with its delivery mode in full, priority and life", () => {
  const rig = new Rig();
  rig.bind();
  rig.submit(9);
  assert.deepEqual(rig.sent.at(-1), {
    kind: "unidataRequest",
    priority: 5,
    destinationSap: 6,
    destination: FAR,
    delivery: { mode: "arq", confirmation: "node", order: "in-order", minRetransmissions: 0 },
    ttlMs: TTL_MS,
    uPdu: Uint8Array.of(9, 1, 2, 3, 4, 5),
  });
});

Deno.test("stop unbinds, closes, and gives up what is outstanding; start begins anew", () => {
  const rig = new Rig();
  rig.bind();
  rig.submit(9);
  rig.client.stop();
  rig.client.start();
  const expected = ["send 9", "send unbindRequest", "disconnect", "1 lost", "unbound stopped", "connect"];
  assert.deepEqual(rig.happened(), expected);
});

Deno.test("as many U_PDUs may be outstanding as were allowed, and each outcome makes room", () => {
  const rig = new Rig({ mostOutstanding: 2 });
  rig.bind();
  rig.submit(1);
  rig.submit(2);
  assert.ok(rig.client.isOpen && !rig.client.hasRoom);
  assert.throws(() => rig.submit(3), RangeError);
  rig.confirm(2);
  assert.ok(rig.client.hasRoom);
  assert.equal(rig.client.outstanding, 1);
});

for (const mostOutstanding of [0, 256]) {
  Deno.test(`${mostOutstanding} U_PDUs outstanding are not allowed`, () => {
    assert.throws(() => new Rig({ mostOutstanding }), RangeError);
  });
}

Deno.test("a U_PDU above the MTU is our own mistake", () => {
  const rig = new Rig();
  rig.client.start();
  rig.accept(16);
  const request = { destination: FAR, destinationSap: 6, priority: 0, ttlMs: undefined };
  assert.throws(() => rig.client.submit({ ...request, uPdu: new Uint8Array(17) }), RangeError);
  assert.equal(rig.client.submit({ ...request, uPdu: new Uint8Array(16) }), 1);
});

Deno.test("an MTU that no frame can hold is cut to what one can", () => {
  const rig = new Rig();
  rig.client.start();
  rig.accept(65_535);
  assert.equal(rig.client.mtuBytes, 65_523);
  rig.client.submit({
    destination: FAR,
    destinationSap: 6,
    priority: 0,
    ttlMs: 0,
    uPdu: new Uint8Array(65_523),
  });
  const last = rig.sent.at(-1);
  assert.equal(last === undefined ? 0 : encodePrimitive(last).length, 65_540);
});

/** Answers to the U_PDUs 1, 2 and 1 again, all outstanding: which handle each belongs to. */
const MATCHES: readonly (readonly [what: string, first: number, sizeBytes: number, handle: number])[] = [
  ["the whole U_PDU", 2, 6, 2],
  ["its first octets", 2, 4, 2],
  ["its first octet", 2, 1, 2],
  ["nothing of it: the oldest", 2, 0, 1],
  ["the beginning of two: the older", 1, 6, 1],
];

for (const [what, first, sizeBytes, handle] of MATCHES) {
  Deno.test(`a confirm is matched when it hands back ${what}`, () => {
    const rig = new Rig({ mostOutstanding: 3 });
    rig.bind();
    for (const one of [1, 2, 1]) rig.submit(one);
    rig.happened();
    rig.confirm(first, sizeBytes);
    assert.deepEqual(rig.happened(), [`${handle} confirmed`]);
  });
}

Deno.test("a confirm is not matched by another destination, another SAP, other octets or more octets", () => {
  const rig = new Rig();
  rig.bind();
  rig.submit(1);
  rig.happened();
  const part = Uint8Array.of(1, 1, 2, 3);
  rig.gets({ kind: "unidataConfirm", destinationSap: 6, destination: node("1.1.1.1"), part });
  rig.gets({ kind: "unidataConfirm", destinationSap: 5, destination: FAR, part });
  rig.gets({ kind: "unidataConfirm", destinationSap: 6, destination: FAR, part: Uint8Array.of(1, 2) });
  rig.gets({
    kind: "unidataConfirm",
    destinationSap: 6,
    destination: FAR,
    part: Uint8Array.of(1, 1, 2, 3, 4, 5, 6),
  });
  assert.deepEqual(rig.happened(), []);
  assert.equal(rig.client.outstanding, 1);
});

Deno.test("a late confirm is not taken for that of a later U_PDU that begins alike", async () => {
  const rig = new Rig();
  rig.bind();
  rig.submit(7, 60_000);
  await rig.clock.advance(180_000);
  rig.submit(7);
  assert.deepEqual(rig.happened(), ["send 7", "1 lost", "send 7"]);
  rig.confirm(7, 0);
  assert.deepEqual(rig.happened(), []);
  rig.confirm(7, 0);
  assert.deepEqual(rig.happened(), ["2 confirmed"]);
});

Deno.test("given-up U_PDUs are remembered to the number of 64", async () => {
  const rig = new Rig({ mostOutstanding: 255 });
  rig.bind();
  for (let i = 0; i < 65; i++) rig.submit(7, 60_000);
  await rig.clock.advance(180_000);
  rig.submit(7);
  rig.happened();
  for (let i = 0; i < 64; i++) rig.confirm(7, 0);
  assert.deepEqual(rig.happened(), []);
  rig.confirm(7, 0);
  assert.deepEqual(rig.happened(), ["66 confirmed"]);
});

Deno.test("a U_PDU without a life of its own is waited for as long as was configured", async () => {
  const rig = new Rig({}, { answerMs: 1_000_000, answerGraceMs: 1_000 });
  rig.bind();
  rig.client.submit({
    destination: FAR,
    destinationSap: 6,
    priority: 0,
    ttlMs: undefined,
    uPdu: new Uint8Array(6),
  });
  await rig.clock.advance(1_000_999);
  assert.equal(rig.client.outstanding, 1);
  await rig.clock.advance(1);
  assert.deepEqual(rig.happened(), ["send 0", "1 lost"]);
});

Deno.test("what was sent just before the flow went off is lost, what was sent long before is waited for", async () => {
  const rig = new Rig({}, { flowDoubtMs: 10_000, flowLossMs: 60_000 });
  rig.bind();
  rig.submit(1, 3_600_000);
  await rig.clock.advance(20_000);
  rig.submit(2, 3_600_000);
  rig.gets({ kind: "dataFlowOff" });
  rig.gets({ kind: "dataFlowOff" });
  await rig.clock.advance(600_000);
  rig.gets({ kind: "dataFlowOn" });
  await rig.clock.advance(59_999);
  assert.deepEqual(rig.happened(), ["send 1", "send 2", "shut", "open"]);
  await rig.clock.advance(1);
  assert.deepEqual(rig.happened(), ["2 lost"]);
  rig.confirm(1);
  assert.deepEqual(rig.happened(), ["1 confirmed"]);
});

Deno.test("what may have vanished is waited for anew when the flow goes off again", async () => {
  const rig = new Rig({}, { flowLossMs: 60_000 });
  rig.bind();
  rig.submit(1, 3_600_000);
  rig.gets({ kind: "dataFlowOff" });
  rig.gets({ kind: "dataFlowOn" });
  await rig.clock.advance(59_000);
  rig.gets({ kind: "dataFlowOff" });
  await rig.clock.advance(600_000);
  rig.gets({ kind: "dataFlowOn" });
  await rig.clock.advance(59_999);
  assert.equal(rig.client.outstanding, 1);
  await rig.clock.advance(1);
  assert.equal(rig.client.outstanding, 0);
});

Deno.test("nothing is left running when a client has stopped", () => {
  const rig = new Rig();
  rig.bind();
  rig.submit(1);
  rig.gets({ kind: "dataFlowOff" });
  rig.gets({ kind: "dataFlowOn" });
  rig.client.stop();
  assert.equal(rig.clock.pending, 0);
});

Deno.test("what was given up has no second outcome when the bind ends", async () => {
  const rig = new Rig();
  rig.bind();
  rig.submit(1, 60_000);
  await rig.clock.advance(180_000);
  rig.client.closed("lost");
  assert.deepEqual(rig.happened(), ["send 1", "1 lost", "disconnect", "unbound closed"]);
});

Deno.test("a connection that is reported twice is bound once", () => {
  const rig = new Rig();
  rig.client.start();
  rig.client.opened();
  rig.client.opened();
  assert.deepEqual(rig.happened(), ["connect", "send bindRequest"]);
});

const STATUS: readonly (readonly [status: number, isOpen: boolean])[] = [
  [0, false],
  [1, true],
  [2, false],
  [3, true],
  [4, true],
  [5, false],
  [99, true],
];

for (const [status, isOpen] of STATUS) {
  Deno.test(`node status ${status} is ${isOpen ? "open" : "shut"}`, () => {
    const rig = new Rig();
    rig.bind();
    rig.gets({ kind: "subnetAvailability", status, reason: 0 });
    assert.equal(rig.client.isOpen, isOpen);
    assert.deepEqual(rig.happened(), [isOpen ? "open" : "shut"]);
    rig.gets({ kind: "subnetAvailability", status: 3, reason: 0 });
    assert.equal(rig.client.isOpen, true);
  });
}

Deno.test("a state of the node that is told before the bind is answered counts", () => {
  const rig = new Rig();
  rig.client.start();
  rig.client.opened();
  rig.gets({ kind: "subnetAvailability", status: 0, reason: 1 });
  rig.gets({ kind: "bindAccepted", sap: 6, mtuBytes: 2_048 });
  assert.ok(rig.client.isBound && !rig.client.isOpen);
});

Deno.test("keep-alives are answered, at once, once in the time that the standard spaces them by", async () => {
  const rig = new Rig();
  rig.bind();
  const comes = () => rig.gets({ kind: "keepAlive" });
  comes();
  assert.deepEqual(rig.happened(), ["send keepAlive"]);
  // The server takes our answer for a question and answers it, and so on.
  comes();
  await rig.clock.advance(60_000);
  comes();
  assert.deepEqual(rig.happened(), []);
  // It asks again after 120 s on its clock, and our first answer was a little late.
  await rig.clock.advance(59_500);
  comes();
  assert.deepEqual(rig.happened(), ["send keepAlive"]);
});

Deno.test("keep-alives are answered while the bind is awaited, too", () => {
  const rig = new Rig();
  rig.client.start();
  rig.client.opened();
  rig.gets({ kind: "keepAlive" });
  assert.deepEqual(rig.happened(), ["connect", "send bindRequest", "send keepAlive"]);
});

Deno.test("a server that is slow to take what was sent gets nothing more until it has", () => {
  const rig = new Rig();
  rig.bind();
  rig.isBusy = true;
  assert.ok(rig.client.isOpen && !rig.client.hasRoom);
  rig.isBusy = false;
  rig.client.drained();
  assert.deepEqual(rig.happened(), ["open"]);
  assert.ok(rig.client.hasRoom);
});

Deno.test("a bind that grants no room for a header is refused", () => {
  const rig = new Rig();
  rig.client.start();
  rig.accept(15);
  assert.deepEqual(rig.happened(), ["connect", "send bindRequest", "disconnect", "unbound garbage"]);
});

Deno.test("a primitive that was skipped, or is out of place, changes nothing", () => {
  const rig = new Rig();
  rig.bind();
  rig.reads({ kind: "skipped", type: 99, error: new SisError("unknown-type", "type 99 is unknown") });
  rig.gets({ kind: "bindAccepted", sap: 6, mtuBytes: 100 });
  rig.gets({ kind: "bindRejected", reason: 1 });
  rig.gets({ kind: "managementIndication", messageType: 1, body: new Uint8Array(0) });
  rig.reads({ kind: "primitive", primitive: { kind: "unbindRequest" } });
  assert.deepEqual(rig.happened(), []);
  assert.ok(rig.client.isOpen);
  assert.equal(rig.client.mtuBytes, 2_048);
});
