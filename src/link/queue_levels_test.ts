import assert from "node:assert/strict";
import fc from "fast-check";
import { type Precedence, PRECEDENCES } from "../config/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import { orderedPair } from "./classes.ts";
import { OutboundQueue, type QueueLimits, type Waiting } from "./queue.ts";
import { arbitraryStanza } from "./testing/arbitrary.ts";
import { stanza } from "./testing/stanzas.ts";
import { ROUTINE } from "./terms.ts";

const ROOMY: QueueLimits = { stanzas: 100, sizeBytes: 100_000, ageMs: 60_000, iqAgeMs: 20_000 };
const SIZE_BYTES = 100;

const ROOM = "ops@rooms.shore.example";
/** How a test writes down a stanza. */
const XML: Readonly<Record<string, string>> = {
  chat: "<message type='chat'><body>hi</body></message>",
  typing: "<message><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
  get: "<iq type='get' id='g'/>",
  here: "<presence/>",
  away: "<presence><show>away</show></presence>",
  gone: "<presence type='unavailable'/>",
  ask: "<presence type='subscribe'/>",
  join: `<presence to='${ROOM}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
  leave: `<presence to='${ROOM}/romeo' type='unavailable'/>`,
  say: `<message to='${ROOM}' type='groupchat'><body>hi</body></message>`,
};
const MARKS: Readonly<Record<string, Precedence>> = {
  Z: "flash",
  O: "immediate",
  P: "priority",
  R: "routine",
};

/** Runs words through a queue, each with the prosign of its level before it: `Z:chat`. */
function play(words: string, limits: Partial<QueueLimits> = {}) {
  const queue = new OutboundQueue({ ...ROOMY, ...limits });
  const names = new Map<unknown, string>();
  const evicted: string[] = [];
  const named = (list: readonly Waiting[]) => list.map(({ stanza }) => names.get(stanza) ?? "?");
  for (const word of words.split(", ")) {
    const [mark = "", name = ""] = word.split(":");
    const made = stanza(XML[name] ?? "");
    names.set(made, word);
    const terms = { ...ROUTINE, precedence: MARKS[mark] ?? "routine" };
    const put = queue.put({ stanza: made, sizeBytes: SIZE_BYTES, terms }, true);
    evicted.push(...named(put.evicted));
  }
  return { queue, waiting: named(queue.all).join(", "), evicted: evicted.join(", ") };
}

const ORDER: readonly (readonly [name: string, put: string, waiting: string])[] = [
  ["a higher level leaves first", "R:chat, P:chat, O:chat, Z:chat", "Z:chat, O:chat, P:chat, R:chat"],
  ["within a level order is kept", "P:chat, R:get, P:get, R:chat", "P:chat, P:get, R:get, R:chat"],
  ["presence can be raised", "R:chat, O:here", "O:here, R:chat"],
  ["but does not pass other presence", "R:ask, R:gone, O:here", "R:ask, R:gone, R:here"],
  ["newer presence of another level takes its own place", "O:here, R:chat, R:away", "R:chat, R:away"],
  ["and that of the same level the old one's", "O:here, O:away, R:chat", "O:away, R:chat"],
  ["what is said in a room takes the joining with it", "R:chat, R:join, Z:say", "Z:join, Z:say, R:chat"],
  [
    "in its order with what else was told to the room",
    "R:join, R:leave, R:join, Z:say",
    "Z:join, Z:leave, Z:join, Z:say",
  ],
  ["a chat takes no presence with it", "R:here, Z:chat", "Z:chat, R:here"],
];

Deno.test("what waits leaves by precedence", async (t) => {
  for (const [name, put, expected] of ORDER) {
    await t.step(name, () => assert.equal(play(put).waiting.replaceAll(/(\w):/g, "$1:"), levels(expected)));
  }

  /** The words keep the mark with which they were put in, so compare with those. */
  function levels(expected: string): string {
    return expected.replaceAll("Z:join", "R:join").replaceAll("Z:leave", "R:leave")
      .replace("R:gone, R:here", "R:gone, O:here");
  }
});

Deno.test("presence that was raised or held back has the level in which it leaves", () => {
  const levelsOf = (words: string) => play(words).queue.all.map(({ precedence }) => precedence).join(" ");
  assert.equal(levelsOf("R:join, Z:say"), "flash flash");
  assert.equal(levelsOf("R:gone, O:here"), "routine routine");
});

const ROOM_FOR_THREE: readonly (readonly [name: string, put: string, waiting: string, evicted: string])[] = [
  ["the lowest level goes first", "R:chat, P:chat, Z:chat, O:chat", "Z:chat, O:chat, P:chat", "R:chat"],
  [
    "whatever its class",
    "P:typing, R:chat, P:chat, P:chat",
    "P:typing, P:chat, P:chat",
    "R:chat",
  ],
  ["within a level the lowest class", "P:chat, P:get, P:chat, P:chat", "P:chat, P:chat, P:chat", "P:get"],
  ["the oldest of it", "Z:chat, P:chat, P:get, Z:chat, P:get", "Z:chat, Z:chat, P:chat", "P:get, P:get"],
  [
    "a newcomer below all others goes itself",
    "P:chat, P:chat, P:chat, R:ask",
    "P:chat, P:chat, P:chat",
    "R:ask",
  ],
  ["unavailable presence never", "Z:chat, Z:chat, Z:chat, R:gone", "Z:chat, Z:chat, Z:chat, R:gone", ""],
];

Deno.test("beyond the bound the oldest of the lowest class of the lowest level goes", async (t) => {
  for (const [name, put, waiting, evicted] of ROOM_FOR_THREE) {
    await t.step(name, () => {
      for (const limits of [{ stanzas: 3 }, { sizeBytes: 3 * SIZE_BYTES }]) {
        const played = play(put, limits);
        assert.equal(played.waiting, waiting);
        assert.equal(played.evicted, evicted);
      }
    });
  }
});

Deno.test("what is worthless by its own terms goes before its age, and its leaving first is no help", () => {
  const queue = new OutboundQueue(ROOMY);
  const put = (xml: string, expiresMs?: number, lateMs?: number) => {
    const lateRules = lateMs === undefined ? [] : [{ action: "drop", atMs: lateMs } as const];
    const terms = { ...ROUTINE, precedence: "flash" as const, expiresMs, lateRules };
    return queue.put({ stanza: stanza(xml), sizeBytes: 1, terms }, true).waiting;
  };
  const [slow, quick, late] = [
    put("<message/>"),
    put("<message/>", 30_000, 50_000),
    put("<message/>", 40_000, 10_000),
  ];
  const [presence, gone] = [put("<presence to='a@b'/>", 20_000), put("<presence type='unavailable'/>", 1)];
  const due: (Waiting | undefined)[] = [];
  for (const nowMs of [9_999, 10_000, 20_000, 30_000, 60_000]) due.push(...queue.expire(nowMs));
  assert.deepEqual(due, [late, presence, quick, slow]);
  assert.deepEqual([queue.all, queue.nextExpiryMs], [[gone], undefined]);
});

const LOAD = fc.array(
  fc.record({
    stanza: arbitraryStanza,
    sizeBytes: fc.integer({ min: 1, max: 40 }),
    known: fc.boolean(),
    precedence: fc.constantFrom(...PRECEDENCES),
    expiresMs: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
  }),
  { maxLength: 60 },
);

function filled(
  load: ReturnType<typeof LOAD.generate>["value"],
  queue: OutboundQueue,
  onPut: (waiting: Waiting) => void = () => {},
): Waiting[] {
  return load.flatMap(({ stanza, sizeBytes, known, precedence, expiresMs }) => {
    const put = queue.put({ stanza, sizeBytes, terms: { ...ROUTINE, precedence, expiresMs } }, known);
    if (put.waiting !== undefined) onPut(put.waiting);
    return [...put.superseded, ...put.evicted];
  });
}

Deno.test("levels leave from the highest down, and between two entities only by level is one passed", () => {
  fc.assert(fc.property(LOAD, (load) => {
    const queue = new OutboundQueue(ROOMY);
    const arrival = new Map(load.map(({ stanza }, index) => [stanza, index]));
    const entered = new Map<Stanza, number>();
    filled(load, queue, ({ stanza, precedence }) => entered.set(stanza, PRECEDENCES.indexOf(precedence)));
    const left: Waiting[] = [];
    for (let first = queue.first; first !== undefined; first = queue.first) {
      queue.remove(first);
      left.push(first);
    }
    const rank = ({ precedence }: Waiting) => PRECEDENCES.indexOf(precedence);
    for (const [before, behind] of left.slice(1).map((one, index) => [left[index] ?? one, one] as const)) {
      assert.ok(rank(before) >= rank(behind));
    }
    for (const [index, one] of left.entries()) {
      for (const other of left.slice(index + 1)) {
        if (orderedPair(one.stanza) !== orderedPair(other.stanza)) continue;
        const isPassed = (arrival.get(one.stanza) ?? 0) > (arrival.get(other.stanza) ?? 0);
        // What was raised later leaves in another level than that in which others found it.
        const was = ({ stanza }: Waiting) => entered.get(stanza) ?? 0;
        if (isPassed) assert.ok(rank(one) > rank(other) || was(one) > was(other));
        const arePresence = one.stanza.kind === "presence" && other.stanza.kind === "presence";
        assert.ok(!(isPassed && arePresence), "presence passes no presence");
      }
    }
  }));
});

Deno.test("whatever comes, is taken, expires and is put back: bounds hold and each stanza ends in one way", () => {
  fc.assert(fc.property(LOAD, fc.nat(20), fc.nat(120), (load, taken, nowMs) => {
    const queue = new OutboundQueue({ ...ROOMY, stanzas: 10, sizeBytes: 200 });
    const gone = filled(load, queue);
    const bounded = queue.all.filter((waiting) => waiting.class !== "presence-end");
    assert.ok(bounded.length <= 10 && bounded.reduce((sum, one) => sum + one.sizeBytes, 0) <= 200);
    const batch = queue.all.slice(0, taken);
    for (const waiting of batch) queue.remove(waiting);
    const order = [...batch, ...queue.all].map(({ stanza }) => stanza);
    gone.push(...queue.putBack(batch));
    const isIn = new Set(queue.all.map(({ stanza }) => stanza));
    assert.deepEqual(queue.all.map(({ stanza }) => stanza), order.filter((stanza) => isIn.has(stanza)));
    gone.push(...queue.expire(nowMs));
    assert.ok(
      queue.all.every(({ class: kind, terms }) =>
        kind === "presence-end" || (terms.expiresMs ?? Infinity) > nowMs
      ),
    );
    const accounted = [...gone, ...queue.all].map(({ stanza }) => stanza);
    assert.equal(accounted.length, load.length);
    assert.deepEqual(new Set(accounted), new Set(load.map(({ stanza }) => stanza)));
    const { byPrecedence } = queue;
    assert.equal(Object.values(byPrecedence).reduce((sum, count) => sum + count, 0), queue.stanzas);
    assert.equal(queue.sizeBytes, queue.all.reduce((sum, one) => sum + one.sizeBytes, 0));
  }));
});

Deno.test("a large queue is emptied in time that grows with it, not with its square", () => {
  const queue = new OutboundQueue({ ...ROOMY, stanzas: 100_000, sizeBytes: 10_000_000 });
  const chat = stanza("<message from='a@ship.example/x'/>");
  for (let n = 0; n < 50_000; n++) {
    const precedence = PRECEDENCES[n % 4] ?? "routine";
    queue.put({ stanza: { ...chat }, sizeBytes: 1, terms: { ...ROUTINE, precedence } }, true);
  }
  let left = 0;
  for (let first = queue.first; first !== undefined; first = queue.first) {
    queue.remove(first);
    left++;
  }
  assert.deepEqual([left, queue.nextExpiryMs, queue.stanzas], [50_000, undefined, 0]);
});
