import assert from "node:assert/strict";
import { decodeFrame, encodeFrame, NO_FRAME } from "./frame.ts";
import { DamageError } from "./octets.ts";
import { ACK_AFTER_SIZE_BYTES, ACK_AFTER_STANZAS } from "./stream_channel.ts";
import { ACK_DELAY_MS, PlainSide } from "./testing/plain_side.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const ROOM = { textBytes: 10_000, blockBytes: 0, blocks: 0 };

/** One side of a link over streams. */
class Side extends PlainSide {
  constructor(seed: number) {
    super("stream", seed);
  }

  frames(nowMs = 0, channel = this.channel): Uint8Array[] {
    return channel.flush(nowMs, ROOM).map(({ octets }) => octets);
  }
}

/** A frame, for a transcript. */
function read(octets: Uint8Array): string {
  const { opening, process, ack, refusal, data, asks } = decodeFrame(octets, "stream");
  return [
    process === undefined ? "" : "NEW",
    opening === undefined
      ? ""
      : opening.kind === "cold"
      ? `cold ${opening.start}`
      : `warm ${opening.start16}`,
    ack === undefined ? "" : `ack ${ack}`,
    refusal === undefined ? "" : `refusal ${refusal.reason} ${refusal.received}`,
    asks ? "ASK" : "",
    data === undefined ? "" : decoder.decode(data),
  ].filter((part) => part !== "").join(" ");
}

/** Brings over what there is to send. @returns its transcript */
function bring(from: Side, to: Side, nowMs = 0): string[] {
  const frames = from.frames(nowMs);
  for (const frame of frames) to.channel.receive(frame, nowMs);
  return frames.map(read);
}

function pair() {
  return { ship: new Side(1), shore: new Side(2) };
}

/** A pair of which the shore has the ship's first stanza, acknowledged, and both know of each other. */
function acquainted() {
  const { ship, shore } = pair();
  ship.say("first");
  bring(ship, shore);
  shore.say("hello");
  bring(shore, ship);
  bring(ship, shore, ACK_DELAY_MS);
  for (const side of [ship, shore]) side.delivered.length = 0;
  return { ship, shore };
}

/** Both sides have a new connection. */
function reconnect(...sides: readonly Side[]): void {
  for (const side of sides) side.connect();
}

Deno.test("2.1: a side with nothing to say sends nothing; the first stanza opens, cold and then warm", () => {
  const { ship, shore } = pair();
  assert.deepEqual(ship.frames(), []);
  ship.say("a");
  assert.deepEqual(bring(ship, shore), ["NEW cold 1 <a/>"]);
  ship.say("b");
  assert.deepEqual(bring(ship, shore), ["<b/>"], "once open it is open");
  bring(shore, ship, ACK_DELAY_MS);
  reconnect(ship, shore);
  assert.deepEqual(ship.frames(), [], "reconnecting with nothing to say costs nothing");
  ship.say("c");
  assert.deepEqual(bring(ship, shore), ["warm 3 <c/>"]);
  assert.deepEqual(shore.delivered, ["<a/>", "<b/>", "<c/>"]);
});

Deno.test("2.1: data before an opening, and a second warm opening, are damage", () => {
  const { ship, shore } = acquainted();
  reconnect(ship, shore);
  const data = encodeFrame({ ...NO_FRAME, data: encoder.encode("<a/>") });
  assert.throws(() => shore.channel.receive(data, 0), DamageError);
  ship.say("a");
  const [opening] = ship.frames();
  assert(opening !== undefined);
  shore.channel.receive(opening, 0);
  assert.throws(() => shore.channel.receive(opening, 0), DamageError);
});

Deno.test("2.2: an acknowledgement is of what came on this connection, repetitions too", () => {
  const { ship, shore } = acquainted();
  ship.say("a", "b");
  ship.frames();
  for (const octets of [ship.store, shore.store]) octets.commit();
  bring(ship, shore);
  reconnect(ship, shore);
  assert.deepEqual(shore.frames(ACK_DELAY_MS), [], "what came on another is not acknowledged by itself");
  assert.deepEqual(bring(ship, shore), ["warm 2 <a/><b/>"]);
  assert.deepEqual(bring(shore, ship, ACK_DELAY_MS), ["ack 3"]);
  assert.equal(ship.engine.unacknowledged, 0);
  assert.deepEqual(shore.delivered, ["<a/>", "<b/>"], "once");
});

Deno.test("2.2: an acknowledgement of what was never sent here is damage; one that others overtook is not", () => {
  const { ship, shore } = acquainted();
  const older = ship.channel;
  ship.say("a", "b", "c");
  ship.frames();
  reconnect(ship, shore);
  bring(ship, shore);
  bring(shore, ship, ACK_DELAY_MS);
  assert.equal(ship.engine.acknowledged, 4);
  const ackOf = (ack: number) => encodeFrame({ ...NO_FRAME, ack });
  older.receive(ackOf(2), 0);
  older.receive(ackOf(4), 0);
  assert.equal(ship.engine.acknowledged, 4);
  assert.throws(() => older.receive(ackOf(3), 0), DamageError, "they only rise");
  assert.throws(() => ship.channel.receive(ackOf(5), 0), DamageError);
  assert.throws(() => ship.connect().receive(ackOf(4), 0), DamageError, "nothing was sent on that one yet");
});

Deno.test("2.2: numbers go on beyond 65,536", () => {
  const { ship, shore } = pair();
  for (let n = 0; n < 65_600; n += 16) {
    ship.say(..."abcdefghijklmnop");
    bring(ship, shore);
    bring(shore, ship);
    assert.equal(ship.engine.unacknowledged, 0);
    ship.delivered.length = shore.delivered.length = 0;
  }
  reconnect(ship, shore);
  ship.say("z");
  bring(ship, shore);
  assert.deepEqual(shore.delivered, ["<z/>"]);
});

Deno.test("3.2: what is not acknowledged goes again, before what is new, with the same numbers and texts", () => {
  const { ship, shore } = acquainted();
  ship.say("a", "b");
  ship.frames();
  reconnect(ship, shore);
  ship.say("c");
  assert.deepEqual(bring(ship, shore), ["warm 2 <a/><b/><c/>"]);
  ship.store.commit();
  ship.restart();
  shore.connect();
  ship.say("d");
  assert.deepEqual(bring(ship, shore), ["NEW warm 2 <a/><b/><c/><d/>"], "also after a restart");
  assert.deepEqual(shore.delivered, ["<a/>", "<b/>", "<c/>", "<d/>"]);
});

Deno.test("3.4: alone an acknowledgement goes for stanzas, octets or time", () => {
  const { ship, shore } = acquainted();
  for (let n = 1; n < ACK_AFTER_STANZAS; n++) ship.say("a");
  bring(ship, shore, 1_000);
  assert.deepEqual(shore.frames(1_000), []);
  assert.equal(shore.channel.dueMs, 1_000 + ACK_DELAY_MS, "30 seconds after the first");
  ship.say("a");
  bring(ship, shore, 2_000);
  assert.deepEqual(bring(shore, ship, 2_000), [`ack ${ACK_AFTER_STANZAS + 1}`]);
  assert.equal(shore.channel.dueMs, undefined);
  ship.engine.accept(encoder.encode(`<a>${"x".repeat(ACK_AFTER_SIZE_BYTES - 8)}</a>`));
  bring(ship, shore, 3_000);
  assert.deepEqual(shore.frames(3_000), []);
  ship.say("a");
  bring(ship, shore, 4_000);
  assert.deepEqual(bring(shore, ship, 4_000), [`ack ${ACK_AFTER_STANZAS + 3}`]);
  ship.say("b");
  bring(ship, shore, 5_000);
  assert.deepEqual(shore.frames(5_000 + ACK_DELAY_MS - 1), []);
  assert.deepEqual(bring(shore, ship, 5_000 + ACK_DELAY_MS), [`ack ${ACK_AFTER_STANZAS + 4}`]);
});

Deno.test("3.6: a question is answered at once, with an acknowledgement if one is owed", () => {
  const { ship, shore } = acquainted();
  ship.channel.ask();
  assert.deepEqual(bring(ship, shore), ["ASK"]);
  assert.deepEqual(shore.frames().map((frame) => [...frame]), [[0x80]]);
  ship.say("a");
  ship.channel.ask();
  assert.deepEqual(bring(ship, shore), ["ASK <a/>"]);
  assert.deepEqual(bring(shore, ship), ["ack 2"]);
});

Deno.test("5.1: a warm opening that does not fit is refused, and the flow begins cold on the same connection", () => {
  const { ship, shore } = acquainted();
  const fresh = new Side(7);
  reconnect(ship, shore);
  ship.say("a");
  const [opening] = ship.frames();
  assert(opening !== undefined);
  fresh.channel.receive(opening, 0);
  assert.deepEqual(fresh.delivered, [], "data behind a refused opening is not taken");
  const [refusal] = fresh.frames();
  assert(refusal !== undefined);
  assert.equal(read(refusal), "refusal unknown 0");
  ship.channel.receive(refusal, 0);
  assert.equal(ship.channel.mustEnd, false);
  const [anew] = ship.frames();
  assert(anew !== undefined);
  assert.match(read(anew), /cold 2 <a\/>$/);
  fresh.channel.receive(anew, 0);
  assert.deepEqual(fresh.delivered, ["<a/>"]);
});

Deno.test("5.3: after a refusal data is ignored until an opening", () => {
  const { ship, shore } = acquainted();
  const spoilt = encodeFrame({ ...NO_FRAME, data: encoder.encode("<a") });
  shore.channel.receive(spoilt, 0);
  ship.say("b");
  bring(ship, shore);
  assert.deepEqual(shore.delivered, []);
  assert.deepEqual(bring(shore, ship), ["refusal damaged 1"]);
  assert.deepEqual(bring(ship, shore), ["cold 2 <b/>"]);
  assert.deepEqual(shore.delivered, ["<b/>"]);
});

Deno.test("5.3: a fork makes a new incarnation, and the connection ends", () => {
  const { ship, shore } = acquainted();
  ship.store.commit();
  const backup = ship.store.backup();
  ship.say("a");
  bring(ship, shore);
  ship.store.restore(backup);
  ship.restart();
  shore.connect();
  ship.say("other");
  assert.deepEqual(bring(ship, shore), ["NEW warm 2 <other/>"]);
  assert.match(bring(shore, ship).join(), /refusal fork 2/);
  assert.equal(ship.channel.mustEnd, true);
  assert.deepEqual(ship.frames(), []);
  reconnect(ship, shore);
  assert.match(bring(ship, shore).join(), /cold 1 <other\/>/);
  assert.deepEqual(shore.delivered, ["<a/>", "<other/>"]);
});

Deno.test("5.1: a stream that was opened under an incarnation that ended takes nothing more", () => {
  const { ship, shore } = acquainted();
  const older = shore.channel;
  const other = new Side(9);
  other.say("z");
  const [cold] = other.frames();
  assert(cold !== undefined);
  shore.connect().receive(cold, 0);
  ship.say("late");
  const [late] = ship.frames();
  assert(late !== undefined);
  assert.throws(() => older.receive(late, 0), DamageError);
  assert.deepEqual(shore.delivered, ["<z/>"]);
});

Deno.test("5.4: a process is told of once, when it names itself otherwise than before", () => {
  const { ship, shore } = acquainted();
  const before = shore.events.length;
  reconnect(ship, shore);
  ship.say("a");
  bring(ship, shore);
  assert.equal(shore.events.length, before, "a connection is no process");
  ship.store.commit();
  for (let life = 1; life <= 2; life++) {
    ship.restart();
    shore.connect();
    bring(ship, shore);
    assert.equal(shore.events.filter((event) => event === "peer restarted").length, 1 + life);
  }
});
