import assert from "node:assert/strict";
import type { GuardChannel, Guarded, Unguarded } from "./guard.ts";
import { MISFIT_BLOCKS, UNCONFIRMED_BLOCKS } from "./guard_channel.ts";
import { ANSWER_PAUSE_MS } from "./guard_epochs.ts";
import type { GuardFault } from "./guard_fault.ts";
import { EXAMPLE_CLOCK_S, GuardSide, octetsOf } from "./testing/guard_side.ts";

const ACK = octetsOf("96 00 05 00 06 3c 6d 2f 3e");

function taken(frame: Uint8Array | undefined): Unguarded {
  return { frame, fault: undefined, mustRenew: false };
}

function refused(fault: GuardFault): Unguarded {
  return { frame: undefined, fault, mustRenew: false };
}

function blocks(channel: GuardChannel, count: number): Guarded[] {
  return Array.from({ length: count }, () => channel.protect(ACK));
}

/** Two channels of which the first has told its epoch and knows that it was heard. */
function settledPair(): { ship: GuardSide; shore: GuardSide; near: GuardChannel; far: GuardChannel } {
  const [ship, shore] = [new GuardSide("ship"), new GuardSide("shore")];
  const [near, far] = [ship.open("block"), shore.open("block")];
  const { octets, ticket } = near.protect(ACK);
  assert.deepEqual(far.unprotect(octets), taken(ACK));
  near.confirmed(ticket);
  return { ship, shore, near, far };
}

Deno.test("blocks: the epoch is told until one of them is confirmed, whichever", () => {
  const near = new GuardSide("ship").open("block");
  const first = blocks(near, 3);
  assert.deepEqual(first.map(({ octets }) => octets.length), [
    ACK.length + 15,
    ACK.length + 15,
    ACK.length + 15,
  ]);
  near.confirmed(7);
  assert.equal(near.overheadBytes, 15);
  near.confirmed(1);
  assert.equal(near.overheadBytes, 10);
  near.failed(2);
  assert.equal(near.overheadBytes, 10);
});

Deno.test("blocks: what is lost leaves a gap, what comes twice or late is a replay", () => {
  const { near, far } = settledPair();
  const [a, b, c, d] = blocks(near, 4);
  assert.ok(a && b && c && d);
  assert.deepEqual(far.unprotect(c.octets), taken(ACK));
  for (const late of [a, b, c]) assert.equal(far.unprotect(late.octets).frame, undefined);
  assert.deepEqual(far.unprotect(d.octets), taken(ACK));
});

Deno.test("blocks: a repeated one is told from a damaged one, before and after the counter has run over", () => {
  const { near, far } = settledPair();
  for (let n = 1; n < 600; n++) {
    const { octets, ticket } = near.protect(ACK);
    assert.deepEqual(far.unprotect(octets), taken(ACK), `block ${n}`);
    near.confirmed(ticket);
    assert.deepEqual(far.unprotect(octets), refused("replay"), `block ${n} again`);
    octets[octets.length - 1] = (octets.at(-1) ?? 0) ^ 1;
    assert.deepEqual(far.unprotect(octets), refused("damaged"));
  }
});

Deno.test(`blocks: no more than ${UNCONFIRMED_BLOCKS} go without a word of the carrier`, () => {
  const { near, far } = settledPair();
  const sent = blocks(near, UNCONFIRMED_BLOCKS);
  assert.equal(near.hasRoom, false);
  assert.throws(() => near.protect(ACK), /^RangeError: Cannot protect a block: 128 are not confirmed$/);
  assert.equal(near.answer(), undefined);
  // Of all of them only the last arrives.
  const last = sent.at(-1);
  assert.deepEqual(far.unprotect(last?.octets ?? ACK), taken(ACK));
  near.confirmed(last?.ticket ?? 0);
  assert.equal(near.hasRoom, true);
  assert.deepEqual(far.unprotect(near.protect(ACK).octets), taken(ACK));
});

Deno.test("blocks: failures in a row begin a new epoch long before the counter is in doubt", () => {
  const { ship, near, far } = settledPair();
  const epoch = ship.store.load().out;
  for (let n = 0; n < 1_000; n++) near.failed(near.protect(ACK).ticket);
  const begun = ship.store.load().out - epoch;
  assert.equal(begun, Math.floor(1_000 / 64));
  assert.equal(near.overheadBytes, 15);
  const { octets, ticket } = near.protect(ACK);
  assert.deepEqual(far.unprotect(octets), taken(ACK));
  near.confirmed(ticket);
  assert.equal(near.overheadBytes, 10);
});

Deno.test("blocks: what the carrier says of an older epoch's blocks does not count for this one", () => {
  const { near } = settledPair();
  const sent = blocks(near, 64);
  near.failed(sent[0]?.ticket ?? 0);
  assert.equal(near.overheadBytes, 15);
  for (const { ticket } of sent) near.failed(ticket);
  for (const { ticket } of sent) near.confirmed(ticket);
  assert.equal(near.overheadBytes, 15);
});

Deno.test("blocks: a receiver that restarted asks for the epoch, once a minute, and is told", () => {
  const { shore, near } = settledPair();
  shore.store.commit();
  shore.restart();
  const far = shore.open("block");
  assert.deepEqual(far.unprotect(near.protect(ACK).octets), refused("unknown"));
  assert.ok(far.isAnswerDue);
  const answer = far.answer();
  assert.ok(answer);
  assert.deepEqual(far.unprotect(near.protect(ACK).octets), refused("unknown"));
  assert.equal(far.isAnswerDue, false);
  shore.clock.pass(ANSWER_PAUSE_MS / 1_000);
  assert.deepEqual(far.unprotect(near.protect(ACK).octets), refused("unknown"));
  assert.ok(far.isAnswerDue);

  assert.deepEqual(near.unprotect(answer.octets), { ...taken(undefined), mustRenew: true });
  assert.deepEqual(far.unprotect(near.protect(ACK).octets), taken(ACK));
  assert.equal(far.isAnswerDue, false, "what was due is of no use any more");
  // Heard again, the old answer asks for nothing: the epoch is being told.
  assert.equal(near.unprotect(answer.octets).mustRenew, false);
});

Deno.test("blocks: a receiver whose store was lost or set back is told too", () => {
  for (const kept of [0, EXAMPLE_CLOCK_S - 5, EXAMPLE_CLOCK_S - 1]) {
    const { shore, near } = settledPair();
    shore.store.restore({ out: 0, in: kept });
    shore.clock.pass(1);
    shore.restart();
    const far = shore.open("block");
    assert.deepEqual(far.unprotect(near.protect(ACK).octets), refused("unknown"));
    assert.ok(near.unprotect(far.answer()?.octets ?? ACK).mustRenew);
    assert.deepEqual(far.unprotect(near.protect(ACK).octets), taken(ACK));
  }
});

Deno.test("blocks: a sender that was set back with its clock is told by a receiver that went on", () => {
  const { ship, near: old, far } = settledPair();
  ship.store.restore({ out: 3, in: 0 });
  ship.clock.wallS = 0;
  ship.restart();
  const near = ship.open("block");
  assert.deepEqual(far.unprotect(near.protect(ACK).octets), refused("behind"));
  const answer = far.answer();
  assert.deepEqual(near.unprotect(answer?.octets ?? ACK), { ...taken(undefined), mustRenew: true });
  assert.equal(ship.store.load().out, EXAMPLE_CLOCK_S + 1);
  assert.deepEqual(far.unprotect(near.protect(ACK).octets), taken(ACK));
  assert.notEqual(old, near);
});

Deno.test("blocks: a replayed block of an older epoch does not disturb who is in the present one", () => {
  const [ship, shore] = [new GuardSide("ship"), new GuardSide("shore")];
  const far = shore.open("block");
  const recorded = ship.open("block").protect(ACK).octets;
  assert.deepEqual(far.unprotect(recorded), taken(ACK));
  const near = ship.open("block");
  const { octets, ticket } = near.protect(ACK);
  assert.deepEqual(far.unprotect(octets), taken(ACK));
  near.confirmed(ticket);
  assert.deepEqual(far.unprotect(recorded), refused("behind"));
  const answer = far.answer();
  assert.ok(answer);
  assert.deepEqual(near.unprotect(answer.octets), taken(undefined));
  assert.deepEqual(far.unprotect(near.protect(ACK).octets), taken(ACK));
  for (let n = 0; n < 50; n++) far.unprotect(recorded);
  assert.equal(far.isAnswerDue, false);
});

Deno.test(`blocks: ${MISFIT_BLOCKS} in a row that do not fit are answered, since the epoch may have been told in vain`, () => {
  const { near, far } = settledPair();
  const forged = octetsOf(`41 ${"07 ".repeat(14)}`);
  for (let n = 1; n < MISFIT_BLOCKS; n++) assert.deepEqual(far.unprotect(forged), refused("damaged"));
  assert.deepEqual(far.unprotect(near.protect(ACK).octets), taken(ACK));
  for (let n = 1; n < MISFIT_BLOCKS; n++) assert.deepEqual(far.unprotect(forged), refused("damaged"));
  assert.equal(far.isAnswerDue, false);
  assert.deepEqual(far.unprotect(forged), refused("damaged"));
  assert.ok(near.unprotect(far.answer()?.octets ?? ACK).mustRenew);
  assert.deepEqual(far.unprotect(near.protect(ACK).octets), taken(ACK));
});

Deno.test("blocks: a sender that was set back into the very epoch that goes on is told to leave it", () => {
  const { ship, near: first, far } = settledPair();
  for (let n = 0; n < 5; n++) assert.deepEqual(far.unprotect(first.protect(ACK).octets), taken(ACK));
  ship.store.restore({ out: EXAMPLE_CLOCK_S - 1, in: 0 });
  ship.clock.wallS = 0;
  ship.restart();
  const near = ship.open("block");
  assert.equal(ship.store.load().out, EXAMPLE_CLOCK_S);
  for (let n = 1; n <= MISFIT_BLOCKS; n++) {
    const { octets, ticket } = near.protect(ACK);
    assert.equal(far.unprotect(octets).frame, undefined);
    near.confirmed(ticket);
  }
  assert.ok(near.unprotect(far.answer()?.octets ?? ACK).mustRenew);
  assert.equal(ship.store.load().out, EXAMPLE_CLOCK_S + 2);
  assert.deepEqual(far.unprotect(near.protect(ACK).octets), taken(ACK));
});

Deno.test("blocks: an answer tells its own epoch, for one who knows neither and was told it in vain", () => {
  const { ship, far } = settledPair();
  far.confirmed(far.protect(ACK).ticket);
  assert.equal(far.overheadBytes, 10);
  ship.store.restore({ out: 3, in: 0 });
  ship.clock.wallS = 0;
  ship.restart();
  const near = ship.open("block");
  const { octets, ticket } = near.protect(ACK);
  assert.deepEqual(far.unprotect(octets), refused("behind"));
  near.confirmed(ticket);
  assert.equal(far.overheadBytes, 20);
  assert.deepEqual(near.unprotect(far.protect(ACK).octets), { ...taken(ACK), mustRenew: true });
  assert.deepEqual(far.unprotect(near.protect(ACK).octets), taken(ACK));
});

Deno.test("blocks: a recorded answer, of this epoch or an older one, asks for nothing any more", () => {
  const { ship, shore, near } = settledPair();
  shore.store.commit();
  shore.restart();
  const asking = shore.open("block");
  asking.unprotect(near.protect(ACK).octets);
  const answer = asking.answer()?.octets ?? ACK;
  assert.ok(near.unprotect(answer).mustRenew);
  near.confirmed(near.protect(ACK).ticket);
  const before = ship.store.load();
  assert.deepEqual(near.unprotect(answer), refused("replay"));
  assert.deepEqual(near.unprotect(shore.open("block").protect(ACK).octets), taken(ACK));
  assert.deepEqual(near.unprotect(answer), refused("behind"));
  assert.deepEqual(ship.store.load().out, before.out);
});

Deno.test("blocks: while an answer waits to be sent, a replayed block does not weaken it", () => {
  const [ship, shore] = [new GuardSide("ship"), new GuardSide("shore")];
  const far = shore.open("block");
  const recorded = ship.open("block").protect(ACK).octets;
  far.unprotect(recorded);
  const near = ship.open("block");
  const { octets, ticket } = near.protect(ACK);
  assert.deepEqual(far.unprotect(octets), taken(ACK));
  near.confirmed(ticket);
  const forged = octetsOf(`41 ${"07 ".repeat(14)}`);
  for (let n = 1; n <= MISFIT_BLOCKS; n++) far.unprotect(forged);
  assert.ok(far.isAnswerDue);
  assert.deepEqual(far.unprotect(recorded), refused("behind"));
  assert.ok(near.unprotect(far.answer()?.octets ?? ACK).mustRenew);
});
