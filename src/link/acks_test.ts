import assert from "node:assert/strict";
import { SteppedClock } from "../sim/stepped_clock.ts";
import { PORTS, severalCarriers, stores } from "./testing/carriers.ts";
import type { TestEnd } from "./testing/network.ts";
import type { TcpCarrierConfig } from "./mod.ts";
import { SHIP, SHORE, type SideChanges, World } from "./testing/world.ts";

const MINUTE_MS = 60_000;

function message(body: string, more = ""): string {
  return `<message><body>${body}</body>${more}</message>`;
}

/** Text that compression can do little about. */
function noise(sizeBytes: number, seed = 1): string {
  let state = seed;
  return Array.from({ length: sizeBytes }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(48 + state % 75).replace(/[<&>]/, "x");
  }).join("");
}

async function meet(
  carrier: Partial<TcpCarrierConfig> = {},
  ship: SideChanges = {},
  shore: SideChanges = {},
) {
  const world = new World(200);
  const changes = { count: 1, carrier };
  const sides = {
    shore: world.shore({ ...shore, peer: severalCarriers(SHORE, changes) }),
    ship: world.ship({ ...ship, peer: severalCarriers(SHIP, changes) }),
  };
  await Promise.all([sides.shore.links.start(), sides.ship.links.start()]);
  await world.clock.advance(1_000);
  return { world, ...sides };
}

/** The ship's end of the newest connection, and the shore's. */
function ends(world: World): { ship: TestEnd; shore: TestEnd } {
  const connection = world.network.connections.at(-1);
  if (connection === undefined) throw new Error("nobody has called");
  return { ship: connection.caller, shore: connection.called };
}

Deno.test("one stanza is acknowledged alone after 30 seconds, in four octets", async () => {
  const { world, ship, shore } = await meet();
  ship.send(message("a"));
  await world.clock.advance(30_000);
  assert.equal(ends(world).shore.sizeBytes, 0);
  assert.equal(ship.status.unacknowledged, 1);
  await world.clock.advance(500);
  assert.deepEqual(ends(world).shore.written, [Uint8Array.of(3, 0x90, 0, 1)]);
  assert.equal(ship.status.unacknowledged, 0);
  assert.deepEqual(shore.bodies, ["a"]);
  await world.stop();
});

Deno.test("sixteen stanzas are acknowledged at once, fifteen are not", async () => {
  const { world, ship } = await meet();
  for (let n = 1; n <= 15; n++) ship.send(message(`${n}`));
  await world.clock.advance(1_000);
  assert.equal(ends(world).shore.sizeBytes, 0);
  ship.send(message("16"));
  await world.clock.advance(1_000);
  assert.deepEqual(ends(world).shore.written, [Uint8Array.of(3, 0x90, 0, 16)]);
  assert.equal(ship.status.unacknowledged, 0);
  await world.stop();
});

Deno.test("4,096 octets of text are acknowledged at once", async () => {
  const { world, ship } = await meet();
  ship.send(message(noise(3_000)));
  await world.clock.advance(2_000);
  assert.equal(ship.status.unacknowledged, 1);
  ship.send(message(noise(3_000, 2)));
  await world.clock.advance(2_000);
  assert.equal(ship.status.unacknowledged, 0);
  await world.stop();
});

Deno.test("an acknowledgement rides on what the other side says, and then none goes alone", async () => {
  const { world, ship, shore } = await meet();
  ship.send(message("a"));
  await world.clock.advance(5_000);
  shore.send(message("b"));
  await world.clock.advance(1_000);
  assert.equal(ship.status.unacknowledged, 0);
  assert.equal(ends(world).shore.written.length, 1);
  await world.clock.advance(28_000);
  assert.equal(ends(world).shore.written.length, 1);
  await world.clock.advance(10 * MINUTE_MS);
  assert.equal(ends(world).ship.written.length, 2, "the ship owed one too");
  await world.stop();
});

Deno.test("an hour without a word costs not one octet", async () => {
  const { world, ship, shore } = await meet();
  ship.send(message("a"));
  shore.send(message("b"));
  await world.clock.advance(2 * MINUTE_MS);
  const bytes = ends(world).ship.sizeBytes + ends(world).shore.sizeBytes;
  await world.clock.advance(60 * MINUTE_MS);
  assert.equal(ends(world).ship.sizeBytes + ends(world).shore.sizeBytes, bytes);
  assert.equal(ship.status.state, "up");
  assert.equal(world.network.connections.length, 1);
  await world.stop();
});

Deno.test("a process that has begun names itself until it was heard, and in at most twelve octets", async () => {
  const kept = stores();
  const { world, ship, shore } = await meet({}, kept);
  ship.send(message("a"));
  await world.clock.advance(MINUTE_MS);
  ship.crash(false);
  const reborn = world.ship({ ...kept, peer: severalCarriers(SHIP, { count: 1 }) });
  await reborn.links.start();
  await world.clock.advance(5_000);
  const [opening] = ends(world).ship.written;
  assert.equal(opening?.[1], 0xc1, "a warm opening that names the process");
  assert.ok(ends(world).ship.sizeBytes <= 12);
  assert.equal(shore.events.filter((event) => event === "ship up").length, 3, "what was known is asked anew");
  reborn.send(message("b"));
  await world.clock.advance(MINUTE_MS);
  world.network.cut();
  world.network.isUp = true;
  await world.clock.advance(10_000);
  assert.equal(ends(world).ship.sizeBytes, 0, "it was heard: reconnecting with nothing to say costs nothing");
  assert.deepEqual(shore.bodies, ["a", "b"]);
  await world.stop();
});

Deno.test("a question is answered at once, also by a side that is busy sending", async () => {
  const { world, ship, shore } = await meet({ ackTimeoutMs: 20_000 });
  for (let n = 0; n < 60; n++) {
    shore.send(message(noise(300, n + 1)));
    if (n % 20 === 0) ship.send(message(`s ${n}`));
    await world.clock.advance(1_000);
    assert.equal(ship.status.state, "up");
  }
  await world.clock.advance(MINUTE_MS);
  assert.equal(ship.status.unacknowledged, 0);
  assert.equal(world.network.connections.length, 1);
  await world.stop();
});

Deno.test("a question to a side with nothing to say costs it four octets", async () => {
  const { world, ship } = await meet({ ackTimeoutMs: 20_000 });
  ship.send(message("a"));
  await world.clock.advance(9_900);
  assert.equal(ends(world).shore.sizeBytes, 0);
  await world.clock.advance(2_000);
  assert.deepEqual(ends(world).ship.written.at(-1), Uint8Array.of(1, 0x84));
  assert.deepEqual(ends(world).shore.written, [Uint8Array.of(3, 0x90, 0, 1)]);
  assert.equal(ship.status.state, "up");
  await world.stop();
});

for (const rateBps of [2_400, undefined]) {
  const known = rateBps === undefined ? "nobody has told" : "is known";
  Deno.test(`a long stanza on a slow link, whose rate ${known}, is waited for`, async () => {
    const { world, ship, shore } = await meet({ rateBps });
    world.network.way(PORTS.radio).rateBps = 2_400;
    const long = noise(100_000);
    ship.send(message(long));
    await world.clock.advance(15 * MINUTE_MS);
    assert.equal(shore.bodies[0]?.length, long.length);
    assert.equal(world.network.connections.length, 1, "nobody was given up");
    assert.equal(ship.status.unacknowledged, 0);
    await world.stop();
  });
}

Deno.test("clocks that step change nothing about silence and acknowledgements", async () => {
  const world = new World(200);
  const clocks = { ship: new SteppedClock(world.clock), shore: new SteppedClock(world.clock) };
  const shore = world.shore({ clock: clocks.shore, peer: severalCarriers(SHORE, { count: 1 }) });
  const ship = world.ship({ clock: clocks.ship, peer: severalCarriers(SHIP, { count: 1 }) });
  await Promise.all([shore.links.start(), ship.links.start()]);
  const said: string[] = [];
  for (const stepMs of [3_600_000, -7_200_000, 86_400_000, -86_400_000]) {
    said.push(`${stepMs}`);
    ship.send(message(`${stepMs}`));
    await world.clock.advance(1_000);
    clocks.ship.step(stepMs);
    clocks.shore.step(-stepMs);
    await world.clock.advance(40_000);
    assert.deepEqual([ship.status.state, ship.status.unacknowledged], ["up", 0]);
  }
  assert.deepEqual(shore.bodies, said);
  assert.equal(world.network.connections.length, 1);
  await world.stop();
});

Deno.test("over a slow link of unknown rate seconds of backlog lie below, and a flash message overtakes the rest", async (t) => {
  const texts: readonly (readonly [what: string, text: (n: number) => string, mostMs: number])[] = [
    ["chat", (n) => `hello from watch ${n}, all is well at position ${n * 7}`, 10_000],
    ["what cannot be compressed", (n) => noise(280, n + 1), 25_000],
  ];
  for (const [what, text, mostMs] of texts) {
    await t.step(what, async () => {
      const { world, ship, shore } = await meet();
      world.network.way(PORTS.radio).rateBps = 2_400;
      for (let n = 0; n < 400; n++) ship.send(message(text(n)));
      let longestMs = 0;
      let idleMs = 0;
      for (let second = 0; second < 120; second++) {
        await world.clock.advance(1_000);
        longestMs = Math.max(longestMs, ends(world).ship.backlogMs);
        if (ends(world).ship.backlogMs === 0 && ship.status.queue.stanzas > 0) idleMs += 1_000;
      }
      assert.ok(longestMs <= mostMs, `${longestMs} ms`);
      assert.ok(idleMs <= 40_000, `idle for ${idleMs} of 120,000 ms`);
      if (ship.status.queue.stanzas > 0) {
        const before = shore.bodies.length;
        ship.send(message(
          "flash",
          "<headers xmlns='http://jabber.org/protocol/shim'><header name='Precedence'>flash</header></headers>",
        ));
        await world.clock.advance(mostMs + 5_000);
        assert.ok(shore.bodies.slice(before).includes("flash"));
      }
      await world.stop();
    });
  }
});

Deno.test("a rate that is known is kept to the second", async () => {
  const { world, ship } = await meet({ rateBps: 2_400 });
  world.network.way(PORTS.radio).rateBps = 2_400;
  for (let n = 0; n < 300; n++) ship.send(message(`hello from watch ${n}, all is well at position ${n * 7}`));
  let longestMs = 0;
  while (ship.status.queue.stanzas > 0) {
    await world.clock.advance(250);
    longestMs = Math.max(longestMs, ends(world).ship.backlogMs);
  }
  assert.ok(longestMs <= 6_000, `${longestMs} ms`);
  await world.stop();
});

Deno.test("with a turnaround what is ready waits a quarter of it for company, at most two seconds", async (t) => {
  for (const [turnaroundMs, windowMs] of [[4_000, 1_000], [60_000, 2_000]] as const) {
    await t.step(`${turnaroundMs} ms`, async () => {
      const { world, ship, shore } = await meet({ turnaroundMs });
      ship.send(message("a"));
      await world.clock.advance(windowMs / 2);
      ship.send(message("b"));
      await world.clock.advance(windowMs / 2 - 1);
      assert.equal(ends(world).ship.written.length, 0);
      await world.clock.advance(2);
      assert.equal(ends(world).ship.written.length, 1, "one block");
      await world.clock.advance(1_000);
      assert.deepEqual(shore.bodies, ["a", "b"]);
      await world.stop();
    });
  }
});

Deno.test("what is urgent does not wait for company, and takes with it what does", async (t) => {
  for (const level of ["flash", "immediate"]) {
    await t.step(level, async () => {
      const { world, ship, shore } = await meet({ turnaroundMs: 8_000 });
      ship.send(message("a"));
      await world.clock.advance(500);
      ship.send(message(
        "now",
        `<headers xmlns='http://jabber.org/protocol/shim'><header name='Precedence'>${level}</header></headers>`,
      ));
      await world.clock.advance(250);
      assert.deepEqual(shore.bodies, ["now", "a"]);
      assert.equal(ends(world).ship.written.length, 1);
      await world.stop();
    });
  }
});

Deno.test("a full batch does not wait for company; without a turnaround nothing does", async () => {
  const full = await meet({ turnaroundMs: 8_000 });
  for (let n = 0; n < 20; n++) full.ship.send(message(noise(300, n + 1)));
  await full.world.clock.advance(1);
  assert.equal(ends(full.world).ship.written.length, 1);
  await full.world.stop();
  const free = await meet();
  free.ship.send(message("a"));
  await free.world.clock.advance(1);
  assert.equal(ends(free.world).ship.written.length, 1);
  await free.world.stop();
});

Deno.test("a stanza as large as a client may send crosses, compressed or not", async (t) => {
  for (const compression of ["deflate", "none"] as const) {
    await t.step(compression, async () => {
      const world = new World(200);
      const changes = { count: 1, peer: { compression } };
      const shore = world.shore({ peer: severalCarriers(SHORE, changes) });
      const ship = world.ship({ peer: severalCarriers(SHIP, changes) });
      await Promise.all([shore.links.start(), ship.links.start()]);
      const large = noise(250_000);
      ship.send(message(large));
      ship.send(message("behind it"));
      await world.clock.advance(MINUTE_MS);
      assert.deepEqual(shore.bodies.map(({ length }) => length), [large.length, "behind it".length]);
      await world.stop();
    });
  }
});

Deno.test("a stanza that no frame bears is refused, and does not block the link", async () => {
  const limits = { stanzaSizeBytes: 8_000_000, depth: 100, attributes: 100, elements: 10_000 };
  const { world, ship, shore } = await meet({}, { limits }, { limits });
  ship.send(message(noise(600_000)));
  ship.send(message("behind it"));
  await world.clock.advance(MINUTE_MS);
  assert.deepEqual(shore.bodies, ["behind it"]);
  assert.equal(ship.routed.at(-1)?.type, "error");
  await world.stop();
});
