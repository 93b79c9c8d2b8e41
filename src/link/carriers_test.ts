import assert from "node:assert/strict";
import { type CarrierChanges, PORTS, severalCarriers, stores } from "./testing/carriers.ts";
import { RawPeer } from "./testing/network.ts";
import { SHIP, SHORE, type Side, type SideChanges, World } from "./testing/world.ts";

const DELAY_MS = 200;
const HOUR_MS = 3_600_000;

function message(body: string): string {
  return `<message id='${body}'><body>${body}</body></message>`;
}

/** Where a side's open connections go, by port. */
function open(world: World): number[] {
  return world.network.open.map(({ way }) =>
    Object.values(PORTS).find((port) => world.network.way(port) === way) ?? 0
  ).sort();
}

interface Meeting {
  readonly ship?: SideChanges;
  readonly shore?: SideChanges;
}

async function meet(changes: CarrierChanges, meeting: Meeting = {}) {
  const world = new World(DELAY_MS);
  const shore = world.shore({ ...meeting.shore, peer: severalCarriers(SHORE, changes) });
  const ship = world.ship({ ...meeting.ship, peer: severalCarriers(SHIP, changes) });
  await Promise.all([shore.links.start(), ship.links.start()]);
  return { world, ship, shore };
}

/** Both sides talk without a break for some time. @returns what they said */
async function talk(world: World, ship: Side, shore: Side, forMs: number, name: string) {
  const said: string[] = [];
  for (let n = 0; n < forMs / 500; n++) {
    said.push(`${name} ${n}`);
    ship.send(message(`${name} ${n}`));
    shore.send(message(`${name} ${n}`));
    await world.clock.advance(500);
  }
  return said;
}

Deno.test("the first carrier that works is used, and a later one only when those before have failed", async (t) => {
  const rows: readonly (readonly [works: readonly number[], used: number])[] = [
    [[5270, 5271, 5272], 5270],
    [[5271, 5272], 5271],
    [[5272], 5272],
    [[5270, 5272], 5270],
  ];
  for (const [works, used] of rows) {
    await t.step(`of ${works.join(", ")} it is ${used}`, async () => {
      const world = new World(DELAY_MS);
      for (const port of Object.values(PORTS)) if (!works.includes(port)) world.network.cutWay(port);
      const changes = { count: 3 };
      const shore = world.shore({ peer: severalCarriers(SHORE, changes) });
      const ship = world.ship({ peer: severalCarriers(SHIP, changes) });
      await Promise.all([shore.links.start(), ship.links.start()]);
      ship.send(message("a"));
      shore.send(message("b"));
      await world.clock.advance(5_000);
      assert.deepEqual([ship.bodies, shore.bodies], [["b"], ["a"]]);
      assert.deepEqual(open(world), [used]);
      const tried = world.network.calls.slice(0, 3).map(({ to }) => Number(to.split(":")[1]));
      const expected = [5270, 5271, 5272].filter((port) => port <= used);
      assert.deepEqual(tried.slice(0, expected.length), expected, "in their order");
      assert.ok(world.network.calls.every(({ to }) => Number(to.split(":")[1]) <= used));
      await world.stop();
    });
  }
});

for (const callers of ["ship", "shore", "both"] as const) {
  Deno.test(`when ${callers} may call, a carrier that breaks and mends loses, repeats and reorders nothing`, async () => {
    const { world, ship, shore } = await meet({ callers });
    const said = await talk(world, ship, shore, 20_000, "on radio");
    world.network.cutWay(PORTS.radio);
    said.push(...await talk(world, ship, shore, 30_000, "on satellite"));
    assert.deepEqual([...new Set(open(world))], [PORTS.satellite]);
    world.network.way(PORTS.radio).state = "good";
    said.push(...await talk(world, ship, shore, 120_000, "on radio again"));
    assert.deepEqual(open(world), [PORTS.radio], "it has returned to the preferred one");
    await world.clock.advance(60_000);
    assert.deepEqual(shore.bodies, said);
    assert.deepEqual(ship.bodies, said);
    assert.deepEqual([ship.status.unacknowledged, shore.status.unacknowledged], [0, 0]);
    assert.ok(
      ![...ship.events, ...shore.events].some((event) => event.endsWith("down")),
      "nobody is shown offline",
    );
    await world.stop();
  });
}

Deno.test("a preferred carrier that comes and goes costs nothing but time", async () => {
  const { world, ship, shore } = await meet({ callers: "both" });
  const said: string[] = [];
  for (let round = 0; round < 30; round++) {
    world.network.way(PORTS.radio).state = "good";
    said.push(...await talk(world, ship, shore, 1_000 + (round % 7) * 2_000, `good ${round}`));
    world.network.cutWay(PORTS.radio);
    said.push(...await talk(world, ship, shore, 1_000 + (round % 5) * 2_000, `bad ${round}`));
  }
  await world.clock.advance(120_000);
  assert.deepEqual(shore.bodies, said);
  assert.deepEqual(ship.bodies, said);
  await world.stop();
});

Deno.test("what a carrier swallows is noticed: asked at half the time, given up after all of it, then the next", async () => {
  const { world, ship, shore } = await meet({ carrier: { ackTimeoutMs: 60_000 } });
  await talk(world, ship, shore, 5_000, "a");
  await world.clock.advance(60_000);
  world.network.way(PORTS.radio).state = "hole";
  ship.send(message("lost?"));
  const sentMs = world.clock.monotonicMs();
  await world.clock.advance(29_000);
  assert.equal(ship.status.state, "up");
  await world.clock.advance(2_500);
  assert.equal(ship.status.state, "silent");
  const silentForMs = world.clock.nowMs() - ship.status.sinceMs;
  assert.ok(silentForMs > 0 && silentForMs <= 1_500, `${silentForMs} ms`);
  await world.clock.until(() => shore.bodies.includes("lost?"), 60_000);
  assert.ok(world.clock.monotonicMs() - sentMs <= 70_000, "the next carrier had its turn at once");
  assert.equal(ship.status.state, "up");
  await world.stop();
});

Deno.test("a black hole in the preferred place starves nobody, and is called with growing pauses", async () => {
  const { world, ship, shore } = await meet({});
  await talk(world, ship, shore, 5_000, "a");
  world.network.way(PORTS.radio).state = "hole";
  await world.clock.advance(300_000);
  ship.send(message("probe"));
  await world.clock.until(() => shore.bodies.includes("probe"), 130_000);
  const before = world.network.calls.length;
  const fromMs = world.clock.monotonicMs();
  const late: number[] = [];
  for (let n = 0; n < 120; n++) {
    ship.send(message(`ship ${n}`));
    shore.send(message(`shore ${n}`));
    await world.clock.advance(30_000);
    if (shore.bodies.at(-1) !== `ship ${n}` || ship.bodies.at(-1) !== `shore ${n}`) late.push(n);
  }
  assert.deepEqual(late, [], "all came within half a minute");
  const calls = world.network.calls.slice(before).filter(({ to }) => to.endsWith(String(PORTS.radio)));
  const pausesMs = calls.map(({ atMs }, index) => atMs - (calls[index - 1]?.atMs ?? fromMs));
  assert.ok(calls.length <= 60, `${calls.length} calls in an hour: ${pausesMs.join(" ")}`);
  assert.ok(calls.length >= 20, "but it is called");
  world.network.way(PORTS.radio).state = "good";
  await world.clock.advance(180_000);
  assert.deepEqual(open(world), [PORTS.radio]);
  await world.stop();
});

Deno.test("a carrier that answers and then swallows stanzas is not believed again and again", async () => {
  const { world, ship, shore } = await meet({});
  await talk(world, ship, shore, 5_000, "a");
  // It works whenever it is called, and swallows what is said two seconds later: stanzas, after the answer.
  let radio = 0;
  let heard = 0;
  for (let n = 0; n < 1_800; n++) {
    const isFresh = world.network.connections.some((connection) =>
      connection.way === world.network.way(PORTS.radio) && !connection.isOver && !connection.caller.isDeaf
    );
    if (isFresh) {
      await world.clock.advance(2 * DELAY_MS);
      for (const { caller, called, way } of world.network.open) {
        if (way === world.network.way(PORTS.radio)) caller.isDeaf = called.isDeaf = true;
      }
      radio++;
    }
    if (n % 15 === 0) ship.send(message(`m ${n}`));
    await world.clock.advance(2_000);
    if (n % 15 === 14 && shore.bodies.at(-1) === `m ${n - 14}`) heard++;
  }
  assert.ok(radio <= 40, `${radio} times`);
  assert.ok(heard >= 20, `${heard} of 120 came within half a minute`);
  await world.stop();
});

Deno.test("no carrier is called twice at the same time, however long it takes to show that somebody is there", async () => {
  const world = new World(DELAY_MS);
  world.network.cutWay(PORTS.radio);
  const shore = world.shore({ peer: severalCarriers(SHORE, { callers: "both" }) });
  const ship = world.ship({ peer: severalCarriers(SHIP, { callers: "both" }) });
  await Promise.all([shore.links.start(), ship.links.start()]);
  await world.clock.advance(5_000);
  world.network.way(PORTS.radio).state = "hole";
  for (let n = 0; n < 120; n++) {
    ship.send(message(`m ${n}`));
    await world.clock.advance(1_000);
    const toRadio = open(world).filter((port) => port === PORTS.radio).length;
    assert.ok(toRadio <= 2, `${toRadio} connections to the black hole, from two sides`);
  }
  assert.equal(shore.bodies.length, 120);
  await world.stop();
});

Deno.test("both call at the same moment: one connection stays, on the preferred carrier", async (t) => {
  const rows: readonly (readonly [what: string, cut: readonly number[]])[] = [
    ["on the same carrier", []],
    ["on the second carrier", [PORTS.radio]],
  ];
  for (const [what, cut] of rows) {
    await t.step(what, async () => {
      const world = new World(DELAY_MS);
      for (const port of cut) world.network.cutWay(port);
      const shore = world.shore({ peer: severalCarriers(SHORE, { callers: "both" }) });
      const ship = world.ship({ peer: severalCarriers(SHIP, { callers: "both" }) });
      await Promise.all([shore.links.start(), ship.links.start()]);
      ship.send(message("a"));
      shore.send(message("b"));
      await world.clock.advance(10_000);
      assert.deepEqual([shore.bodies, ship.bodies], [["a"], ["b"]]);
      assert.equal(open(world).length, 1);
      await world.stop();
    });
  }
  await t.step("on different carriers", async () => {
    const world = new World(DELAY_MS);
    const shore = world.shore({ peer: severalCarriers(SHORE, { callers: "both" }) });
    const ship = world.ship({ peer: severalCarriers(SHIP, { callers: "both" }) });
    // The ship gets through on the second only, the shore on the first.
    world.network.cutWay(PORTS.radio);
    await Promise.all([shore.links.start(), ship.links.start()]);
    ship.send(message("a"));
    shore.send(message("b"));
    await world.clock.advance(DELAY_MS);
    world.network.way(PORTS.radio).state = "good";
    await world.clock.advance(60_000);
    assert.deepEqual([shore.bodies, ship.bodies], [["a"], ["b"]]);
    assert.deepEqual(open(world), [PORTS.radio]);
    await world.stop();
  });
});

Deno.test("a peer that crashed without a word is heard as soon as it calls anew", async (t) => {
  for (const who of ["ship", "shore"] as const) {
    for (const older of ["called by the ship", "called by the shore"] as const) {
      await t.step(`${who} crashes; the older connection was ${older}`, async () => {
        const world = new World(DELAY_MS);
        const changes: CarrierChanges = { callers: "both", count: 1 };
        const sides = {
          ship: world.ship({ peer: severalCarriers(SHIP, changes) }),
          shore: world.shore({ peer: severalCarriers(SHORE, changes) }),
        };
        // Who starts last gets through: the other is not there yet when it is called.
        const order = older === "called by the ship"
          ? ["shore", "ship"] as const
          : ["ship", "shore"] as const;
        for (const name of order) {
          await sides[name].links.start();
          await world.clock.advance(500);
        }
        await world.clock.advance(120_000);
        assert.equal(open(world).length, 1);
        sides[who].crash(true);
        const newChanges = { peer: severalCarriers(who === "ship" ? SHIP : SHORE, changes) };
        const reborn = who === "ship" ? world.ship(newChanges) : world.shore(newChanges);
        await reborn.links.start();
        reborn.send(message("I am back"));
        await world.clock.advance(5_000);
        const other = sides[who === "ship" ? "shore" : "ship"];
        assert.deepEqual(other.bodies, ["I am back"]);
        other.send(message("welcome"));
        await world.clock.advance(5_000);
        assert.deepEqual(reborn.bodies, ["welcome"]);
        assert.equal(
          world.network.open.filter(({ called, caller }) => !called.isOver && !caller.isOver).length,
          1,
        );
        await world.stop();
      });
    }
  }
});

Deno.test("a peer that crashed and comes back over a worse carrier is heard, whatever the better one looks like", async () => {
  const { world, ship, shore } = await meet({ callers: "both" });
  await world.clock.advance(120_000);
  ship.crash(true);
  world.network.way(PORTS.radio).state = "cut";
  const reborn = world.ship({ peer: severalCarriers(SHIP, { callers: "both" }) });
  await reborn.links.start();
  reborn.send(message("I am back"));
  await world.clock.advance(5_000);
  assert.deepEqual(shore.bodies, ["I am back"]);
  shore.send(message("welcome"));
  await world.clock.advance(130_000);
  assert.deepEqual(reborn.bodies, ["welcome"]);
  await world.stop();
});

Deno.test("a restart of either side in the middle of a change loses and repeats nothing", async (t) => {
  for (const who of ["ship", "shore"] as const) {
    for (const afterMs of [0, 100, 250, 450, 700, 1_500]) {
      await t.step(`${who}, ${afterMs} ms after the preferred carrier mended`, async () => {
        const world = new World(DELAY_MS);
        const make = (name: "ship" | "shore", kept: SideChanges) =>
          name === "ship"
            ? world.ship({ ...kept, peer: severalCarriers(SHIP) })
            : world.shore({ ...kept, peer: severalCarriers(SHORE) });
        const heard = { ship: [] as string[], shore: [] as string[] };
        const kept = (name: "ship" | "shore"): SideChanges => ({
          ...stores(),
          onRouted: ({ element }) => heard[name].push(element.getChildText("body") ?? ""),
        });
        const keeps = { ship: kept("ship"), shore: kept("shore") };
        const sides = { ship: make("ship", keeps.ship), shore: make("shore", keeps.shore) };
        world.network.cutWay(PORTS.radio);
        await Promise.all([sides.shore.links.start(), sides.ship.links.start()]);
        const said = await talk(world, sides.ship, sides.shore, 10_000, "before");
        world.network.way(PORTS.radio).state = "good";
        await world.clock.until(
          () => world.network.connections.some(({ way }) => way === world.network.way(PORTS.radio)),
          120_000,
        );
        await world.clock.advance(afterMs);
        sides[who].crash(false);
        sides[who] = make(who, keeps[who]);
        await sides[who].links.start();
        said.push(...await talk(world, sides.ship, sides.shore, 10_000, "after"));
        await world.clock.advance(180_000);
        assert.deepEqual(heard.shore, said);
        assert.deepEqual(heard.ship, said);
        assert.deepEqual(open(world), [PORTS.radio]);
        await world.stop();
      });
    }
  }
});

Deno.test("a caller that is cut off at once is called with growing pauses, not in a loop", async () => {
  const world = new World(DELAY_MS);
  const ship = world.ship({ peer: severalCarriers(SHIP, { count: 1 }) });
  await world.network.from(SHORE.host).listenLink(
    { host: SHORE.host, port: PORTS.radio },
    undefined,
    (transport) => new RawPeer(transport).close(),
  );
  await ship.links.start();
  ship.send(message("a"));
  await world.clock.advance(HOUR_MS);
  const { length } = world.network.calls;
  assert.ok(length >= 50 && length <= 130, `${length} calls in an hour`);
  await world.stop();
});

Deno.test("a peer that calls again and again does not pile up connections", async () => {
  const { world, ship, shore } = await meet({});
  await world.clock.advance(1_000);
  const ends = await Promise.all(
    Array.from({ length: 50 }, () => world.call(SHIP.host, { host: SHORE.host, port: PORTS.radio })),
  );
  await world.clock.advance(10_000);
  const left = world.network.connections.filter(({ called }) => !called.isOver).length;
  assert.ok(left <= 2, `${left} of ${ends.length}`);
  ship.send(message("still here"));
  await world.clock.advance(60_000);
  assert.deepEqual(shore.bodies, ["still here"]);
  await world.stop();
});
