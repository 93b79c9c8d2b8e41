import assert from "node:assert/strict";
import { writeXml } from "../xml/mod.ts";
import { Teller, waitingText } from "./teller.ts";
import { ROUTINE } from "./terms.ts";
import { stanza } from "./testing/stanzas.ts";
import { MemoryQueueStore, type Side, World } from "./testing/world.ts";

const MINUTE_MS = 60_000;
const TOLD = { peer: { tellWaitingMs: 30_000 }, carrier: { rateBps: 600 } };

const TEXT = "<message><body>hello</body></message>";

function told(side: Side): string[] {
  return side.routed.filter(({ type }) => type === "headline").map(({ from, to, element }) =>
    `${from} > ${to}: ${element.getChildText("body")}`
  );
}

Deno.test("who waits is told once, why and for how long", async () => {
  const world = new World();
  const ship = world.ship(TOLD);
  await ship.links.start();
  await world.clock.advance(10 * MINUTE_MS);
  ship.send(TEXT);
  ship.send("<message from='nurse@ship.example/x'><body>me too</body></message>");
  await world.clock.advance(29_000);
  ship.send(TEXT);
  assert.deepEqual(told(ship), []);
  await world.clock.advance(1_000);
  const why = "Your message to juliet@shore.example waits: the link is down since 00:00Z; " +
    "3 messages wait, about 1 min.";
  assert.deepEqual(told(ship), [
    `ship.example > romeo@ship.example/deck: ${why}`,
    `ship.example > nurse@ship.example/x: ${why}`,
  ]);
  ship.send(TEXT);
  await world.clock.advance(30 * MINUTE_MS);
  assert.equal(told(ship).length, 2);
  assert.equal(
    ship.routed[0] && writeXml(ship.routed[0].element),
    `<message type='headline' from='ship.example' to='romeo@ship.example/deck'><body>${why}</body>` +
      "<no-store xmlns='urn:xmpp:hints'/></message>",
  );
  assert.equal(ship.status.queue.stanzas, 4, "what is told is no stanza of the link");
  await world.stop();
});

Deno.test("in the next outage it is told again", async () => {
  const world = new World();
  const [ship, shore] = [world.ship(TOLD), world.shore()];
  await ship.links.start();
  ship.send(TEXT);
  await world.clock.advance(MINUTE_MS);
  await shore.links.start();
  await world.clock.advance(10 * MINUTE_MS);
  assert.equal(shore.bodies.length, 1);
  world.network.cut();
  ship.send(TEXT);
  await world.clock.advance(MINUTE_MS);
  assert.equal(told(ship).length, 2);
  assert.match(told(ship)[1] ?? "", /the link is down since 00:11Z; 1 message waits/);
  await world.stop();
});

Deno.test("what crosses soon, is no text of people, or comes from behind the link is not told", async () => {
  const world = new World();
  const [ship, shore] = [world.ship(TOLD), world.shore()];
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(1_000);
  ship.send(TEXT);
  await world.clock.advance(MINUTE_MS);
  world.network.cut();
  const none = [
    "<message type='error'><body>x</body></message>",
    "<message type='headline'><body>x</body></message>",
    "<message><received xmlns='urn:xmpp:receipts' id='1'/></message>",
    "<message from='ship.example'><body>x</body></message>",
    "<message from='juliet@shore.example/home'><body>x</body></message>",
    "<presence type='subscribe'/>",
    "<iq type='get' id='1'/>",
  ];
  for (const xml of none) ship.send(xml);
  await world.clock.advance(MINUTE_MS - 1_000);
  assert.deepEqual(told(ship), []);
  await world.stop();
});

Deno.test("a peer without the setting tells nobody, and a restart gives the link its time", async () => {
  const world = new World();
  const silent = world.ship();
  await silent.links.start();
  silent.send(TEXT);
  await world.clock.advance(10 * MINUTE_MS);
  assert.deepEqual(silent.routed, []);
  await silent.links.stop();
  const store = new MemoryQueueStore();
  store.rows = silent.store.rows;
  const ship = world.ship({ ...TOLD, store });
  await ship.links.start();
  await world.clock.advance(29_000);
  assert.deepEqual(told(ship), []);
  await world.clock.advance(1_000);
  assert.equal(told(ship).length, 1);
  await world.stop();
});

Deno.test("no more senders are told in one outage than are remembered, and nothing stays due", () => {
  const teller = new Teller({ domains: ["shore.example"], tellWaitingMs: 10 }, () => true, 2);
  for (const [order, name] of ["a", "b", "c", "a"].entries()) {
    const made = stanza(`<message from='${name}@ship.example/x'><body>x</body></message>`);
    const terms = ROUTINE;
    const waiting = {
      order,
      stanza: made,
      sizeBytes: 1,
      class: "message",
      precedence: "routine",
      terms,
    } as const;
    teller.waits({ ...waiting, storeId: undefined }, 0);
  }
  const queue = {
    stanzas: 4,
    sizeBytes: 4,
    byPrecedence: { flash: 0, immediate: 0, priority: 0, routine: 4 },
    oldestAgeMs: 0,
    airtimeMs: undefined,
  };
  const told = teller.due(10, () => ({ state: "down", sinceMs: 0, queue }), 4);
  assert.deepEqual(told.map(({ to }) => to.local), ["a", "b"]);
  assert.equal(teller.nextMs, undefined);
});

Deno.test("the reason is that of the link", () => {
  const nowMs = Date.UTC(2026, 6, 1, 13, 0);
  const text = (state: "up" | "calling" | "down" | "disabled", sinceMs: number, airtimeMs?: number) =>
    waitingText(
      "a@b",
      {
        state,
        sinceMs,
        queue: {
          stanzas: 9,
          sizeBytes: 900,
          byPrecedence: { flash: 0, immediate: 0, priority: 0, routine: 9 },
          oldestAgeMs: 1,
          airtimeMs,
        },
      },
      9,
      nowMs,
    ).replace("Your message to a@b waits: ", "");
  const [today, yesterday] = [Date.UTC(2026, 6, 1, 12, 30), Date.UTC(2026, 5, 30, 12, 30)];
  assert.equal(text("up", today, 61_000), "the link is busy; 9 messages wait, about 2 min.");
  assert.equal(text("calling", today), "the link is down since 12:30Z; 9 messages wait.");
  assert.equal(text("down", yesterday), "the link is down since 2026-06-30 12:30Z; 9 messages wait.");
  assert.equal(text("disabled", today), "the link is switched off since 12:30Z; 9 messages wait.");
});
