import assert from "node:assert/strict";
import { Metrics, nullLog, seededRandom } from "../base/mod.ts";
import { VirtualClock } from "../sim/mod.ts";
import {
  type BlockRoad,
  type BlockRoadEvents,
  type Outcome,
  parseNodeAddress,
  UNIDATA_REJECTED,
} from "../stanag5066/mod.ts";
import { type Channel, cutFrame, type GuardChannel, plainGuard } from "./flow/mod.ts";
import type { StanagCarrierConfig } from "./peer_config.ts";
import { StanagRoad } from "./stanag_road.ts";
import { Tally } from "./tally.ts";

const CONFIRMED: Outcome = { kind: "confirmed" };
const LOST: Outcome = { kind: "lost" };
const SILENT: Outcome = { kind: "rejected", reason: UNIDATA_REJECTED.nodeNotResponding };
const NODE = parseNodeAddress("1.2.3.4") ?? assert.fail();

const CARRIER: StanagCarrierConfig = {
  kind: "stanag5066",
  server: { host: "192.0.2.1", port: 5_066 },
  address: NODE,
  peerAddress: NODE,
  sap: 6,
  peerSap: 6,
  connection: 0,
  applicationId: 0x8000,
  rank: 0,
  confirmation: "node",
  rateBps: 1_200,
  turnaroundMs: 2_000,
  transmissionMs: 127_000,
};

/** A node that does what the test says. */
class ScriptedRoad implements BlockRoad {
  mostBytes = 100;
  isOpen = true;
  /** How many more it takes. */
  places = 100;
  readonly given: Uint8Array[] = [];
  withdrawn = 0;
  isClosed = false;

  constructor(readonly events: BlockRoadEvents) {}

  get hasRoom(): boolean {
    return this.isOpen && this.places > 0;
  }

  get outstanding(): number {
    return this.given.length;
  }

  submit(octets: Uint8Array): number {
    assert(this.hasRoom, "never without room");
    assert(octets.length <= this.mostBytes, "never too large");
    this.places--;
    return this.given.push(octets);
  }

  withdraw(): void {
    this.withdrawn++;
  }

  close(): void {
    this.isClosed = true;
  }
}

/** A road over it, with a channel and a guard that note what they are told. */
function begin(openGuard: () => GuardChannel = () => plainGuard.open("block")) {
  const clock = new VirtualClock();
  const [outcomes, received, ended, faults, guards]: [
    string[],
    number[],
    string[],
    string[],
    GuardChannel[],
  ] = [
    [],
    [],
    [],
    [],
    [],
  ];
  let missed = 0;
  const channel: Channel = {
    kind: "block",
    mustEnd: false,
    dueMs: undefined,
    unsentSizeBytes: 0,
    flush: () => [],
    receive: (frame) => void received.push(frame.length),
    ask: () => {},
    wanted: () => 0,
    again: () => void outcomes.push("again"),
    missed: () => void missed++,
    outcome: (handle, isConfirmed) => void outcomes.push(`${handle} ${isConfirmed}`),
  };
  let scripted: ScriptedRoad | undefined;
  const tally = new Tally("shore", new Metrics());
  const road = new StanagRoad(
    {
      peer: "shore",
      carrier: CARRIER,
      rank: 0,
      channel,
      openGuard: () => {
        const guard = openGuard();
        guards.push(guard);
        return guard;
      },
      isLatestGuard: (guard) => guard === guards.at(-1),
      tally,
      clock,
      random: seededRandom(1),
      log: nullLog,
    },
    (events) => scripted = new ScriptedRoad(events),
    {
      received: () => {},
      faulty: (fault) => void faults.push(String(fault)),
      changed: () => {},
      damaged: () => {},
      ended: (reason) => void ended.push(reason),
    },
  );
  assert(scripted !== undefined);
  const send = (handle: number, sizeBytes: number) =>
    road.send([{ octets: new Uint8Array(sizeBytes).fill(0x80), handle, last: handle, textBytes: sizeBytes }]);
  const missedSoFar = () => missed;
  return { clock, road, node: scripted, outcomes, received, ended, faults, guards, tally, send, missedSoFar };
}

Deno.test("a frame that fits is one U_PDU; what became of it is told once, however often the node says it", () => {
  const { node, outcomes, send, tally } = begin();
  send(1, 100);
  assert.equal(node.given.length, 1);
  node.events.outcome(1, CONFIRMED);
  node.events.outcome(1, CONFIRMED);
  node.events.outcome(1, LOST);
  node.events.outcome(77, CONFIRMED);
  assert.deepEqual(outcomes, ["1 true"]);
  assert.equal(tally.bytes.linkOut, 106, "with the header of RCOP");
});

Deno.test("a larger frame goes in pieces, and is confirmed when all of them are", () => {
  const { node, outcomes, send } = begin();
  send(1, 250);
  assert.equal(node.given.length, 3);
  for (const piece of [3, 1]) node.events.outcome(piece, CONFIRMED);
  assert.deepEqual(outcomes, []);
  node.events.outcome(2, CONFIRMED);
  assert.deepEqual(outcomes, ["1 true"]);
});

Deno.test("when one piece is lost the frame is, once, and its other pieces are not sent any more", () => {
  const { node, outcomes, send } = begin();
  node.places = 2;
  send(1, 450);
  send(2, 50);
  assert.equal(node.given.length, 2, "the node has no room for more");
  node.events.outcome(1, LOST);
  assert.deepEqual(outcomes, ["1 false"]);
  node.events.outcome(2, CONFIRMED);
  node.places = 10;
  node.events.room();
  assert.equal(node.given.length, 3, "only the second frame");
  node.events.outcome(3, CONFIRMED);
  assert.deepEqual(outcomes, ["1 false", "2 true"]);
});

Deno.test("an outcome that never comes holds nothing up but its own frame; one that comes late counts", async () => {
  const { clock, node, outcomes, send } = begin();
  send(1, 50);
  send(2, 50);
  node.events.outcome(2, CONFIRMED);
  await clock.advance(86_400_000);
  assert.deepEqual(outcomes, ["2 true"]);
  node.events.outcome(1, CONFIRMED);
  assert.deepEqual(outcomes, ["2 true", "1 true"]);
});

Deno.test("after a rejection nothing is handed over until the pause is over, or the far node is heard", async () => {
  const { clock, node, road, send } = begin();
  send(1, 50);
  node.events.outcome(1, SILENT);
  assert.equal(road.room, undefined);
  send(2, 50);
  assert.equal(node.given.length, 1);
  await clock.advance(2_000);
  assert.equal(node.given.length, 2);
  node.events.outcome(2, SILENT);
  send(3, 50);
  node.events.received(Uint8Array.of(0x80), { uPduId: 0, isFirst: true });
  assert.equal(node.given.length, 3, "it is there");
});

Deno.test("pieces that come are put together; a repeated or foreign one does no harm", () => {
  const { node, received, road } = begin();
  const frame = new Uint8Array(250).fill(0x80);
  const pieces = cutFrame(frame, 100, 5);
  const take = (octets: Uint8Array | undefined) =>
    node.events.received(octets ?? new Uint8Array(), { uPduId: 0, isFirst: true });
  assert.equal(road.isProven, false);
  for (const piece of [pieces[0], pieces[0], pieces[2]]) take(piece);
  take(Uint8Array.of(0x01, 9, 9, 2, 7));
  assert.deepEqual(received, []);
  take(pieces[1]);
  take(new Uint8Array(20).fill(0x80));
  take(new Uint8Array());
  assert.deepEqual(received.slice(0, 2), [250, 20]);
  assert.equal(road.isProven, true);
});

Deno.test("there is room only where the node is open, takes more, and nothing waits", () => {
  const { node, road, send } = begin();
  assert.notEqual(road.room, undefined);
  node.isOpen = false;
  assert.equal(road.room, undefined);
  node.isOpen = true;
  node.places = 1;
  send(1, 250);
  node.places = 1;
  assert.equal(road.room, undefined, "pieces wait");
});

Deno.test("what the node could not hand over is told to the channel: at first, and after each new bind", () => {
  const { node, missedSoFar } = begin();
  assert.equal(missedSoFar(), 1);
  node.events.opened({ isNewBind: false });
  assert.equal(missedSoFar(), 1, "the flow was off");
  node.events.opened({ isNewBind: true });
  assert.equal(missedSoFar(), 2);
});

Deno.test("silence takes back what the node has, and fails what it had no room for", () => {
  const { node, road, outcomes, send } = begin();
  node.places = 1;
  send(1, 250);
  road.withdraw();
  assert.equal(node.withdrawn, 1);
  assert.deepEqual(outcomes, ["1 false"]);
  node.places = 10;
  node.events.room();
  assert.equal(node.given.length, 1);
});

Deno.test("a road that is closed says so once, and sends nothing", async () => {
  const { clock, node, road, ended, send } = begin();
  send(1, 50);
  node.events.outcome(1, SILENT);
  road.close("shutdown");
  road.close("shutdown");
  send(2, 50);
  await clock.advance(60_000);
  assert.deepEqual([ended, node.isClosed, node.given.length, clock.pending], [["shutdown"], true, 1, 0]);
  assert.deepEqual([road.isOpen, node.withdrawn], [false, 0]);
});

Deno.test("a guard is opened when it is needed, and anew after another connection was used", () => {
  const { road, guards, send } = begin();
  assert.equal(guards.length, 0);
  road.prepare();
  road.prepare();
  send(1, 50);
  assert.equal(guards.length, 1);
  guards.push(plainGuard.open("stream"));
  road.prepare();
  assert.equal(guards.length, 3);
});

Deno.test("what is not authentic is told and not taken; a guard that must renew makes all go again", () => {
  const answers: ReturnType<GuardChannel["unprotect"]>[] = [
    { frame: undefined, fault: "guarded", mustRenew: false },
    { frame: undefined, fault: undefined, mustRenew: true },
    { frame: Uint8Array.of(0x80), fault: undefined, mustRenew: false },
  ];
  const settled: string[] = [];
  const { node, road, received, faults, outcomes, send } = begin(() => ({
    ...plainGuard.open("block"),
    unprotect: () => answers.shift() ?? assert.fail("too many frames"),
    confirmed: (ticket) => void settled.push(`${ticket} confirmed`),
    failed: (ticket) => void settled.push(`${ticket} failed`),
    answer: () => ({ octets: Uint8Array.of(0xaa), ticket: 9 }),
  }));
  for (let n = 0; n < 3; n++) {
    assert.equal(road.isProven, false);
    node.events.received(Uint8Array.of(0x80), { uPduId: n, isFirst: true });
  }
  assert.deepEqual([faults, received, outcomes], [["guarded", "undefined"], [1], ["again"]]);
  send(1, 50);
  assert.equal(node.given.length, 2, "with the guard's own word");
  node.events.outcome(1, LOST);
  node.events.outcome(2, CONFIRMED);
  assert.deepEqual(settled, ["0 failed", "9 confirmed"]);
  assert.deepEqual(outcomes, ["again", "1 false"], "the guard's word is no business of the channel");
});
