import assert from "node:assert/strict";
import { PORTS, severalCarriers } from "./testing/carriers.ts";
import { SHIP, SHORE, World } from "./testing/world.ts";

const IDLE_MS = 60_000;
const HOUR_MS = 3_600_000;

function message(body: string): string {
  return `<message id='${body}'><body>${body}</body></message>`;
}

async function meet(idleCloseMs = IDLE_MS, callers: "ship" | "both" = "ship") {
  const world = new World(200);
  const changes = { callers, count: 1, carrier: { idleCloseMs } };
  const shore = world.shore({ peer: severalCarriers(SHORE, changes) });
  const ship = world.ship({ peer: severalCarriers(SHIP, changes) });
  await Promise.all([shore.links.start(), ship.links.start()]);
  await world.clock.advance(1_000);
  return { world, ship, shore };
}

Deno.test("a call is closed after the time without a word, and the state says idle, on both sides", async () => {
  const { world, ship, shore } = await meet();
  ship.send(message("a"));
  await world.clock.advance(30_000 + IDLE_MS);
  assert.equal(ship.status.state, "up", "the acknowledgement is a word");
  const idleFromMs = world.clock.nowMs();
  await world.clock.advance(1_000);
  assert.deepEqual([ship.status.state, shore.status.state], ["idle", "idle"]);
  assert.ok(ship.status.sinceMs >= idleFromMs && ship.status.sinceMs <= idleFromMs + 1_000);
  assert.equal(ship.status.carrier, undefined);
  assert.equal(world.network.open.length, 0);
  await world.clock.advance(24 * HOUR_MS);
  assert.equal(world.network.connections.length, 1, "nobody calls for nothing");
  const events = [...ship.events, ...shore.events];
  assert.ok(!events.some((event) => event.endsWith("down")), "users are not shown offline");
  await world.stop();
});

Deno.test("the next stanza calls at once", async () => {
  const { world, ship, shore } = await meet();
  await world.clock.advance(HOUR_MS);
  for (const body of ["a", "b", "c"]) {
    assert.equal(ship.status.state, "idle");
    ship.send(message(body));
    // A call takes two ways, and what is said one more.
    await world.clock.advance(610);
    assert.equal(shore.bodies.at(-1), body);
    assert.equal(ship.status.state, "up");
    await world.clock.advance(HOUR_MS);
  }
  assert.equal(world.network.connections.length, 4);
  await world.stop();
});

Deno.test("a stanza that comes while the call is being closed calls again", async () => {
  const { world, ship, shore } = await meet();
  await world.clock.until(() => ship.status.state === "idle", HOUR_MS);
  ship.send(message("a"));
  await world.clock.advance(5_000);
  assert.deepEqual(shore.bodies, ["a"]);
  await world.stop();
});

Deno.test("what is owed to the other side, or by it, keeps the call open", async (t) => {
  await t.step("an acknowledgement that we owe", async () => {
    const { world, ship, shore } = await meet(5_000);
    shore.send(message("a"));
    await world.clock.advance(1_000);
    assert.deepEqual(ship.bodies, ["a"]);
    await world.clock.advance(28_000);
    assert.equal(ship.status.state, "up");
    await world.clock.advance(10_000);
    assert.equal(ship.status.state, "idle");
    assert.equal(shore.status.unacknowledged, 0);
    await world.stop();
  });
  await t.step("an acknowledgement that we wait for", async () => {
    const { world, ship, shore } = await meet(5_000);
    ship.send(message("a"));
    await world.clock.advance(20_000);
    assert.equal(ship.status.state, "up");
    await world.clock.advance(20_000);
    assert.equal(ship.status.state, "idle");
    assert.deepEqual(shore.bodies, ["a"]);
    assert.equal(ship.status.unacknowledged, 0);
    await world.stop();
  });
});

Deno.test("a side that cannot call waits for the other one, and then its users are shown offline", async () => {
  const { world, ship, shore } = await meet();
  await world.clock.advance(HOUR_MS);
  assert.equal(shore.status.state, "idle");
  shore.send(message("waits"));
  await world.clock.advance(10_000);
  assert.equal(shore.status.state, "down", "something waits, so this is no rest");
  assert.equal(shore.status.queue.stanzas, 1);
  await world.clock.advance(200_000);
  assert.equal(shore.events.at(-1), "ship down");
  ship.send(message("calls"));
  await world.clock.advance(2_000);
  assert.deepEqual([ship.bodies, shore.bodies], [["waits"], ["calls"]]);
  assert.equal(shore.events.at(-1), "ship up");
  await world.stop();
});

Deno.test("on an idle link the other side can call, if it may", async () => {
  const { world, ship, shore } = await meet(IDLE_MS, "both");
  await world.clock.advance(HOUR_MS);
  assert.deepEqual([ship.status.state, shore.status.state], ["idle", "idle"]);
  shore.send(message("a"));
  await world.clock.advance(1_000);
  assert.deepEqual(ship.bodies, ["a"]);
  ship.send(message("b"));
  await world.clock.advance(1_000);
  assert.deepEqual(shore.bodies, ["b"]);
  await world.stop();
});

Deno.test("a call of an idle link that fails is made again with pauses, and users are shown offline in the end", async () => {
  const { world, ship, shore } = await meet();
  await world.clock.advance(HOUR_MS);
  world.network.cutWay(PORTS.radio);
  ship.send(message("a"));
  await world.clock.advance(60_000);
  assert.equal(ship.status.state, "down");
  assert.ok(!ship.events.includes("shore down"));
  await world.clock.advance(70_000);
  assert.equal(ship.events.at(-1), "shore down");
  world.network.way(PORTS.radio).state = "good";
  await world.clock.advance(61_000);
  assert.deepEqual(shore.bodies, ["a"]);
  assert.equal(ship.events.at(-1), "shore up");
  await world.stop();
});

Deno.test("a link that is switched off while it is idle does not rest: its users are shown offline", async () => {
  const { world, ship } = await meet();
  await world.clock.advance(HOUR_MS);
  assert.equal(ship.status.state, "idle");
  ship.links.setMode("shore", "down");
  await world.clock.advance(HOUR_MS);
  assert.equal(ship.events.at(-1), "shore down");
  await world.stop();
});

Deno.test("a link that is idle when radio silence begins is idle behind it, and nobody is shown offline", async () => {
  const { world, ship, shore } = await meet();
  await world.clock.advance(HOUR_MS);
  const calls = world.network.calls.length;
  ship.links.setMode("shore", "quiet");
  await world.clock.advance(3 * HOUR_MS);
  assert.equal(world.network.calls.length, calls);
  ship.links.setMode("shore", "up");
  ship.send(message("a"));
  await world.clock.advance(1_000);
  assert.deepEqual(shore.bodies, ["a"]);
  await world.clock.advance(HOUR_MS);
  assert.equal(ship.status.state, "idle");
  assert.ok(!ship.events.includes("shore down"));
  await world.stop();
});
