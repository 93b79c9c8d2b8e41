import assert from "node:assert/strict";
import type { BlockRoad } from "./block_road.ts";
import { decodeSegment, encodeSegment } from "./rcop_header.ts";
import { hexOctets, node } from "./testing/examples.ts";
import { OPTIONS, RcopRig } from "./testing/rcop_rig.ts";
import { FAR } from "./testing/rig.ts";

Deno.test("golden octets: a segment and its header", () => {
  const header = { connectionId: 1, uPduId: 255, segment: 1, applicationId: 0x8000 };
  const octets = hexOctets("10 FF 00 01 80 00 6C 6F");
  assert.deepEqual(encodeSegment(header, hexOctets("6C 6F")), octets);
  assert.deepEqual(decodeSegment(octets), { header, data: hexOctets("6C 6F") });
  assert.deepEqual(decodeSegment(hexOctets("1F FF 00 01 80 00"))?.header, header);
  assert.equal(decodeSegment(hexOctets("10 FF 00 01 80")), undefined);
});

Deno.test("a road opens with the bind and has room for the MTU less a header", () => {
  const rig = new RcopRig(106);
  const road = rig.open("a");
  assert.ok(!road.isOpen && !road.hasRoom);
  assert.equal(road.mostBytes, 0);
  rig.bind();
  assert.deepEqual(rig.happened(), ["a opened"]);
  assert.ok(road.isOpen && road.hasRoom);
  assert.equal(road.mostBytes, 100);
  rig.sis.client.closed("lost");
  assert.deepEqual(rig.happened(), ["a closed unbound"]);
});

Deno.test("a road that is made while bound is open, and says so when asked", () => {
  const rig = new RcopRig();
  rig.bind();
  assert.ok(rig.open("a").isOpen);
  assert.deepEqual(rig.happened(), []);
  rig.sis.gets({ kind: "dataFlowOff" });
  rig.sis.gets({ kind: "dataFlowOn" });
  assert.deepEqual(rig.happened(), ["a closed flow-off", "a opened"]);
});

Deno.test("U_PDUs get one id after the other, and 0 follows 255", () => {
  const rig = new RcopRig();
  const road = rig.open("a");
  rig.bind();
  for (let i = 0; i < 258; i++) {
    road.submit(new Uint8Array(1), OPTIONS);
    rig.answer({ connectionId: 0, uPduId: i % 256, segment: 0 });
  }
  assert.deepEqual(rig.headers().map(({ uPduId }) => uPduId).slice(254), [254, 255, 0, 1]);
  assert.equal(road.outstanding, 0);
});

Deno.test("an id is left out while an answer to it may come", () => {
  const rig = new RcopRig();
  const road = rig.open("a");
  rig.bind();
  road.submit(new Uint8Array(1), { ...OPTIONS, ttlMs: undefined });
  for (let i = 1; i < 256; i++) {
    road.submit(new Uint8Array(1), OPTIONS);
    rig.answer({ connectionId: 0, uPduId: i, segment: 0 });
  }
  road.submit(new Uint8Array(1), OPTIONS);
  assert.equal(rig.headers().at(-1)?.uPduId, 1);
});

Deno.test("an id rests after its U_PDU was lost", async () => {
  const rig = new RcopRig();
  const road = rig.open("a");
  rig.bind();
  road.submit(new Uint8Array(1), OPTIONS);
  await rig.sis.clock.advance(3_600_000);
  assert.deepEqual(rig.happened().slice(1), ["a 1 lost"]);
  for (let i = 1; i < 256; i++) {
    road.submit(new Uint8Array(1), OPTIONS);
    rig.answer({ connectionId: 0, uPduId: i, segment: 0 });
  }
  road.submit(new Uint8Array(1), OPTIONS);
  assert.equal(rig.headers().at(-1)?.uPduId, 1);
});

const CUTS: readonly (readonly [sizeBytes: number, segments: readonly string[]])[] = [
  [0, ["0/0/0 0"]],
  [1, ["0/0/0 1"]],
  [100, ["0/0/0 100"]],
  [101, ["0/0/0 100", "0/0/1 1"]],
  [250, ["0/0/0 100", "0/0/1 100", "0/0/2 50"]],
];

for (const [sizeBytes, segments] of CUTS) {
  Deno.test(`a U_PDU of ${sizeBytes} octets goes in ${segments.length} segments, confirmed with the last`, () => {
    const rig = new RcopRig(106);
    const road = rig.open("a");
    rig.bind();
    rig.happened();
    road.submit(new Uint8Array(sizeBytes), OPTIONS);
    assert.deepEqual(rig.segments(), segments);
    for (let segment = segments.length - 1; segment >= 0; segment--) {
      assert.deepEqual(rig.happened(), []);
      rig.answer({ connectionId: 0, uPduId: 0, segment });
    }
    assert.deepEqual(rig.happened(), ["a 1 confirmed"]);
  });
}

Deno.test("priority, life and application id go with each segment; its life is what is left of the U_PDU's", async () => {
  const rig = new RcopRig(106, 1, 0x9001);
  const road = rig.open("a");
  rig.bind();
  road.submit(new Uint8Array(150), { priority: 11, ttlMs: 60_000 });
  await rig.sis.clock.advance(20_000);
  rig.sis.gets({ kind: "unidataConfirm", destinationSap: 6, destination: FAR, part: new Uint8Array(0) });
  const requests = rig.sis.sent.filter((primitive) => primitive.kind === "unidataRequest");
  assert.deepEqual(requests.map(({ priority, ttlMs }) => [priority, ttlMs]), [[11, 60_000], [11, 40_000]]);
  assert.deepEqual(rig.headers().map(({ applicationId }) => applicationId), [0x9001, 0x9001]);
});

Deno.test("segments of one U_PDU wait for room, with nothing of the same connection between them", () => {
  const rig = new RcopRig(106, 2);
  const [a, b] = [rig.open("a"), rig.open("b", { connectionId: 1 })];
  rig.bind();
  rig.happened();
  a.submit(new Uint8Array(300), OPTIONS);
  assert.ok(!a.hasRoom && !b.hasRoom);
  assert.throws(() => a.submit(new Uint8Array(1), OPTIONS), RangeError);
  rig.answer({ connectionId: 0, uPduId: 0, segment: 0 });
  assert.deepEqual(rig.segments(), ["0/0/0 100", "0/0/1 100", "0/0/2 100"]);
  rig.answer({ connectionId: 0, uPduId: 0, segment: 1 });
  b.submit(new Uint8Array(1), OPTIONS);
  rig.answer({ connectionId: 0, uPduId: 0, segment: 2 });
  rig.answer({ connectionId: 1, uPduId: 0, segment: 0 });
  assert.deepEqual(rig.happened(), ["a 1 confirmed", "b 1 confirmed"]);
});

Deno.test("a rejected segment rejects its U_PDU at once; what was not sent of it never is, nor under its id", () => {
  const rig = new RcopRig(106, 2);
  const road = rig.open("a");
  rig.bind();
  rig.happened();
  road.submit(new Uint8Array(300), OPTIONS);
  rig.answer({ connectionId: 0, uPduId: 0, segment: 0 }, 3);
  assert.deepEqual(rig.happened(), ["a 1 rejected 3"]);
  road.submit(new Uint8Array(50), OPTIONS);
  rig.answer({ connectionId: 0, uPduId: 0, segment: 1 });
  rig.answer({ connectionId: 0, uPduId: 1, segment: 0 });
  assert.deepEqual(rig.happened(), ["a 2 confirmed"]);
  assert.deepEqual(rig.segments(), ["0/0/0 100", "0/0/1 100", "0/1/0 50"]);
});

Deno.test("a U_PDU that is not yet sent whole when its life ends is rejected as expired", async () => {
  const rig = new RcopRig(106, 1);
  const road = rig.open("a");
  rig.bind();
  road.submit(new Uint8Array(150), { priority: 0, ttlMs: 60_000 });
  rig.sis.gets({ kind: "dataFlowOff" });
  rig.answer({ connectionId: 0, uPduId: 0, segment: 0 });
  await rig.sis.clock.advance(60_000);
  rig.happened();
  rig.sis.gets({ kind: "dataFlowOn" });
  assert.deepEqual(rig.happened(), ["a 1 rejected 1", "a opened"]);
  assert.deepEqual(rig.segments(), ["0/0/0 100"]);
});

Deno.test("an id need not rest when the connection is gone on which its answer could come", () => {
  const rig = new RcopRig();
  const road = rig.open("a");
  rig.bind();
  road.submit(new Uint8Array(1), OPTIONS);
  rig.sis.client.stop();
  rig.bind();
  for (let i = 1; i < 256; i++) {
    road.submit(new Uint8Array(1), OPTIONS);
    rig.answer({ connectionId: 0, uPduId: i, segment: 0 });
  }
  road.submit(new Uint8Array(1), OPTIONS);
  assert.equal(rig.headers().at(-1)?.uPduId, 0);
});

Deno.test("a road closes with the reason of the bind's end, also when something was outstanding", () => {
  const rig = new RcopRig();
  const told: string[] = [];
  const road = rig.open("a", {}, { closed: ({ detail }) => void told.push(detail) });
  rig.bind();
  road.submit(new Uint8Array(1), OPTIONS);
  rig.sis.gets({ kind: "unbindIndication", reason: 2 });
  assert.deepEqual(told, ["inactivity"]);
});

Deno.test("a road that is closed while another is told something is told nothing more", () => {
  const rig = new RcopRig();
  const quiet = { opened() {} };
  const b = rig.open("b", { connectionId: 1 }, quiet);
  const c = rig.open("c", { connectionId: 2 }, quiet);
  const closeThem = () => [b, c].forEach((road) => road.close());
  // Roads take turns in being told first: at the second event it is the third road's.
  for (const connectionId of [3, 4]) rig.open("a", { connectionId }, { ...quiet, closed: closeThem });
  rig.bind();
  rig.sis.gets({ kind: "dataFlowOff" });
  assert.deepEqual(rig.happened(), []);
  assert.ok(!b.isOpen && !c.isOpen);
});

Deno.test("there is room again when a slow server has taken what was sent", () => {
  const rig = new RcopRig();
  let told = 0;
  const road = rig.open("a", {}, { room: () => void told++ });
  rig.bind();
  rig.sis.isBusy = true;
  assert.ok(road.isOpen && !road.hasRoom);
  told = 0;
  rig.sis.isBusy = false;
  rig.sis.client.drained();
  assert.equal(told, 1);
});

Deno.test("when the bind ends all is lost, also what waited to be sent, and then the road closes", () => {
  const rig = new RcopRig(106, 2);
  const [a, b] = [rig.open("a"), rig.open("b", { connectionId: 1 })];
  rig.bind();
  b.submit(new Uint8Array(1), OPTIONS);
  a.submit(new Uint8Array(150), OPTIONS);
  rig.answer({ connectionId: 0, uPduId: 0, segment: 0 });
  rig.answer({ connectionId: 1, uPduId: 0, segment: 0 });
  a.submit(new Uint8Array(500), OPTIONS);
  rig.answer({ connectionId: 0, uPduId: 0, segment: 1 });
  rig.happened();
  rig.sis.gets({ kind: "unbindIndication", reason: 2 });
  assert.deepEqual(rig.happened().sort(), ["a 2 lost", "a closed unbound", "b closed unbound"]);
});

Deno.test("a U_PDU whose sent segments are all confirmed is lost with the bind if some were not sent", () => {
  const rig = new RcopRig(106, 1);
  const road = rig.open("a");
  rig.bind();
  road.submit(new Uint8Array(150), OPTIONS);
  rig.sis.gets({ kind: "dataFlowOff" });
  rig.answer({ connectionId: 0, uPduId: 0, segment: 0 });
  rig.happened();
  rig.sis.client.closed("lost");
  assert.deepEqual(rig.happened(), ["a 1 lost"]);
  assert.equal(road.outstanding, 0);
});

Deno.test("a road has no more U_PDUs outstanding than it was allowed, and tells when there is room", () => {
  const rig = new RcopRig(106, 8);
  let told = 0;
  const road = rig.open("a", { mostOutstanding: 2 }, { room: () => void told++ });
  rig.bind();
  road.submit(new Uint8Array(1), OPTIONS);
  road.submit(new Uint8Array(1), OPTIONS);
  assert.ok(road.isOpen && !road.hasRoom);
  told = 0;
  rig.answer({ connectionId: 0, uPduId: 0, segment: 0 });
  assert.equal(told, 1);
  assert.ok(road.hasRoom);
});

Deno.test("who is told of room may use it at once", () => {
  const rig = new RcopRig(106, 8);
  const sent: number[] = [];
  const road: BlockRoad = rig.open("a", {}, {
    room: () => {
      while (road.hasRoom && sent.length < 20) sent.push(road.submit(new Uint8Array(1), OPTIONS));
    },
  });
  rig.bind();
  for (let i = 0; i < 20; i++) rig.answer({ connectionId: 0, uPduId: i, segment: 0 });
  assert.equal(sent.length, 20);
  assert.deepEqual(rig.happened().slice(1), sent.map((handle) => `a ${handle} confirmed`));
});

Deno.test("roads that want more than there is get the same of it", () => {
  const rig = new RcopRig(106, 2);
  const roads = [0, 1, 2].map((connectionId) => {
    const road: BlockRoad = rig.open(`${connectionId}`, { connectionId }, {
      room: () => {
        while (road.hasRoom) road.submit(new Uint8Array(1), OPTIONS);
      },
    });
    return road;
  });
  rig.bind();
  for (let i = 0; i < 60; i++) rig.answer(rig.headers()[i] ?? assert.fail());
  const counts = roads.map((_, id) => rig.headers().filter(({ connectionId }) => connectionId === id).length);
  assert.ok(Math.min(...counts) >= 15, `${counts}`);
});

Deno.test("in mode whole each U_PDU is one segment, both ways", () => {
  const rig = new RcopRig(106);
  const road = rig.open("a", { mode: "whole" });
  rig.bind();
  rig.happened();
  road.submit(new Uint8Array(100), OPTIONS);
  assert.throws(() => road.submit(new Uint8Array(101), OPTIONS), RangeError);
  rig.deliver(0, 0, "x");
  rig.deliver(1, 1, "y");
  rig.deliver(1, 0, "z");
  assert.deepEqual(rig.happened(), ["a first 0 x", "a first 1 z"]);
});

Deno.test("a road that is closed tells nothing more, takes nothing, and its place is free", () => {
  const rig = new RcopRig();
  const road = rig.open("a");
  rig.bind();
  assert.throws(() => rig.open("b"), RangeError);
  road.submit(new Uint8Array(1), OPTIONS);
  rig.happened();
  road.close();
  assert.ok(!road.isOpen && !road.hasRoom);
  rig.answer({ connectionId: 0, uPduId: 0, segment: 0 });
  rig.sis.gets({ kind: "dataFlowOff" });
  rig.deliver(0, 0, "x");
  assert.deepEqual(rig.happened(), []);
  rig.open("b");
  rig.deliver(0, 0, "y");
  assert.deepEqual(rig.happened(), ["b first 0 y"]);
});

Deno.test("a hard link of type 2 that the other side wants is accepted when nobody else decides", () => {
  const rig = new RcopRig();
  rig.bind();
  const link = { type: 2, priority: 0, remoteSap: 6, remote: FAR };
  rig.sis.gets({ kind: "hardLinkIndication", status: 1, link });
  assert.deepEqual(rig.sis.sent.at(-1), { kind: "hardLinkAccept", link });
});

Deno.test("why the client is not bound can be asked", () => {
  const rig = new RcopRig();
  assert.equal(rig.rcop.unboundFor?.why, "stopped");
  rig.bind();
  assert.equal(rig.rcop.unboundFor, undefined);
  rig.sis.gets({ kind: "unbindIndication", reason: 5 });
  assert.deepEqual(rig.rcop.unboundFor, { why: "unbound", detail: "no ARQ in a broadcast session" });
});

const ILL_MADE = [
  { remote: node("16.0.0.1") },
  { remoteSap: 16 },
  { connectionId: -1 },
  { mostOutstanding: 0 },
  { mostOutstanding: 129 },
];

for (const config of ILL_MADE) {
  Deno.test(`a road cannot be made with ${JSON.stringify(config)}`, () => {
    assert.throws(() => new RcopRig().open("a", config), RangeError);
  });
}
