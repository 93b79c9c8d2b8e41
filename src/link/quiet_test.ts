import assert from "node:assert/strict";
import { SteppedClock } from "../sim/stepped_clock.ts";
import { PORTS, severalCarriers, stores } from "./testing/carriers.ts";
import { RawPeer } from "./testing/network.ts";
import { SHIP, SHORE, type SideChanges, World } from "./testing/world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** The world begins at midnight: in the second hour of the morning. */
const HOURS = [{ fromMinute: 60, toMinute: 110 }];
/** Where a side listens for hours, the other one has to be patient, and to know what the carrier bears. */
const PATIENT = { rateBps: 64_000, ackTimeoutMs: 24 * 60 * MINUTE_MS };
const PROFILES = ["halyard", "xep-0361"] as const;
type Profile = typeof PROFILES[number];

function message(body: string, more = ""): string {
  return `<message id='${body}'><body>${body}</body>${more}</message>`;
}

const FLASH =
  "<headers xmlns='http://jabber.org/protocol/shim'><header name='Precedence'>flash</header></headers>";

async function meet(profile: Profile, ship: SideChanges = {}, shore: SideChanges = {}) {
  const world = new World(200);
  const changes = { count: 1, peer: { profile } };
  const sides = {
    shore: world.shore({ ...shore, peer: { ...severalCarriers(SHORE, changes), ...shore.peer } }),
    ship: world.ship({ ...ship, peer: { ...severalCarriers(SHIP, changes), ...ship.peer } }),
  };
  await Promise.all([sides.shore.links.start(), sides.ship.links.start()]);
  await world.clock.advance(1_000);
  return { world, ...sides };
}

/** What the ship has written: it calls, so its ends are those of the caller. */
function shipBytes(world: World): number {
  return world.network.connections.reduce((sum, { caller }) => sum + caller.sizeBytes, 0);
}

for (const profile of PROFILES) {
  Deno.test(`${profile}: a quiet side writes not one octet and calls nobody, but delivers what comes`, async () => {
    const patient = { peer: severalCarriers(SHORE, { count: 1, carrier: PATIENT, peer: { profile } }) };
    const { world, ship, shore } = await meet(profile, {}, patient);
    ship.send(message("before"));
    shore.send(message("before"));
    await world.clock.advance(MINUTE_MS);
    ship.links.setMode("shore", "quiet");
    assert.equal(ship.status.state, "quiet");
    assert.equal(ship.status.sinceMs, world.clock.nowMs());
    const bytes = shipBytes(world);
    for (let n = 0; n < 40; n++) {
      shore.send(message(`news ${n}`, n % 7 === 0 ? FLASH : ""));
      ship.send(message(`kept ${n}`, n % 7 === 0 ? FLASH : ""));
      await world.clock.advance(10_000);
    }
    assert.equal(shipBytes(world), bytes, "every octet at the network");
    assert.ok(ship.bodies.includes("news 39"));
    assert.equal(ship.status.queue.stanzas, 40);
    const calls = world.network.calls.length;
    world.network.cut();
    world.network.isUp = true;
    await world.clock.advance(HOUR_MS / 2);
    assert.equal(world.network.calls.length, calls, "nobody is called");
    assert.equal(ship.status.state, "quiet");
    ship.links.setMode("shore", "up");
    await world.clock.advance(MINUTE_MS);
    assert.equal(ship.status.state, "up");
    assert.deepEqual(shore.bodies.filter((body) => body.startsWith("kept")).length, 40);
    assert.equal(new Set(shore.bodies).size, shore.bodies.length);
    await world.stop();
  });

  Deno.test(`${profile}: quiet hours begin and end by themselves, and what waited goes`, async () => {
    const { world, ship, shore } = await meet(profile, { peer: { quietHours: HOURS } });
    await world.clock.advance(HOUR_MS - 2_000);
    ship.send(message("just in time"));
    await world.clock.advance(999);
    assert.equal(ship.status.state, "up");
    await world.clock.advance(1);
    assert.equal(ship.status.state, "quiet");
    assert.equal(ship.status.sinceMs % (24 * HOUR_MS), HOUR_MS);
    const bytes = shipBytes(world);
    ship.send(message("waits"));
    shore.send(message("comes"));
    await world.clock.advance(50 * MINUTE_MS - 1);
    assert.equal(shipBytes(world), bytes);
    assert.deepEqual(ship.bodies, ["comes"]);
    assert.deepEqual(shore.bodies, ["just in time"]);
    await world.clock.advance(1_000);
    assert.equal(ship.status.state, "up");
    await world.clock.advance(70_000);
    assert.deepEqual(shore.bodies, ["just in time", "waits"]);
    await world.stop();
  });

  Deno.test(`${profile}: quiet survives a restart, and so does what waits`, async () => {
    const kept = stores();
    const { world, ship, shore } = await meet(profile, kept);
    ship.links.setMode("shore", "quiet");
    ship.send(message("kept"));
    const stopping = ship.links.stop();
    await world.clock.advance(5_000);
    await stopping;
    const bytes = shipBytes(world);
    const calls = world.network.calls.length;
    const reborn = world.ship({ ...kept, peer: severalCarriers(SHIP, { count: 1, peer: { profile } }) });
    await reborn.links.start();
    await world.clock.advance(HOUR_MS / 2);
    assert.equal(reborn.status.state, "quiet");
    assert.deepEqual([shipBytes(world), world.network.calls.length], [bytes, calls]);
    reborn.links.setMode("shore", "up");
    await world.clock.advance(5_000);
    assert.deepEqual(shore.bodies, ["kept"]);
    await world.stop();
  });

  Deno.test(`${profile}: a peer that calls a quiet side is heard, and answered when it ends`, async () => {
    const { world, ship, shore } = await meet(profile, {}, {});
    shore.links.setMode("ship", "quiet");
    world.network.cut();
    world.network.isUp = true;
    ship.send(message("hello"));
    shore.send(message("reply"));
    await world.clock.advance(10 * MINUTE_MS);
    assert.deepEqual(shore.bodies.at(0), "hello");
    const written = world.network.connections.slice(1).reduce((sum, { called }) => sum + called.sizeBytes, 0);
    assert.equal(written, 0);
    assert.equal(shore.status.state, "quiet");
    shore.links.setMode("ship", "up");
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(ship.bodies, ["reply"]);
    await world.stop();
  });

  Deno.test(`${profile}: the clock may step about the hours: no octet in them, and nobody waits long behind them`, async () => {
    const world = new World(200);
    const stepped = new SteppedClock(world.clock);
    const changes = { count: 1, peer: { profile } };
    const shore = world.shore({ peer: severalCarriers(SHORE, changes) });
    const ship = world.ship({
      clock: stepped,
      peer: { ...severalCarriers(SHIP, changes), quietHours: HOURS },
    });
    await Promise.all([shore.links.start(), ship.links.start()]);
    await world.clock.advance(MINUTE_MS);
    stepped.step(HOUR_MS);
    const bytes = shipBytes(world);
    ship.send(message("a"));
    await world.clock.advance(MINUTE_MS + 1_000);
    assert.equal(ship.status.state, "quiet", "forwards, into the hours");
    assert.equal(shipBytes(world), bytes);
    stepped.step(50 * MINUTE_MS);
    await world.clock.advance(MINUTE_MS + 1_000);
    assert.equal(ship.status.state, "up", "forwards, behind them");
    assert.deepEqual(shore.bodies, ["a"]);
    stepped.step(-40 * MINUTE_MS);
    const before = shipBytes(world);
    ship.send(message("b"));
    await world.clock.advance(MINUTE_MS);
    assert.equal(ship.status.state, "quiet", "backwards, into them");
    assert.equal(shipBytes(world), before);
    stepped.step(-HOUR_MS);
    await world.clock.advance(MINUTE_MS + 1_000);
    assert.equal(ship.status.state, "up", "backwards, before them");
    assert.deepEqual(shore.bodies, ["a", "b"]);
    await world.stop();
  });
}

Deno.test("acknowledgements that were owed go out when the quiet ends, and nothing comes twice", async () => {
  const { world, ship, shore } = await meet("halyard");
  shore.send(message("one"));
  await world.clock.advance(1_000);
  ship.links.setMode("shore", "quiet");
  for (let n = 0; n < 30; n++) shore.send(message(`n ${n}`));
  await world.clock.advance(20_000);
  assert.equal(ship.bodies.length, 31);
  assert.equal(shore.status.unacknowledged, 31);
  ship.links.setMode("shore", "up");
  await world.clock.advance(31_000);
  assert.equal(shore.status.unacknowledged, 0);
  assert.equal(ship.bodies.length, 31);
  await world.stop();
});

Deno.test("the peer of a side that keeps quiet for long gives connections up, and loses and repeats nothing", async () => {
  const { world, ship, shore } = await meet("halyard");
  ship.links.setMode("shore", "quiet");
  const bytes = shipBytes(world);
  for (let n = 0; n < 10; n++) {
    shore.send(message(`n ${n}`));
    await world.clock.advance(5 * MINUTE_MS);
  }
  assert.equal(shipBytes(world), bytes);
  ship.links.setMode("shore", "up");
  await world.clock.advance(5 * MINUTE_MS);
  assert.deepEqual(ship.bodies, Array.from({ length: 10 }, (_, n) => `n ${n}`));
  assert.equal(shore.status.unacknowledged, 0);
  await world.stop();
});

Deno.test("a connection that stood through our own quiet is not given up when it ends", async () => {
  const { world, ship, shore } = await meet("halyard");
  ship.send(message("not yet acknowledged"));
  await world.clock.advance(1_000);
  ship.links.setMode("shore", "quiet");
  shore.links.setMode("ship", "quiet");
  await world.clock.advance(8 * HOUR_MS);
  ship.links.setMode("shore", "up");
  shore.links.setMode("ship", "up");
  await world.clock.advance(MINUTE_MS);
  assert.equal(ship.status.unacknowledged, 0);
  assert.equal(world.network.connections.length, 1);
  await world.stop();
});

for (const profile of PROFILES) {
  Deno.test(`${profile}: a quiet side tells those whose messages must not wait, as when the link is down`, async () => {
    const { world, ship } = await meet(profile);
    ship.links.setMode("shore", "quiet");
    ship.send(message("now or never", "<no-store xmlns='urn:xmpp:hints'/>"));
    ship.send("<message type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>");
    assert.equal(ship.status.queue.stanzas, 0);
    assert.deepEqual(ship.routed.map(({ type }) => type), ["error"]);
    await world.stop();
  });
}

Deno.test("connections that a peer opens anew and anew while we are quiet do not pile up", async () => {
  const { world, shore } = await meet("halyard");
  shore.links.setMode("ship", "quiet");
  for (let n = 0; n < 20; n++) {
    new RawPeer(await world.call(SHIP.host, { host: SHORE.host, port: PORTS.radio }));
    await world.clock.advance(MINUTE_MS);
  }
  assert.ok(world.network.connections.filter(({ called }) => !called.isOver).length <= 3);
  await world.stop();
});

Deno.test("no timer spins while a link is quiet", async () => {
  const changes = { carrier: { turnaroundMs: 4_000 } };
  const { world, ship } = await meet("halyard", { peer: severalCarriers(SHIP, { count: 1, ...changes }) });
  ship.send(message("gathers"));
  await world.clock.advance(100);
  ship.links.setMode("shore", "quiet");
  await world.clock.advance(5_000);
  let timers = 0;
  const fromMs = world.clock.monotonicMs();
  const { after } = world.clock;
  world.clock.after = (...timer) => {
    timers++;
    return after.apply(world.clock, timer);
  };
  await world.clock.advance(10 * MINUTE_MS);
  assert.ok(timers <= 20, `${timers} timers in ${world.clock.monotonicMs() - fromMs} ms`);
  await world.stop();
});
