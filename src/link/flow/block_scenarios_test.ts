import assert from "node:assert/strict";
import { BLOCK_ACK_AFTER_SIZE_BYTES, BLOCK_ACK_AFTER_STANZAS } from "./block_channel.ts";
import { REFUSAL_AGAIN_MS } from "./block_refusals.ts";
import { encodeFrame, NO_FRAME } from "./frame.ts";
import { BlockSide, bring, pair, read, ROOM } from "./testing/block_side.ts";

const encoder = new TextEncoder();

/** A pair that has talked: both processes are known, both sides have `first` from the ship. */
function acquainted(): { ship: BlockSide; shore: BlockSide } {
  const { ship, shore } = pair();
  ship.say("first");
  bring(ship, shore, ship.block());
  shore.say("hello");
  bring(shore, ship, shore.block());
  ship.delivered.length = 0;
  shore.delivered.length = 0;
  return { ship, shore };
}

Deno.test("2.4: the first stanza of a flow needs a cold opening, later ones a place", () => {
  const { ship, shore } = pair();
  ship.say("a");
  assert.equal(bring(ship, shore, ship.block()), "NEW cold 1 <a/>");
  ship.say("b", "c");
  assert.equal(bring(ship, shore, ship.block()), "after 1 <b/><c/>");
  assert.deepEqual(shore.delivered, ["<a/>", "<b/>", "<c/>"]);
});

Deno.test("2.2: an acknowledgement rides on data, and counts where both sides hold the same", () => {
  const { ship, shore } = pair();
  ship.say("a", "b");
  bring(ship, shore, ship.block());
  assert.equal(ship.engine.unacknowledged, 2, "that the carrier confirmed it is no acknowledgement");
  shore.say("x");
  assert.equal(bring(shore, ship, shore.block()), "NEW cold 1 ack 2 <x/>");
  assert.equal(ship.engine.unacknowledged, 0);
});

Deno.test("2.2: a mark of another history acknowledges nothing", () => {
  const { ship } = acquainted();
  ship.say("a");
  ship.block();
  const ackMark = { low: 2, tag16: 0x1234 };
  ship.channel.receive(encodeFrame({ ...NO_FRAME, ackMark }), 0);
  assert.equal(ship.engine.unacknowledged, 1);
});

Deno.test("2: what is no frame is dropped, and nothing else happens", () => {
  const { ship } = acquainted();
  ship.channel.receive(Uint8Array.of(0x01, 2, 3), 0);
  assert.equal(ship.events.at(-1), "damaged");
  assert.equal(ship.next(), undefined);
});

Deno.test("3.2: when a block fails, it and all behind it go again, and what is still said of those counts for nothing", () => {
  const { ship, shore } = acquainted();
  const blocks = ["a", "b", "c"].map((name) => {
    ship.say(name);
    return ship.block();
  });
  const [a, b, c] = blocks;
  assert(a !== undefined && b !== undefined && c !== undefined);
  bring(ship, shore, a);
  shore.channel.receive(c.octets, 0);
  ship.channel.outcome(b.handle, false);
  ship.channel.outcome(c.handle, true);
  assert.equal(read(ship.block()), "after 2 <b/><c/>");
  assert.deepEqual(shore.delivered, ["<a/>"], "what came without what is before it waits for it");
});

Deno.test("3.2: on a new connection it goes on behind what was confirmed", () => {
  const { ship, shore } = acquainted();
  ship.say("a");
  bring(ship, shore, ship.block());
  ship.say("b");
  ship.block();
  ship.restart();
  assert.equal(read(ship.block()).replace(/ ack \d+/, ""), "NEW after 2 <b/>");
});

Deno.test("3.4: alone an acknowledgement goes when so many stanzas are untold, and never for time", () => {
  const { ship, shore } = acquainted();
  for (let n = 1; n < BLOCK_ACK_AFTER_STANZAS; n++) {
    ship.say("a");
    bring(ship, shore, ship.block());
  }
  assert.equal(shore.next(100 * 3_600_000), undefined);
  assert.equal(shore.channel.dueMs, undefined);
  ship.say("a");
  bring(ship, shore, ship.block());
  const low = (BLOCK_ACK_AFTER_STANZAS + 1) % 256;
  assert.equal(bring(shore, ship, shore.block()), `ack ${low}`);
  assert.equal(ship.engine.unacknowledged, 0);
  assert.equal(shore.next(), undefined);
});

Deno.test("3.4: or so many octets of text", () => {
  const { ship, shore } = acquainted();
  const large = `<a>${"x".repeat(60_000)}</a>`;
  let sizeBytes = 0;
  while (sizeBytes + large.length < BLOCK_ACK_AFTER_SIZE_BYTES) {
    ship.engine.accept(encoder.encode(large));
    bring(ship, shore, ship.block());
    sizeBytes += large.length;
    assert.equal(shore.next(), undefined);
  }
  ship.engine.accept(encoder.encode(large));
  bring(ship, shore, ship.block());
  assert.match(read(shore.block()), /^ack \d+$/);
});

Deno.test("3.4: an acknowledgement whose block failed is said again with the next", () => {
  const { ship, shore } = acquainted();
  ship.say("a");
  bring(ship, shore, ship.block());
  shore.say("x");
  const lost = shore.block();
  assert.equal(read(lost), "ack 2 after 1 <x/>");
  shore.channel.outcome(lost.handle, false);
  assert.equal(read(shore.block()), "ack 2 after 1 <x/>");
});

Deno.test("3.5: a process names itself in all blocks until one was heard", () => {
  const { ship, shore } = pair();
  ship.say("a");
  const [first] = [ship.block()];
  ship.say("b");
  const second = ship.block();
  assert.deepEqual([first, second].map(read), ["NEW cold 1 <a/>", "NEW after 1 <b/>"]);
  bring(ship, shore, first);
  ship.say("c");
  assert.equal(read(ship.block()), "after 2 <c/>");
});

Deno.test("3.5: a process that has received anything before says so by itself, until it is brought over", () => {
  const { ship, shore } = acquainted();
  shore.restart();
  const lost = shore.block();
  assert.equal(read(lost), "NEW ack 1");
  assert.equal(shore.next(), undefined, "once");
  shore.channel.outcome(lost.handle, false);
  assert.equal(bring(shore, ship, shore.block()), "NEW ack 1");
  assert.equal(shore.next(), undefined);
  assert.equal(ship.events.at(-1), "peer restarted");
  const fresh = new BlockSide(3);
  assert.equal(fresh.next(), undefined, "one that has nothing says nothing");
});

Deno.test("3.6: nobody has to ask on a carrier that confirms", () => {
  const { ship } = acquainted();
  ship.channel.ask();
  assert.equal(ship.next(), undefined);
});

Deno.test("5.1: a place that is not held is refused as unknown, and the flow begins cold behind what is acknowledged", () => {
  const { ship, shore } = acquainted();
  ship.say("a");
  ship.channel.outcome(ship.block().handle, true);
  ship.say("b");
  bring(ship, shore, ship.block());
  assert.deepEqual(shore.delivered, []);
  assert.equal(shore.events.at(-1), "refused");
  assert.equal(bring(shore, ship, shore.block()), "refusal unknown 1");
  assert.equal(
    bring(ship, shore, ship.block()),
    "after 1 <a/><b/>",
    "they agree on what was received: no cold opening",
  );
  assert.deepEqual(shore.delivered, ["<a/>", "<b/>"]);
});

Deno.test("5.1: when the receiver was set back it is told cold, and what it forgot is gone", () => {
  const { ship, shore } = acquainted();
  shore.store.commit();
  const backup = shore.store.backup();
  ship.say("a");
  bring(ship, shore, ship.block());
  shore.say("x");
  bring(shore, ship, shore.block());
  shore.store.commit();
  shore.store.restore(backup);
  shore.restart();
  ship.say("b");
  bring(ship, shore, ship.block());
  const refusal = shore.block();
  assert.equal(read(refusal), "NEW ack 1 refusal unknown 1");
  bring(shore, ship, refusal);
  assert.equal(bring(ship, shore, ship.block()), "cold 3 <b/>");
  assert.equal(shore.events.at(-1), "set back");
  assert.equal(shore.delivered.at(-1), "<b/>");
});

Deno.test("5.1: a cold opening of an incarnation that ended is refused as retired, and its sender takes a new one", () => {
  const { ship, shore } = pair();
  ship.store.commit();
  const backup = ship.store.backup();
  ship.say("a");
  const old = ship.block();
  const other = new BlockSide(9);
  bring(ship, shore, old);
  other.say("z");
  shore.channel.receive(other.block().octets, 0);
  assert.deepEqual(shore.delivered, ["<a/>", "<z/>"]);
  ship.store.restore(backup);
  ship.restart();
  ship.say("b");
  bring(ship, shore, ship.block());
  assert.equal(bring(shore, ship, shore.block()), "NEW ack 1 refusal retired 1");
  assert.deepEqual(ship.events.slice(-2), ["was refused", "renewed"]);
  assert.equal(bring(ship, shore, ship.block()), "cold 1 <b/>", "at once");
  assert.equal(shore.delivered.at(-1), "<b/>");
});

Deno.test("5.2: a repetition is dropped, a fork refused, and with it what follows in its block", () => {
  const { ship, shore } = pair();
  ship.store.commit();
  const backup = ship.store.backup();
  ship.say("a");
  const block = ship.block();
  bring(ship, shore, block);
  shore.channel.receive(block.octets, 0);
  assert.deepEqual(shore.delivered, ["<a/>"]);
  ship.store.restore(backup);
  ship.restart();
  ship.say("other", "behind");
  bring(ship, shore, ship.block());
  assert.deepEqual(shore.delivered, ["<a/>"]);
  assert.equal(bring(shore, ship, shore.block()), "NEW ack 1 refusal fork 1");
  assert.deepEqual(ship.events.slice(-2), ["was refused", "renewed"]);
  bring(ship, shore, ship.block());
  assert.deepEqual(shore.delivered, ["<a/>", "<other/>", "<behind/>"]);
});

Deno.test("5.3: data that does not decode is refused as damaged; the flow begins cold", () => {
  const { ship, shore } = acquainted();
  ship.say("a");
  const { octets, handle } = ship.block();
  const spoilt = octets.slice();
  spoilt[spoilt.length - 1] = 0x21;
  shore.channel.receive(spoilt, 0);
  ship.channel.outcome(handle, true);
  assert.equal(bring(shore, ship, shore.block()), "refusal damaged 1");
  assert.equal(bring(ship, shore, ship.block()), "cold 2 <a/>");
  assert.deepEqual(shore.delivered, ["<a/>"]);
});

/** A shore that has refused what came without what is before it, and the ship's later blocks. */
function refused() {
  const { ship, shore } = acquainted();
  ship.say("lost");
  ship.channel.outcome(ship.block().handle, true);
  ship.say("b");
  const block = ship.block();
  shore.channel.receive(block.octets, 0);
  return { ship, shore, block };
}

Deno.test("5.3: the same refusal is said again only when five minutes have passed", () => {
  const { shore, block } = refused();
  shore.channel.outcome(shore.block().handle, true);
  shore.channel.receive(block.octets, 1_000);
  assert.equal(shore.next(1_000), undefined);
  assert.equal(shore.channel.dueMs, REFUSAL_AGAIN_MS);
  assert.equal(shore.next(REFUSAL_AGAIN_MS - 1), undefined);
  assert.equal(read(shore.block(REFUSAL_AGAIN_MS)), "refusal unknown 1");
  assert.equal(shore.channel.dueMs, undefined);
});

Deno.test("5.3: a refusal whose block failed goes again, with what was received by then", () => {
  const { ship, shore } = refused();
  const lost = shore.block();
  assert.equal(read(lost), "refusal unknown 1");
  ship.channel.receive(lost.octets, 0);
  shore.channel.receive(ship.block().octets, 0);
  assert.deepEqual(shore.delivered, ["<lost/>", "<b/>"]);
  shore.channel.outcome(lost.handle, false);
  assert.match(read(shore.block()), /refusal unknown 3$/);
});

Deno.test("5.3: when news has come behind a refusal, what was dropped without a word meanwhile is refused anew", () => {
  const { ship, shore, block } = refused();
  bring(shore, ship, shore.block());
  shore.channel.receive(block.octets, 1_000);
  assert.equal(shore.next(1_000), undefined);
  bring(ship, shore, ship.block(), 2_000);
  assert.match(read(shore.block(2_000)), /refusal unknown 3$/, "long before the five minutes");
});

Deno.test("5.4: when a new process names itself, what the old one confirmed and may not have stored goes again", () => {
  const { ship, shore } = acquainted();
  shore.store.commit();
  ship.say("a", "b");
  bring(ship, shore, ship.block());
  assert.deepEqual(shore.delivered, ["<a/>", "<b/>"]);
  shore.store.crash();
  shore.restart();
  assert.equal(ship.next(), undefined, "all of it is confirmed");
  bring(shore, ship, shore.block());
  assert.equal(bring(ship, shore, ship.block()), "after 1 <a/><b/>");
  assert.deepEqual(shore.delivered.slice(2), ["<a/>", "<b/>"]);
});

Deno.test("5.4: but not what the new process says to have", () => {
  const { ship, shore } = acquainted();
  ship.say("a", "b");
  bring(ship, shore, ship.block());
  shore.store.commit();
  shore.restart();
  assert.equal(bring(shore, ship, shore.block()), "NEW ack 3");
  assert.equal(ship.next(), undefined);
  assert.equal(ship.engine.unacknowledged, 0);
});

Deno.test("5.4: to a new process a refusal is said again that nothing has come after", () => {
  const { ship, shore } = refused();
  shore.channel.outcome(shore.block().handle, true);
  assert.equal(shore.next(), undefined);
  ship.restart();
  const hello = ship.block();
  shore.channel.receive(hello.octets, 0);
  assert.match(read(shore.block()), /refusal unknown 1$/);
});

Deno.test("nothing leaves on a connection that is not in use but acknowledgements and refusals", () => {
  const { ship, shore } = acquainted();
  ship.engine.use(undefined);
  ship.say("a");
  assert.equal(ship.next(), undefined);
  ship.engine.use(ship.channel);
  assert.equal(bring(ship, shore, ship.block()), "ack 1 after 1 <a/>");
});

Deno.test("no more blocks leave than there is room for", () => {
  const { ship } = acquainted();
  for (let n = 0; n < 9; n++) ship.engine.accept(encoder.encode(`<a>${"x".repeat(700)}</a>`));
  assert.equal(ship.channel.flush(0, { ...ROOM, blocks: 0 }).length, 0);
  assert.equal(ship.channel.flush(0, { ...ROOM, blocks: 4 }).length, 4);
  assert.equal(ship.channel.flush(0, { ...ROOM, blocks: 10 }).length, 5);
});
