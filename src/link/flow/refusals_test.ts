import assert from "node:assert/strict";
import { seededRandom } from "../../base/mod.ts";
import type { Refusal, RefusalReason } from "./frame.ts";
import { tagOf } from "./history.ts";
import { FlowReceiver, RETIRED_INCARNATIONS } from "./receiver.ts";
import { FlowSender, type SenderVerdict } from "./sender.ts";
import { MemoryStore } from "./testing/memory_store.ts";

const encoder = new TextEncoder();
const EMPTY = new Uint8Array(0);
const ZEROS = new Uint8Array(4);

/** A sender that has given out five numbers, of which two are acknowledged. */
function senderOfFive() {
  const store = new MemoryStore();
  const sender = new FlowSender(store.sender, { random: seededRandom(1), coding: 0 });
  for (let n = 1; n <= 5; n++) sender.take(encoder.encode(`<m n='${n}'/>`));
  sender.acknowledge(2);
  const incarnation = store.sender.load()?.record.incarnation ?? EMPTY;
  const tag = (number: number) => tagOf(incarnation, number, sender.historyAt(number) ?? EMPTY);
  return { sender, store, incarnation, tag };
}

interface Row {
  readonly what: string;
  readonly reason: RefusalReason;
  readonly whose: "ours" | "another" | "none";
  readonly received: number;
  readonly fits: boolean;
  readonly verdict: SenderVerdict;
  readonly acked: number;
}

/** Section 5.3, row by row. */
const ROWS: readonly Row[] = [
  {
    what: "retired, and our incarnation",
    reason: "retired",
    whose: "ours",
    received: 0,
    fits: false,
    verdict: "renewed",
    acked: 0,
  },
  {
    what: "retired, and another",
    reason: "retired",
    whose: "another",
    received: 9,
    fits: false,
    verdict: "fine",
    acked: 2,
  },
  {
    what: "another incarnation",
    reason: "unknown",
    whose: "another",
    received: 4,
    fits: false,
    verdict: "cold",
    acked: 2,
  },
  {
    what: "another incarnation, though it says fork",
    reason: "fork",
    whose: "another",
    received: 4,
    fits: false,
    verdict: "cold",
    acked: 2,
  },
  {
    what: "no incarnation known",
    reason: "unknown",
    whose: "none",
    received: 0,
    fits: false,
    verdict: "cold",
    acked: 2,
  },
  {
    what: "more received than sent",
    reason: "unknown",
    whose: "ours",
    received: 6,
    fits: false,
    verdict: "renewed",
    acked: 0,
  },
  {
    what: "more received than sent, damaged",
    reason: "damaged",
    whose: "ours",
    received: 6,
    fits: false,
    verdict: "renewed",
    acked: 0,
  },
  {
    what: "fits, unknown",
    reason: "unknown",
    whose: "ours",
    received: 4,
    fits: true,
    verdict: "back",
    acked: 4,
  },
  {
    what: "fits at what is acknowledged",
    reason: "unknown",
    whose: "ours",
    received: 2,
    fits: true,
    verdict: "back",
    acked: 2,
  },
  {
    what: "fits at what was sent last",
    reason: "unknown",
    whose: "ours",
    received: 5,
    fits: true,
    verdict: "back",
    acked: 5,
  },
  { what: "fits, fork", reason: "fork", whose: "ours", received: 3, fits: true, verdict: "back", acked: 3 },
  {
    what: "fits, damaged",
    reason: "damaged",
    whose: "ours",
    received: 4,
    fits: true,
    verdict: "cold",
    acked: 4,
  },
  {
    what: "does not fit, fork",
    reason: "fork",
    whose: "ours",
    received: 4,
    fits: false,
    verdict: "renewed",
    acked: 0,
  },
  {
    what: "does not fit, unknown",
    reason: "unknown",
    whose: "ours",
    received: 4,
    fits: false,
    verdict: "cold",
    acked: 2,
  },
  {
    what: "does not fit, damaged",
    reason: "damaged",
    whose: "ours",
    received: 4,
    fits: false,
    verdict: "cold",
    acked: 2,
  },
  {
    what: "below what is acknowledged, unknown",
    reason: "unknown",
    whose: "ours",
    received: 1,
    fits: true,
    verdict: "cold",
    acked: 2,
  },
  {
    what: "below what is acknowledged, fork",
    reason: "fork",
    whose: "ours",
    received: 1,
    fits: true,
    verdict: "renewed",
    acked: 0,
  },
];

for (const { what, reason, whose, received, fits, verdict, acked } of ROWS) {
  Deno.test(`a refusal (${what}): ${verdict}, and ${acked} acknowledged`, () => {
    const { sender, incarnation, tag } = senderOfFive();
    const before = sender.unacked.map(({ text }) => text);
    const refusal: Refusal = {
      reason,
      incarnation: whose === "ours" ? incarnation : whose === "none" ? ZEROS : Uint8Array.of(9, 9, 9, 9),
      received,
      tag: fits ? tag(received) : 0x12345678,
    };
    assert.equal(sender.refused(refusal), verdict);
    assert.equal(sender.acked, acked);
    if (verdict !== "renewed") return;
    assert.deepEqual(sender.unacked.map(({ number }) => number), [1, 2, 3], "new numbers, from 1");
    assert.deepEqual(sender.unacked.map(({ text }) => text), before, "of the same texts");
    assert.equal(sender.open(false).opening.kind, "cold");
  });
}

Deno.test("a new incarnation is stored, with what it carries, and taken up after a restart", () => {
  const { sender, store, incarnation } = senderOfFive();
  sender.renew();
  const again = new FlowSender(store.sender, { random: seededRandom(2), coding: 0 });
  assert.deepEqual(again.unacked, sender.unacked);
  assert.deepEqual([again.acked, again.sent, again.base, again.confirmed], [0, 3, 1, 0]);
  assert.notDeepEqual(store.sender.load()?.record.incarnation, incarnation);
});

Deno.test("what is stored of a sender is bounded by what is not acknowledged and a window before it", () => {
  const store = new MemoryStore();
  const sender = new FlowSender(store.sender, { random: seededRandom(1), coding: 0 });
  for (let n = 1; n <= 2_000; n++) {
    sender.take(new Uint8Array(500));
    sender.acknowledge(n);
  }
  const texts = store.sender.load()?.texts.length ?? 0;
  assert.ok(texts * 500 <= 32_768 + 2 * 500, `${texts} texts`);
});

/** The incarnation of a number. */
function life(number: number): Uint8Array {
  return Uint8Array.of(0, 0, Math.floor(number / 256), number % 256);
}

function cold(number: number, start: number) {
  return { kind: "cold", coding: 0, incarnation: life(number), start } as const;
}

Deno.test(`the last ${RETIRED_INCARNATIONS} incarnations that ended are refused, also after a restart`, () => {
  const store = new MemoryStore();
  const receiver = new FlowReceiver(store.receiver, 0);
  for (let n = 1; n <= 20; n++) assert.equal(receiver.open(cold(n, 1)).kind, "open");
  for (const one of [receiver, new FlowReceiver(store.receiver, 0)]) {
    for (let n = 20 - RETIRED_INCARNATIONS; n < 20; n++) {
      const verdict = one.open(cold(n, 1));
      assert(verdict.kind === "refuse");
      assert.equal(verdict.refusal.reason, "retired");
      assert.deepEqual(verdict.refusal.incarnation, life(n), "it names the one that is refused");
    }
    assert.equal(one.open(cold(20, 1)).kind, "open", "the present one goes on");
  }
  assert.equal(store.receiver.load()?.record.retired.length, 4 * RETIRED_INCARNATIONS);
  assert.equal(receiver.open(cold(1, 1)).kind, "open", "one that is older is not remembered");
});

Deno.test("a cold opening from before the last one is a fork; a later one is gone along with", async (t) => {
  const rows:
    readonly (readonly [what: string, start: number, kind: string, received: number, missing: number])[] = [
      ["before base", 2, "refuse", 5, 0],
      ["at base", 3, "open", 5, 0],
      ["behind base", 5, "open", 5, 0],
      ["just behind what was received", 6, "open", 5, 0],
      ["far behind: this side was set back", 9, "open", 8, 3],
    ];
  for (const [what, start, kind, received, missing] of rows) {
    await t.step(what, () => {
      const receiver = new FlowReceiver(new MemoryStore().receiver, 0);
      receiver.open(cold(1, 3));
      for (let n = 3; n <= 5; n++) receiver.take({ number: n, text: encoder.encode(`<m n='${n}'/>`) });
      const verdict = receiver.open(cold(1, start));
      assert.equal(verdict.kind, kind);
      if (verdict.kind === "open") assert.deepEqual([verdict.start, verdict.missing], [start, missing]);
      else assert.equal(verdict.refusal.reason, "fork");
      assert.equal(receiver.received, received);
    });
  }
});

Deno.test("a stanza is delivered, a repetition, a fork or a gap, by its number and its text", () => {
  const receiver = new FlowReceiver(new MemoryStore().receiver, 0);
  receiver.open(cold(1, 1));
  const text = (name: string) => encoder.encode(`<${name}/>`);
  const rows = [
    [1, "a", "deliver"],
    [1, "a", "repetition"],
    [1, "b", "fork"],
    [3, "c", "gap"],
    [2, "b", "deliver"],
    [1, "a", "repetition"],
  ] as const;
  for (const [number, name, verdict] of rows) {
    assert.equal(receiver.take({ number, text: text(name) }), verdict, `${number} ${name}`);
  }
});

Deno.test("what a receiver holds is bounded, in stanzas and octets, in memory and on disk", () => {
  for (const [count, size] of [[9_000, 20], [3_000, 5_000]] as const) {
    const store = new MemoryStore();
    const receiver = new FlowReceiver(store.receiver, 0);
    receiver.open(cold(1, 1));
    for (let number = 1; number <= count; number++) {
      receiver.take({ number, text: new Uint8Array(size).fill(number % 256) });
      if (number % 10 === 0) receiver.tidy();
    }
    const texts = store.receiver.load()?.texts ?? [];
    const octets = texts.length * size;
    assert.ok(octets <= 1_048_576 + 32_768 + 2 * size, `${octets} octets`);
    assert.ok(texts.length <= 4_096 + 32_768 / size + 2, `${texts.length} texts`);
    assert.equal(
      receiver.take({ number: count - 200, text: new Uint8Array(size).fill((count - 200) % 256) }),
      "repetition",
    );
  }
});
