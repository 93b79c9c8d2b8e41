import assert from "node:assert/strict";
import fc from "fast-check";
import { systemFrameCrypto } from "../../net/mod.ts";
import { Guard, type GuardChannel, plainGuard, type Unguarded } from "./guard.ts";
import { GUARD_FAULTS, type GuardFault } from "./guard_fault.ts";
import { EPOCH_MOST } from "./guard_frame.ts";
import { EXAMPLE_CLOCK_S, EXAMPLE_KEY, GuardSide, hexOf, octetsOf } from "./testing/guard_side.ts";
import { MemoryEpochs } from "./testing/memory_epochs.ts";

const ACK = octetsOf("90 00 05");
const COLD = octetsOf("e2 01 00 01 02 03 04 01 3c 6d 2f 3e");

function taken(frame: Uint8Array | undefined): Unguarded {
  return { frame, fault: undefined, mustRenew: false };
}

function refused(fault: GuardFault): Unguarded {
  return { frame: undefined, fault, mustRenew: false };
}

/** The octets of the next frame of a channel. */
function sent(channel: GuardChannel, frame = ACK): Uint8Array {
  return channel.protect(frame).octets;
}

for (const mode of ["sign", "seal"] as const) {
  for (const carrier of ["stream", "block"] as const) {
    Deno.test(`${mode}, ${carrier}: frames cross both ways, and the epoch goes with the first`, () => {
      const ship = new GuardSide("ship", { mode }).open(carrier);
      const shore = new GuardSide("shore", { mode }).open(carrier);
      const steadyBytes = carrier === "stream" ? 9 : 10;
      for (let round = 0; round < 300; round++) {
        for (const [from, to] of [[ship, shore], [shore, ship]] as const) {
          assert.equal(from.overheadBytes, steadyBytes + (round === 0 ? 5 : 0));
          const { octets, ticket } = from.protect(COLD);
          assert.equal(octets.length, COLD.length + steadyBytes + (round === 0 ? 5 : 0));
          assert.equal(ticket, round);
          assert.deepEqual(to.unprotect(octets), taken(COLD));
          from.confirmed(ticket);
        }
      }
    });
  }
}

Deno.test("signed frames can be read by anybody, sealed ones cannot", () => {
  const signed = hexOf(sent(new GuardSide("ship").open("stream"), COLD));
  assert.ok(signed.includes(hexOf(COLD)));
  const sealed = hexOf(sent(new GuardSide("ship", { mode: "seal" }).open("stream"), COLD));
  assert.ok(!sealed.includes("3c 6d 2f 3e"));
});

interface FaultCase {
  readonly what: string;
  readonly octets: () => Uint8Array;
  readonly fault: GuardFault;
  /** Frames that crossed before. */
  readonly after?: number;
}

const other = { key: EXAMPLE_KEY.toReversed() };
const repeated = sent(new GuardSide("ship").open("stream"));

/** What a `sign` guard says on a stream carrier. Every fault but those of blocks alone. */
const FAULTS: readonly FaultCase[] = [
  { what: "a plain frame", octets: () => ACK, fault: "plain" },
  { what: "nothing at all", octets: () => new Uint8Array(0), fault: "damaged" },
  { what: "another profile", octets: () => octetsOf("3c 6d 2f 3e 20 20 20 20 20 20"), fault: "damaged" },
  {
    what: "a sealed frame",
    octets: () => sent(new GuardSide("ship", { mode: "seal" }).open("stream")),
    fault: "other-mode",
  },
  {
    what: "another key",
    octets: () => sent(new GuardSide("ship", other).open("stream")),
    fault: "wrong-key",
  },
  {
    what: "another name of the sender",
    octets: () => sent(new GuardSide("ship", { ours: "buoy.example" }).open("stream")),
    fault: "wrong-key",
  },
  {
    what: "our own frame sent back",
    octets: () => sent(new GuardSide("shore").open("stream")),
    fault: "wrong-key",
  },
  { what: "a first frame that is cut", octets: () => repeated.slice(0, -1), fault: "wrong-key" },
  {
    what: "a first frame without an epoch",
    octets: () => octetsOf(`41 ${"00 ".repeat(11)}`),
    fault: "damaged",
  },
  { what: "a first frame again", octets: () => repeated, fault: "damaged", after: 1 },
  {
    what: "a forged later frame",
    octets: () => octetsOf(`41 ${"00 ".repeat(11)}`),
    fault: "damaged",
    after: 1,
  },
  {
    what: "a frame of a block carrier",
    octets: () => sent(new GuardSide("ship").open("block")),
    fault: "wrong-key",
  },
  {
    what: "a frame without text",
    octets: () => sent(new GuardSide("ship").open("stream"), new Uint8Array(0)),
    fault: "damaged",
  },
];

for (const { what, octets, fault, after = 0 } of FAULTS) {
  Deno.test(`stream: ${what} is ${fault}, and nothing is taken any more`, () => {
    const side = new GuardSide("shore");
    const shore = side.open("stream");
    const ship = new GuardSide("ship").open("stream");
    for (let n = 0; n < after; n++) assert.deepEqual(shore.unprotect(sent(ship)), taken(ACK));
    const before = side.store.load();
    assert.deepEqual(shore.unprotect(octets()), refused(fault));
    assert.deepEqual(shore.unprotect(sent(ship)), refused(fault));
    assert.equal(shore.isAnswerDue, false);
    if (fault !== "damaged") assert.deepEqual(side.store.load(), before);
  });
}

Deno.test("every fault says to the operator what it is", () => {
  for (const text of Object.values(GUARD_FAULTS)) assert.match(text, /^(the peer|a) /);
  assert.match(GUARD_FAULTS.plain, /does not authenticate/);
  assert.match(GUARD_FAULTS.guarded, /configure `auth`/);
});

Deno.test("without a key frames pass as they are, and guarded ones are named", () => {
  const plain = plainGuard.open("block");
  assert.deepEqual(plain.protect(ACK), { octets: ACK, ticket: 0 });
  assert.deepEqual(plain.protect(COLD), { octets: COLD, ticket: 1 });
  assert.deepEqual([plain.overheadBytes, plain.hasRoom, plain.isAnswerDue], [0, true, false]);
  assert.equal(plain.answer(), undefined);
  assert.deepEqual(plain.unprotect(ACK), taken(ACK));
  assert.deepEqual(plain.unprotect(octetsOf("3c 6d")), taken(octetsOf("3c 6d")));
  for (const mode of ["sign", "seal"] as const) {
    const guarded = sent(new GuardSide("ship", { mode }).open("stream"));
    assert.deepEqual(plain.unprotect(guarded), refused("guarded"));
  }
});

Deno.test("a connection that is replayed is refused, also after a restart", () => {
  const ship = new GuardSide("ship").open("stream");
  const recorded = [sent(ship), sent(ship, COLD)];
  const shore = new GuardSide("shore");
  const first = shore.open("stream");
  for (const octets of recorded) assert.ok(first.unprotect(octets).frame);
  for (const isRestarted of [false, true]) {
    shore.store.commit();
    if (isRestarted) shore.restart();
    const again = shore.open("stream");
    for (const octets of recorded) assert.deepEqual(again.unprotect(octets), refused("behind"));
  }
});

Deno.test("what was not committed may come again: nothing of it was kept", () => {
  const octets = sent(new GuardSide("ship").open("stream"));
  const shore = new GuardSide("shore");
  assert.deepEqual(shore.open("stream").unprotect(octets), taken(ACK));
  shore.restart();
  assert.deepEqual(shore.open("stream").unprotect(octets), taken(ACK));
});

Deno.test("an epoch is above all before it, and not below the clock, whatever the clock does", () => {
  const side = new GuardSide("ship");
  const out = (wallS: number) => {
    side.clock.wallS = wallS;
    side.open("stream");
    return side.store.load().out;
  };
  assert.equal(out(EXAMPLE_CLOCK_S), EXAMPLE_CLOCK_S);
  assert.equal(out(EXAMPLE_CLOCK_S), EXAMPLE_CLOCK_S + 1);
  assert.equal(out(-5), EXAMPLE_CLOCK_S + 2);
  assert.equal(out(EXAMPLE_CLOCK_S + 10.9), EXAMPLE_CLOCK_S + 10);
  assert.equal(out(Number.MAX_SAFE_INTEGER), 2 ** 38);
  assert.equal(out(0), 2 ** 38 + 1);
  const young = new GuardSide("shore");
  young.clock.wallS = 0;
  young.open("stream");
  assert.equal(young.store.load().out, 1);
});

Deno.test("when the epochs are used up it says so, and takes no word that would use them up", () => {
  const side = new GuardSide("ship");
  side.store.saveOut(EPOCH_MOST);
  side.store.commit();
  side.restart();
  assert.throws(
    () => side.open("stream"),
    /^Error: Cannot authenticate: the epochs of this link are used up$/,
  );
  const shore = new GuardSide("shore");
  shore.store.saveIn(EPOCH_MOST);
  shore.store.commit();
  shore.restart();
  const [ship, far] = [new GuardSide("ship").open("stream"), shore.open("stream")];
  far.unprotect(sent(ship));
  assert.deepEqual(ship.unprotect(far.answer()?.octets ?? ACK), taken(undefined));
});

Deno.test("stream: a sender that was set back with its clock is told, once, and the next connection works", () => {
  const [ship, shore] = [new GuardSide("ship"), new GuardSide("shore")];
  const backup = ship.store.backup();
  ship.clock.wallS = EXAMPLE_CLOCK_S + 500;
  assert.deepEqual(shore.open("stream").unprotect(sent(ship.open("stream"))), taken(ACK));
  ship.store.restore(backup);
  ship.clock.wallS = 0;
  ship.restart();

  const [near, far] = [ship.open("stream"), shore.open("stream")];
  assert.deepEqual(far.unprotect(sent(near)), refused("behind"));
  assert.ok(far.isAnswerDue);
  const answer = far.answer();
  assert.equal(answer?.octets.length, 19);
  assert.equal(far.answer(), undefined);
  assert.deepEqual(far.unprotect(sent(near)), refused("behind"));
  assert.equal(far.isAnswerDue, false);
  assert.deepEqual(near.unprotect(answer.octets), { ...taken(undefined), mustRenew: true });
  assert.equal(ship.store.load().out, EXAMPLE_CLOCK_S + 501);
  assert.deepEqual(shore.open("stream").unprotect(sent(ship.open("stream"), COLD)), taken(COLD));
});

Deno.test("stream: an answer rides on a frame that goes anyway", () => {
  const [ship, shore] = [new GuardSide("ship"), new GuardSide("shore")];
  shore.store.saveIn(2 * EXAMPLE_CLOCK_S);
  shore.store.commit();
  shore.restart();
  const [near, far] = [ship.open("stream"), shore.open("stream")];
  far.unprotect(sent(near));
  assert.equal(far.overheadBytes, 19);
  const { octets } = far.protect(COLD);
  assert.equal(octets.length, COLD.length + 19);
  assert.equal(far.isAnswerDue, false);
  assert.deepEqual(near.unprotect(octets), { ...taken(COLD), mustRenew: true });
});

Deno.test("both sides set back find together again", () => {
  const sides = [new GuardSide("ship"), new GuardSide("shore")] as const;
  for (const { store, clock } of sides) {
    store.saveIn(EXAMPLE_CLOCK_S);
    store.commit();
    clock.wallS = 0;
  }
  for (const side of sides) side.restart();
  const meet = () => {
    const [ship, shore] = [sides[0].open("stream"), sides[1].open("stream")];
    const there = shore.unprotect(sent(ship));
    const back = ship.unprotect((shore.answer() ?? shore.protect(ACK)).octets);
    const last = ship.answer();
    const end = last === undefined ? undefined : shore.unprotect(last.octets);
    return { there, back, end };
  };
  // The shore has no taken frame of this connection, so that it reads the ship's answer no more: the next one does it.
  assert.deepEqual(meet(), {
    there: refused("behind"),
    back: { ...refused("behind"), mustRenew: true },
    end: refused("behind"),
  });
  assert.deepEqual(meet(), {
    there: taken(ACK),
    back: refused("behind"),
    end: { ...taken(undefined), mustRenew: true },
  });
  assert.deepEqual(meet(), { there: taken(ACK), back: taken(ACK), end: undefined });
});

Deno.test("a replayed answer changes nothing", () => {
  const [ship, shore] = [new GuardSide("ship"), new GuardSide("shore")];
  shore.store.saveIn(2 * EXAMPLE_CLOCK_S);
  shore.store.commit();
  shore.restart();
  const [near, far] = [ship.open("stream"), shore.open("stream")];
  far.unprotect(sent(near));
  const answer = far.answer()?.octets ?? ACK;
  assert.ok(near.unprotect(answer).mustRenew);
  const next = ship.open("stream");
  const before = ship.store.load();
  assert.deepEqual(next.unprotect(answer), refused("behind"));
  assert.deepEqual(ship.store.load(), before);
});

Deno.test("a key of another length, and one name for both sides, are refused", () => {
  const options = {
    mode: "sign",
    key: EXAMPLE_KEY,
    ours: "a",
    theirs: "b",
    store: new MemoryEpochs(),
    crypto: systemFrameCrypto,
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
  } as const;
  assert.throws(() => new Guard({ ...options, key: EXAMPLE_KEY.slice(1) }), /^RangeError: .* has 31 octets/);
  assert.throws(() => new Guard({ ...options, theirs: "a" }), /^RangeError: .* both sides are called a$/);
});

Deno.test("flipping any bit of a frame is refused", () => {
  for (const mode of ["sign", "seal"] as const) {
    const [ship, shore] = [new GuardSide("ship", { mode }), new GuardSide("shore", { mode })];
    for (const carrier of ["stream", "block"] as const) {
      const octets = sent(ship.open(carrier), COLD);
      for (let bit = 0; bit < octets.length * 8; bit++) {
        const flipped = octets.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const { frame, fault } = shore.open(carrier).unprotect(flipped);
        assert.equal(frame, undefined);
        assert.notEqual(fault, undefined, `${mode} ${carrier} bit ${bit}`);
      }
      assert.deepEqual(shore.open(carrier).unprotect(octets), taken(COLD));
    }
  }
});

Deno.test("any octets, first or later, whole or made from a good frame, throw nothing and give nothing", () => {
  const kinds = fc.constantFrom(0x41, 0x42, 0x51, 0x52, 0x61, 0x62, 0x71, 0x72, 0x90);
  const junk = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.tuple(kinds, fc.uint8Array({ maxLength: 60 })).map(([kind, rest]) => Uint8Array.of(kind, ...rest)),
  );
  const settings = fc.record({
    mode: fc.constantFrom("sign", "seal"),
    carrier: fc.constantFrom("stream", "block"),
    before: fc.nat(2),
    junk: fc.array(junk, { minLength: 1, maxLength: 5 }),
  });
  fc.assert(fc.property(settings, ({ mode, carrier, before, junk }) => {
    const [ship, shore] = [
      new GuardSide("ship", { mode }).open(carrier),
      new GuardSide("shore", { mode }).open(carrier),
    ];
    for (let n = 0; n < before; n++) assert.ok(shore.unprotect(sent(ship)).frame);
    for (const octets of junk) {
      const { frame, fault, mustRenew } = shore.unprotect(octets);
      assert.deepEqual([frame, mustRenew], [undefined, false]);
      assert.notEqual(fault, undefined);
    }
  }));
});
