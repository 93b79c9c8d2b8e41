import assert from "node:assert/strict";
import {
  available,
  JULIET,
  knowJuliet,
  login,
  MINUTE_MS,
  PROBE,
  ROMEO,
  SHORE,
  unavailable,
} from "./testing/juliet.ts";
import { inWorld } from "./testing/world.ts";

inWorld(
  "a new epoch probes each contact whom somebody watches, once, and shows the others what is new",
  (world) => {
    world.keeps("romeo", JULIET, { subscription: "to" });
    world.keeps("benvolio", JULIET, { subscription: "to" });
    world.keeps("mercutio", "nurse@shore.example", { subscription: "to" });
    const romeo = world.login("romeo", "deck");
    const benvolio = world.login("benvolio", "bridge");
    const mercutio = world.login("mercutio", "mast");
    world.shoreSends(available());
    world.shoreSends(unavailable("nurse@shore.example", "mercutio@ship.example"));
    mercutio.breaks();
    for (const client of [romeo, benvolio]) client.hears();
    world.sent();
    world.im.linkDown("shore", SHORE);
    world.im.linkUp("shore", SHORE);
    assert.deepEqual(world.sent(), [PROBE], "nobody watches the nurse");
    world.shoreSends(available());
    assert.deepEqual(romeo.hears(), [available()]);
    assert.deepEqual(benvolio.hears(), [], "he saw that before");
    world.shoreSends(available(ROMEO, "balcony", "j2").replace("away", "dnd"));
    assert.equal(benvolio.hears().length, 1);
  },
);

inWorld("probes that waited for the link are not repeated when it comes up", (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  world.login("romeo", "deck");
  assert.deepEqual(world.sent(), [PROBE]);
  for (let i = 0; i < 10; i++) world.login("romeo", "cabin").breaks();
  world.im.linkUp("shore", SHORE);
  assert.deepEqual(world.sent(), []);
  world.im.linkUp("shore", SHORE);
  assert.deepEqual(world.sent(), [PROBE], "the next epoch may have lost it");
}, { linkUp: false });

inWorld("a probe that waits for the link stays outstanding however long that takes", async (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  world.login("romeo", "deck");
  world.sent();
  await world.clock.advance(600 * MINUTE_MS);
  assert.deepEqual(login(world).sent, []);
}, { linkUp: false });

inWorld(
  "hold: watchers see the last presence until it is held too long, then unavailable, once",
  async (world) => {
    world.keeps("romeo", JULIET, { subscription: "to" });
    const romeo = world.login("romeo", "deck");
    world.shoreSends(available());
    world.shoreSends(available(ROMEO, "chamber", "j2"));
    romeo.hears();
    world.im.linkDown("shore", SHORE);
    await world.clock.advance(30 * MINUTE_MS - 1);
    assert.deepEqual(romeo.hears(), []);
    await world.clock.advance(1);
    assert.deepEqual(romeo.hears(), [unavailable()], "from the bare JID: both resources");
    assert.equal(world.metrics.value("halyard_presence_voided_total"), 1);
    world.sent();
    world.im.linkUp("shore", SHORE);
    assert.deepEqual(world.sent(), [PROBE], "that is how the truth comes back");
  },
);

inWorld("hold: a link that breaks for two minutes costs a probe, and nobody notices", async (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  world.shoreSends(available());
  romeo.hears();
  world.im.linkDown("shore", SHORE);
  await world.clock.advance(2 * MINUTE_MS);
  world.im.linkUp("shore", SHORE);
  await world.clock.advance(MINUTE_MS);
  world.shoreSends(available());
  await world.clock.advance(60 * MINUTE_MS);
  assert.deepEqual(romeo.hears(), [available()]);
});

inWorld("hold: a link that comes up late still gets time to confirm", async (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  world.shoreSends(available());
  romeo.hears();
  world.im.linkDown("shore", SHORE);
  await world.clock.advance(29 * MINUTE_MS);
  world.im.linkUp("shore", SHORE);
  await world.clock.advance(5 * MINUTE_MS - 1);
  assert.deepEqual(romeo.hears(), []);
  await world.clock.advance(1);
  assert.deepEqual(romeo.hears(), [unavailable()], "and no longer");
});

inWorld("a resource that the answer to a probe does not name is gone soon after", async (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  world.shoreSends(available());
  world.shoreSends(available(ROMEO, "chamber", "j2"));
  world.im.linkUp("shore", SHORE);
  world.shoreSends(available());
  romeo.hears();
  await world.clock.advance(5 * MINUTE_MS - 1);
  assert.deepEqual(romeo.hears(), []);
  await world.clock.advance(1);
  assert.deepEqual(romeo.hears(), [unavailable(`${JULIET}/chamber`)]);
  assert.deepEqual(login(world).seen, [available()]);
});

inWorld("strict: watchers see unavailable once the link has been down for the grace time", async (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  world.shoreSends(available());
  romeo.hears();
  world.im.linkDown("shore", SHORE);
  await world.clock.advance(29_999);
  assert.deepEqual(romeo.hears(), []);
  await world.clock.advance(1);
  assert.deepEqual(romeo.hears(), [unavailable()]);
}, { policy: { whenDown: "strict", graceMs: 30_000 } });

inWorld("strict: a link that is back within the grace time shows nothing", async (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  world.shoreSends(available());
  romeo.hears();
  world.im.linkDown("shore", SHORE);
  await world.clock.advance(29_000);
  world.im.linkUp("shore", SHORE);
  world.shoreSends(available());
  await world.clock.advance(60 * MINUTE_MS);
  assert.deepEqual(romeo.hears(), [available()]);
}, { policy: { whenDown: "strict", graceMs: 30_000 } });

inWorld("what is held for nobody is forgotten in silence, and the next log-in asks", async (world) => {
  knowJuliet(world);
  world.im.linkDown("shore", SHORE);
  await world.clock.advance(30 * MINUTE_MS);
  const { seen, sent } = login(world);
  assert.deepEqual(seen, []);
  assert.deepEqual(sent, [PROBE]);
});

inWorld("that a contact is offline is stale too, and ends without a word", async (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  world.shoreSends(unavailable());
  romeo.hears();
  world.im.linkDown("shore", SHORE);
  const { seen, sent, client } = login(world, "romeo");
  assert.equal(seen.length, 1);
  assert.deepEqual(sent, []);
  await world.clock.advance(30 * MINUTE_MS);
  assert.deepEqual(client.hears(), []);
});

inWorld(
  "keep: who logs in while the link is down is shown the last presence, and not told since when",
  async (world) => {
    knowJuliet(world);
    world.im.linkDown("shore", SHORE);
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(login(world).seen, [available()]);
    await world.clock.advance(30 * MINUTE_MS);
    assert.deepEqual(login(world).seen, [], "held too long");
  },
  { policy: { whenDown: "keep" } },
);

inWorld(
  "where what was known before a break counts after it, it is hidden in a long one and shown again, unasked",
  async (world) => {
    world.keeps("romeo", JULIET, { subscription: "to" });
    const romeo = world.login("romeo", "deck");
    world.shoreSends(available());
    world.im.linkDown("shore", SHORE);
    romeo.hears();
    await world.clock.advance(31 * MINUTE_MS);
    assert.deepEqual(romeo.hears(), [unavailable()]);
    world.sent();
    world.im.linkUp("shore", SHORE, true);
    assert.deepEqual(romeo.hears(), [available()]);
    assert.deepEqual(world.sent(), []);
  },
  { policy: { survivesBreaks: true } },
);
