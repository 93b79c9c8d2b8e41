import assert from "node:assert/strict";
import {
  available,
  BOTH,
  delay,
  JULIET,
  knowJuliet,
  login,
  MINUTE_MS,
  PROBE,
  SHORE,
} from "./testing/juliet.ts";
import { inWorld } from "./testing/world.ts";

const HOLD_MS = 30 * MINUTE_MS;
const STALE = available().replace("</presence>", `${delay("10:00:00")}</presence>`);

/** How the server that knows Juliet ends, what happens then, and what Romeo sees of her and what is sent. */
const RESTARTS: readonly (readonly [what: string, offMs: number, seen: readonly string[]])[] = [
  ["at once", 0, [STALE]],
  ["before she is held for too long", HOLD_MS - 1, [STALE]],
  ["later", HOLD_MS, []],
];

for (const [what, offMs, seen] of RESTARTS) {
  inWorld(`what was known is shown with its time by a server that starts again ${what}`, async (world) => {
    knowJuliet(world);
    world.im.linkDown("shore", SHORE);
    await world.clock.advance(offMs);
    world.restart();
    await world.clock.advance(0);
    assert.deepEqual(login(world).seen, seen);
  });
}

inWorld("over a link that is up again it is asked for, and held until it is answered", async (world) => {
  knowJuliet(world);
  world.restart();
  const romeo = world.login("romeo", "cabin");
  assert.deepEqual(romeo.hears(), []);
  world.sent();
  world.im.linkUp("shore", SHORE);
  assert.deepEqual(world.sent(), [PROBE]);
  await world.clock.advance(HOLD_MS);
  assert.deepEqual(romeo.hears(), [
    `<presence type='unavailable' from='${JULIET}' to='romeo@ship.example'/>`,
  ]);
  assert.deepEqual(world.storage.presence.list(), []);
});

inWorld("where the link loses nothing it is true, and nothing is asked", (world) => {
  world.keeps("romeo", JULIET, BOTH);
  world.login("romeo", "deck");
  const [, id = ""] = /<iq type='get' id='([^']+)'/.exec(world.sent().join()) ?? [];
  world.shoreSends(available());
  world.receive(
    `<iq type='result' id='${id}' from='shore.example' to='ship.example'><known xmlns='urn:halyard:0'/></iq>`,
    { kind: "link", name: "shore" },
  );
  world.restart();
  world.sent();
  world.im.linkUp("shore", SHORE, true);
  const { seen, sent } = login(world);
  assert.deepEqual({ seen, sent }, { seen: [available()], sent: [] });
}, { policy: { asksByDomain: true, isToldLate: true } });

inWorld(
  "a crash costs the answer that was on its way: what is known is listed in the next question",
  (world) => {
    world.keeps("romeo", JULIET, BOTH);
    world.login("romeo", "deck");
    world.shoreSends(available());
    world.restart(false);
    world.sent();
    world.im.linkUp("shore", SHORE, true);
    const { seen, sent } = login(world);
    assert.deepEqual(seen, [available()]);
    assert.match(
      sent.join(),
      /^<iq type='get' .*<known xmlns='urn:halyard:0'>[\w+/]{6}==<\/known><\/iq>$/,
    );
  },
  { policy: { asksByDomain: true, isToldLate: true } },
);

inWorld("what nobody sees any more is forgotten at the start", (world) => {
  knowJuliet(world);
  world.storage.presence.put("nurse@cape.example", "a", "<presence/>", 0);
  assert.equal(world.storage.presence.list().length, 2);
  world.restart();
  assert.deepEqual(world.storage.presence.list().map(({ contact }) => contact), [JULIET]);
  world.storage.rosters.remove("romeo", JULIET);
  world.restart();
  assert.deepEqual(world.storage.presence.list(), []);
});

inWorld("two who see a contact do so after a restart, though one of them has put an end to it", (world) => {
  world.keeps("benvolio", JULIET, BOTH);
  knowJuliet(world);
  world.restart();
  const romeo = world.login("romeo", "deck");
  romeo.says(`<presence type='unsubscribe' to='${JULIET}'/>`);
  assert.equal(login(world, "benvolio").seen.length, 1);
});

inWorld("of more than may be kept the rest is forgotten, on disk too", (world) => {
  for (const name of ["a", "b", "c"]) {
    world.keeps("romeo", `${name}@shore.example`, BOTH);
    world.storage.presence.put(`${name}@shore.example`, "x", `<presence from='${name}@shore.example/x'/>`, 0);
  }
  world.restart();
  assert.equal(world.storage.presence.list().length, 2);
}, { limits: { cachedContacts: 2 } });

inWorld("domains behind no link leave no trace on disk, however many contacts name them", (world) => {
  for (let n = 0; n < 9; n++) world.keeps("romeo", `x@n${n}.nowhere.example`, BOTH);
  knowJuliet(world);
  world.login("romeo", "deck");
  assert.deepEqual(world.storage.presence.domains().filter(({ domain }) => domain.startsWith("n")), []);
}, { limits: { cachedContacts: 2 } });

inWorld("what was noted of a domain that lies behind no link any more is forgotten at the start", (world) => {
  world.storage.presence.putDomain("cape.example", true, 0);
  world.storage.presence.putDomain("shore.example", true, 0);
  world.restart();
  assert.deepEqual(world.storage.presence.domains().map(({ domain }) => domain), ["shore.example"]);
});

inWorld("presence that cannot be read any more keeps no server from starting, and is asked for", (world) => {
  world.keeps("romeo", JULIET, BOTH);
  world.storage.presence.putDomain("shore.example", true, 0);
  world.storage.presence.put(JULIET, "balcony", "<presence", 0);
  world.restart();
  assert.deepEqual(world.storage.presence.list(), []);
  world.im.linkUp("shore", SHORE, true);
  assert.match(login(world).sent.join(), /<known xmlns='urn:halyard:0'>-<\/known>/);
}, { policy: { asksByDomain: true, isToldLate: true } });
