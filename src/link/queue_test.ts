import assert from "node:assert/strict";
import fc from "fast-check";
import { orderedPair, presenceSlot } from "./classes.ts";
import { OutboundQueue, type QueueLimits, type Waiting } from "./queue.ts";
import { arbitraryStanza } from "./testing/arbitrary.ts";
import { stanza } from "./testing/stanzas.ts";
import { ROUTINE } from "./terms.ts";

const ROOMY: QueueLimits = { stanzas: 100, sizeBytes: 100_000, ageMs: 60_000, iqAgeMs: 20_000 };
const SIZE_BYTES = 100;

/** How a test writes down a stanza. */
const XML: Readonly<Record<string, string>> = {
  chat: "<message type='chat'><body>hi</body></message>",
  room: "<message type='groupchat' to='ops@rooms.shore.example'><body>hi</body></message>",
  typing: "<message><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
  get: "<iq type='get' id='g'/>",
  result: "<iq type='result' id='r'/>",
  here: "<presence/>",
  away: "<presence><show>away</show></presence>",
  gone: "<presence type='unavailable'/>",
  bye: "<presence type='unavailable'><status>bye</status></presence>",
  "here at home": "<presence to='juliet@shore.example/home'/>",
  "here as mercutio": "<presence from='mercutio@ship.example/deck'/>",
  "gone as mercutio": "<presence from='mercutio@ship.example/deck' type='unavailable'/>",
  "get as mercutio": "<iq from='mercutio@ship.example/deck' type='get' id='g'/>",
  "chat at home": "<message to='juliet@shore.example/home'><body>hi</body></message>",
  join: "<presence><x xmlns='http://jabber.org/protocol/muc'/></presence>",
  ask: "<presence type='subscribe'/>",
  probe: "<presence type='probe'/>",
};

/** Runs the words through a queue; a word with a star comes from a resource that the far side knows. */
class Bench {
  readonly queue: OutboundQueue;
  readonly #words = new Map<unknown, string>();
  superseded: string[] = [];
  evicted: string[] = [];

  constructor(limits: Partial<QueueLimits> = {}) {
    this.queue = new OutboundQueue({ ...ROOMY, ...limits });
  }

  put(words: string, receivedMs = 0, sizeBytes = SIZE_BYTES): this {
    for (const given of words.split(", ").filter((word) => word !== "")) {
      const word = given.replace("*", "");
      const made = stanza(XML[word] ?? "", receivedMs);
      this.#words.set(made, word);
      const put = this.queue.put({ stanza: made, sizeBytes, terms: ROUTINE }, given.endsWith("*"));
      this.superseded.push(...this.#named(put.superseded));
      this.evicted.push(...this.#named(put.evicted));
      const isThere = this.queue.all.some((waiting) => waiting.stanza === made);
      assert.equal(put.waiting !== undefined, isThere, "what is said to wait does wait");
    }
    return this;
  }

  get waiting(): string {
    return this.#named(this.queue.all).join(", ");
  }

  #named(list: readonly Waiting[]): string[] {
    return list.map(({ stanza }) => this.#words.get(stanza) ?? "?");
  }

  named(list: readonly Waiting[]): string {
    return this.#named(list).join(", ");
  }
}

const COALESCING: readonly (readonly [name: string, put: string, waiting: string, superseded: string])[] = [
  ["messages wait in order", "chat, room, chat", "chat, room, chat", ""],
  [
    "presence that is alone is replaced in place",
    "here, here as mercutio, away",
    "away, here as mercutio",
    "here",
  ],
  ["newer presence never passes a message to the same account", "here, chat, away", "chat, away", "here"],
  ["nor one to another resource of it", "here, chat at home, away", "chat at home, away", "here"],
  ["presence to a full address is apart", "here, here at home, away", "here at home, away", "here"],
  ["presence of two senders is apart", "here, here as mercutio", "here, here as mercutio", ""],
  ["a resource that came and went unseen leaves nothing", "here, gone", "", "here, gone"],
  ["one that came, changed and went unseen leaves nothing", "here, away, gone", "", "here, away, gone"],
  ["the end of a known resource always waits", "here, gone*", "gone", "here"],
  ["an end without a beginning waits all the same", "gone", "gone", ""],
  [
    "a newer end replaces the older in place",
    "gone*, here as mercutio, bye*",
    "bye, here as mercutio",
    "gone",
  ],
  ["a new session waits behind the end of the old", "gone*, here", "gone, here", ""],
  ["a session between two ends is left out", "gone*, here, bye", "bye", "gone, here"],
  ["the end never passes a message", "here*, chat, gone*", "chat, gone", "here"],
  ["a session behind an end changes alone", "gone*, here, away", "gone, away", "here"],
  ["joining a room is not the state of a resource", "join, away, gone", "join", "away, gone"],
  ["subscriptions and probes stand for themselves", "ask, ask, probe, here", "ask, ask, probe, here", ""],
];

Deno.test("of presence only the newest waits, without passing anything", async (t) => {
  for (const [name, put, waiting, superseded] of COALESCING) {
    await t.step(name, () => {
      const bench = new Bench().put(put);
      assert.equal(bench.waiting, waiting);
      assert.equal(bench.superseded.join(", "), superseded);
    });
  }
});

const ROOM_FOR_THREE: readonly (readonly [name: string, put: string, waiting: string, evicted: string])[] = [
  ["what fits stays", "chat, get, here", "chat, get, here", ""],
  ["noise goes first", "chat, here, typing, get", "chat, here, get", "typing"],
  ["then presence", "here, chat, get, chat", "chat, get, chat", "here"],
  ["then iq", "chat, get, result, chat", "chat, result, chat", "get"],
  ["the oldest of its class", "get, get as mercutio, chat, chat", "get as mercutio, chat, chat", "get"],
  ["at last messages and subscriptions", "ask, chat, room, chat", "chat, room, chat", "ask"],
  ["a newcomer of the lowest class goes itself", "chat, ask, room, get", "chat, ask, room", "get"],
  ["newer presence needs no more room", "chat, room, here, away", "chat, room, away", ""],
  ["unavailable presence is never refused", "chat, chat, chat, gone*", "chat, chat, chat, gone", ""],
  [
    "and takes nobody's room",
    "gone*, gone as mercutio*, chat, chat, chat",
    "gone, gone as mercutio, chat, chat, chat",
    "",
  ],
];

Deno.test("beyond the bound the oldest of the lowest class goes", async (t) => {
  for (const [name, put, waiting, evicted] of ROOM_FOR_THREE) {
    await t.step(`${name}: stanzas`, () => {
      const bench = new Bench({ stanzas: 3 }).put(put);
      assert.equal(bench.waiting, waiting);
      assert.equal(bench.evicted.join(", "), evicted);
    });
    await t.step(`${name}: bytes`, () => {
      const bench = new Bench({ sizeBytes: 3 * SIZE_BYTES }).put(put);
      assert.equal(bench.waiting, waiting);
      assert.equal(bench.evicted.join(", "), evicted);
    });
  }
});

Deno.test("a stanza larger than the bound pushes out nothing but itself", () => {
  const bench = new Bench({ sizeBytes: 1_000 }).put("here, get, chat").put("room", 0, 1_001);
  assert.equal(bench.waiting, "here, get, chat");
  assert.deepEqual(bench.evicted, ["room"]);
});

Deno.test("messages wait as long as they may, iq stanzas not so long, presence until it leaves", () => {
  const bench = new Bench();
  bench.put("chat, get, here, gone as mercutio*, ask", 1_000).put("chat, result, typing", 2_000);
  assert.equal(bench.queue.nextExpiryMs, 21_000);
  assert.equal(bench.named(bench.queue.expire(20_999)), "");
  assert.equal(bench.named(bench.queue.expire(21_000)), "get");
  assert.equal(bench.named(bench.queue.expire(22_000)), "result, typing");
  assert.equal(bench.queue.nextExpiryMs, 61_000);
  assert.equal(bench.named(bench.queue.expire(61_000)), "chat, ask");
  assert.equal(bench.waiting, "here, gone as mercutio, chat");
  assert.equal(bench.named(bench.queue.expire(1_000_000)), "chat");
  assert.equal(bench.queue.nextExpiryMs, undefined);
  assert.equal(bench.waiting, "here, gone as mercutio");
});

Deno.test("what was taken but not sent goes back to the head in its order", () => {
  const bench = new Bench().put("here, chat, get, room");
  const [here, chat] = bench.queue.all;
  if (here === undefined || chat === undefined) throw new Error("not enough");
  bench.queue.remove(here);
  bench.queue.remove(chat);
  bench.put("chat at home");
  assert.equal(bench.waiting, "get, room, chat at home");
  assert.deepEqual(bench.queue.putBack([here, chat]), []);
  assert.equal(bench.waiting, "here, chat, get, room, chat at home");
  bench.put("get as mercutio");
  assert.equal(bench.waiting, "here, chat, get, room, chat at home, get as mercutio");
});

Deno.test("presence does not go back when a newer one waits", () => {
  const bench = new Bench().put("here, chat");
  const taken = bench.queue.all;
  for (const waiting of taken) bench.queue.remove(waiting);
  bench.put("away");
  assert.equal(bench.named(bench.queue.putBack(taken)), "here");
  assert.equal(bench.waiting, "chat, away");
});

Deno.test("taking out twice takes out once", () => {
  const bench = new Bench().put("chat, get");
  const [chat] = bench.queue.all;
  if (chat === undefined) throw new Error("nothing waits");
  bench.queue.remove(chat);
  bench.queue.remove(chat);
  assert.equal(bench.waiting, "get");
  assert.equal(bench.queue.sizeBytes, SIZE_BYTES);
});

Deno.test("clearing gives all that waited, and leaves an empty queue", () => {
  const bench = new Bench().put("chat, get, gone*", 5);
  assert.equal(bench.queue.oldestMs, 5);
  assert.equal(bench.named(bench.queue.clear()), "chat, get, gone");
  assert.deepEqual([bench.queue.stanzas, bench.queue.sizeBytes], [0, 0]);
  assert.deepEqual([bench.queue.first, bench.queue.oldestMs], [undefined, undefined]);
});

const LOAD = fc.array(
  fc.record({ stanza: arbitraryStanza, sizeBytes: fc.integer({ min: 1, max: 40 }), known: fc.boolean() }),
  { maxLength: 60 },
);

Deno.test("whatever comes, the queue keeps its bounds and its account of them", () => {
  fc.assert(fc.property(LOAD, (load) => {
    const queue = new OutboundQueue({ ...ROOMY, stanzas: 10, sizeBytes: 200 });
    for (const { stanza, sizeBytes, known } of load) queue.put({ stanza, sizeBytes, terms: ROUTINE }, known);
    const all = queue.all;
    const bounded = all.filter((waiting) => waiting.class !== "presence-end");
    const sum = (list: readonly Waiting[]) => list.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
    assert.ok(bounded.length <= 10 && sum(bounded) <= 200);
    assert.deepEqual([queue.stanzas, queue.sizeBytes], [all.length, sum(all)]);
  }));
});

Deno.test("every stanza waits, was superseded, or was evicted: none is lost and none is doubled", () => {
  fc.assert(fc.property(LOAD, (load) => {
    const queue = new OutboundQueue({ ...ROOMY, stanzas: 10, sizeBytes: 200 });
    const gone: Waiting[] = [];
    for (const { stanza, sizeBytes, known } of load) {
      const put = queue.put({ stanza, sizeBytes, terms: ROUTINE }, known);
      gone.push(...put.superseded, ...put.evicted);
    }
    const accounted = [...gone, ...queue.all].map((waiting) => waiting.stanza);
    assert.equal(accounted.length, load.length);
    assert.deepEqual(new Set(accounted), new Set(load.map(({ stanza }) => stanza)));
    assert.ok(gone.every((waiting) => waiting.class !== "presence-end" || presenceSlot(waiting.stanza)));
  }));
});

Deno.test("between two entities order is kept", () => {
  fc.assert(fc.property(LOAD, (load) => {
    const queue = new OutboundQueue(ROOMY);
    const arrival = new Map(load.map(({ stanza }, index) => [stanza, index]));
    for (const { stanza, sizeBytes, known } of load) queue.put({ stanza, sizeBytes, terms: ROUTINE }, known);
    const latest = new Map<string, number>();
    for (const { stanza } of queue.all) {
      const index = arrival.get(stanza) ?? -1;
      assert.ok(index > (latest.get(orderedPair(stanza)) ?? -1));
      latest.set(orderedPair(stanza), index);
    }
  }));
});
