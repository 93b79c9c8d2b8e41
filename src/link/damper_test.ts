import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type Damped, PresenceDamper } from "./damper.ts";
import { stanza } from "./testing/stanzas.ts";
import { World } from "./testing/world.ts";

const DAMP_MS = 20_000;
const damped = (xml: string): Damped => ({ stanza: stanza(xml) });
const show = (word: string, resource = "deck") =>
  damped(`<presence from='romeo@ship.example/${resource}'><show>${word}</show></presence>`);
const gone = (resource = "deck") =>
  damped(`<presence type='unavailable' from='romeo@ship.example/${resource}'/>`);

const held = (damper: PresenceDamper<Damped>, presence: Damped, nowMs: number) =>
  damper.offer(presence, true, nowMs).isHeld;
const showOf = ({ stanza: { element } }: Damped) => element.getChildText("show");

Deno.test("the first change passes, the next waits, the newest of those that wait passes in the end", () => {
  const damper = new PresenceDamper<Damped>(DAMP_MS);
  assert.equal(held(damper, show("chat"), 0), false);
  assert.equal(damper.nextDueMs, undefined);
  assert.equal(held(damper, show("away"), 1_000), true);
  assert.deepEqual(damper.offer(show("dnd"), true, 2_000).dropped.map(showOf), ["away"]);
  assert.equal(damper.nextDueMs, 20_000);
  assert.deepEqual(damper.due(19_999), []);
  assert.deepEqual(damper.due(20_000).map(showOf), ["dnd"]);
  assert.equal(damper.nextDueMs, undefined);
});

const WAITS: readonly (readonly [change: string, waitMs: number])[] = [
  ["second", 20_000],
  ["third", 60_000],
  ["fourth", 120_000],
  ["fifth", 120_000],
];

Deno.test("each further change in a row waits longer, up to a bound, and a rest forgives", async (t) => {
  const damper = new PresenceDamper<Damped>(DAMP_MS);
  let nowMs = 0;
  damper.offer(show("0"), true, nowMs);
  for (const [change, waitMs] of WAITS) {
    await t.step(change, () => {
      assert(held(damper, show(change), nowMs + 1));
      assert.equal(damper.nextDueMs, nowMs + waitMs);
      nowMs += waitMs;
      assert.deepEqual(damper.due(nowMs).map(showOf), [change]);
    });
  }
  await t.step("after a rest", () => {
    nowMs += 120_000;
    assert.equal(held(damper, show("x"), nowMs), false);
    assert(held(damper, show("y"), nowMs + 1));
    assert.equal(damper.nextDueMs, nowMs + 20_000);
  });
});

Deno.test("that a resource has gone passes at once, and takes what was held back with it", () => {
  const damper = new PresenceDamper<Damped>(DAMP_MS);
  damper.offer(show("a"), true, 0);
  damper.offer(show("b"), true, 200);
  damper.offer(show("c", "phone"), true, 200);
  const offer = damper.offer(gone(), true, 201);
  assert.deepEqual([offer.isHeld, offer.dropped.map(showOf)], [false, ["b"]]);
  const all = damped("<presence type='unavailable' from='romeo@ship.example'/>");
  assert.deepEqual(damper.offer(all, true, 202).dropped.map(showOf), ["c"]);
  assert.equal(damper.nextDueMs, undefined);
});

Deno.test("what is held back leaves before a message to the same account, and only before that", () => {
  const damper = new PresenceDamper<Damped>(DAMP_MS);
  damper.offer(show("a"), true, 0);
  damper.offer(show("b"), true, 1);
  for (
    const [xml, released] of [
      ["<message from='romeo@ship.example/phone'/>", []],
      ["<message to='nurse@shore.example'/>", []],
      ["<message to='juliet@shore.example/home'/>", ["b"]],
      ["<message/>", []],
    ] as const
  ) {
    assert.deepEqual(damper.releaseBefore(stanza(xml)).map(showOf), released);
  }
});

Deno.test("the answer to a question passes at once; so does what is of no use to hold, and all when off", () => {
  const damper = new PresenceDamper<Damped>(DAMP_MS);
  const { stanza: { from, to } } = show("a");
  damper.offer(show("a"), true, 0);
  assert.equal(damper.offer(show("a"), false, 1).isHeld, false);
  damper.reopen(from, to);
  assert.equal(held(damper, show("b"), 2), false);
  assert.equal(
    held(damper, damped("<presence><x xmlns='http://jabber.org/protocol/muc'/></presence>"), 3),
    false,
  );
  const off = new PresenceDamper<Damped>(0);
  for (const word of ["a", "b", "c"]) assert.equal(held(off, show(word), 1), false);
});

Deno.test("an answer is of every resource: of each one word passes, and all of them count as one", () => {
  const damper = new PresenceDamper<Damped>(DAMP_MS);
  const { stanza: { from, to } } = show("a");
  const both = (nowMs: number, ...words: readonly string[]) =>
    words.map((word) => [held(damper, show(word), nowMs), held(damper, show(word, "phone"), nowMs)]);
  assert.deepEqual(both(0, "a"), [[false, false]]);
  assert.deepEqual(both(50, "b"), [[true, true]]);
  damper.reopen(from, to);
  assert.deepEqual(both(1_000, "c", "d"), [[false, false], [true, true]]);
  assert.equal(damper.nextDueMs, 1_000 + DAMP_MS);
  damper.reopenAll();
  assert.deepEqual(both(5_000, "e"), [[false, false]]);
  assert.equal(held(damper, show("f", "tablet"), 5_100), true, "what comes later is no answer");
});

Deno.test("a clock that is set back holds nothing back for what is yet to come", () => {
  const damper = new PresenceDamper<Damped>(DAMP_MS);
  damper.offer(show("a"), true, 1_000_000);
  damper.offer(show("b"), true, 1_000_001);
  assert.deepEqual(damper.due(5).map(showOf), ["b"]);
});

Deno.test("for more pairs than are remembered nothing is held back", () => {
  const damper = new PresenceDamper<Damped>(DAMP_MS);
  const of = (n: number) => damped(`<presence to='n${n}@shore.example'/>`);
  for (let n = 0; n < 10_000; n++) damper.offer(of(n), true, 0);
  assert.equal(held(damper, of(10_000), 1), false);
  assert.equal(held(damper, of(10_000), 2), false);
  assert.equal(held(damper, of(0), 2), true);
  // Those that have rested make room.
  assert.equal(held(damper, of(10_001), 200_000), false);
  assert.equal(held(damper, of(10_001), 200_001), true);
});

interface Flaps {
  readonly name: string;
  readonly xml: (n: number) => string;
}

const FLAPS: readonly Flaps[] = [
  { name: "away and back", xml: (n) => `<presence><show>${n % 2 ? "away" : "chat"}</show></presence>` },
  { name: "coming and going", xml: (n) => `<presence${n % 2 ? " type='unavailable'" : ""}/>` },
  {
    name: "coming and going under new names",
    xml: (n) => `<presence from='romeo@ship.example/r${n >> 1}'${n % 2 ? " type='unavailable'" : ""}/>`,
  },
];

for (const { name, xml } of FLAPS) {
  Deno.test(`100 presence flaps in a minute are at most 3 stanzas on the link, the last state among them: ${name}`, async () => {
    const world = new World();
    const [ship, shore] = [world.ship({ peer: { dampMs: DAMP_MS } }), world.shore()];
    await shore.links.start();
    await ship.links.start();
    await world.clock.advance(10);
    for (let n = 0; n <= 100; n++) {
      ship.send(xml(n));
      await world.clock.advance(600);
    }
    await world.clock.advance(6 * DAMP_MS);
    assert(shore.routed.length <= 3, `${shore.routed.length} stanzas`);
    const last = stanza(xml(100));
    const arrived = shore.routed.at(-1);
    assert.deepEqual([arrived?.type, arrived && showOf({ stanza: arrived }), `${arrived?.from}`], [
      last.type,
      showOf({ stanza: last }),
      `${last.from}`,
    ]);
    await world.stop();
  });
}

Deno.test("whatever happens, the far side knows the truth in the end", async () => {
  const step = fc.record({
    resource: fc.constantFrom("deck", "phone"),
    show: fc.constantFrom("", "away", "gone", "gone", "message"),
    waitMs: fc.constantFrom(0, 100, 5_000, 30_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const world = new World();
      const [ship, shore] = [world.ship({ peer: { dampMs: DAMP_MS } }), world.shore()];
      await shore.links.start();
      await ship.links.start();
      await world.clock.advance(10);
      const truth = new Map<string, string>();
      for (const { resource, show, waitMs } of steps) {
        const from = `romeo@ship.example/${resource}`;
        if (show === "message") {
          ship.send(`<message from='${from}'><body>${truth.get(from) ?? ""}</body></message>`);
        } else if (show === "gone") {
          truth.delete(from);
          ship.send(`<presence type='unavailable' from='${from}'/>`);
        } else {
          truth.set(from, show);
          ship.send(`<presence from='${from}'><show>${show}</show></presence>`);
        }
        await world.clock.advance(waitMs);
      }
      await world.clock.advance(6 * DAMP_MS);
      const view = new Map<string, string>();
      for (const one of shore.routed) {
        const from = one.from.toString();
        if (one.kind === "message") {
          assert.equal(view.get(from) ?? "", one.element.getChildText("body"), "a message passed presence");
        } else if (one.type === "") view.set(from, showOf({ stanza: one }) ?? "");
        else view.delete(from);
      }
      const sorted = (map: Map<string, string>) => [...map].sort(([a], [b]) => a < b ? -1 : 1);
      assert.deepEqual(sorted(view), sorted(truth));
      await world.stop();
    }),
    { numRuns: 40, seed: 4 },
  );
});
