import assert from "node:assert/strict";
import { PORTS, severalCarriers } from "./testing/carriers.ts";
import { RawPeer } from "./testing/network.ts";
import { SHIP, SHORE, World } from "./testing/world.ts";

const KEY = new Uint8Array(32).fill(7);

function message(body: string): string {
  return `<message><body>${body}</body></message>`;
}

Deno.test("a link is calling and down in one break, up, silent, idle, quiet, disabled, each since its beginning", async () => {
  const world = new World(200);
  const changes = { count: 1, carrier: { ackTimeoutMs: 60_000, idleCloseMs: 300_000 } };
  const shore = world.shore({ peer: severalCarriers(SHORE, changes) });
  const ship = world.ship({ peer: severalCarriers(SHIP, changes) });
  const startMs = world.clock.nowMs();
  const since = () => ship.status.sinceMs - startMs;
  await ship.links.start();
  assert.deepEqual([ship.status.state, since()], ["calling", 0]);
  await world.clock.advance(10_000);
  assert.deepEqual([ship.status.state, since()], ["down", 0], "calls come and go in one break");
  await shore.links.start();
  await world.clock.until(() => ship.status.state === "up", 60_000);
  assert.equal(since(), world.clock.monotonicMs());
  assert.deepEqual([ship.status.carrier, ship.status.trouble], ["tcp", undefined]);
  world.network.way(PORTS.radio).state = "hole";
  ship.send(message("swallowed"));
  const sentMs = world.clock.monotonicMs();
  await world.clock.until(() => ship.status.state === "silent", 60_000);
  assert.ok(world.clock.monotonicMs() - sentMs >= 30_000);
  assert.equal(since(), world.clock.monotonicMs());
  assert.equal(ship.status.unacknowledged, 1);
  await world.clock.until(() => ship.status.state !== "silent", 60_000);
  assert.ok(["calling", "down"].includes(ship.status.state) || ship.status.state === "up");
  world.network.way(PORTS.radio).state = "good";
  await world.clock.until(() => shore.bodies.length === 1, 200_000);
  await world.clock.until(() => ship.status.state === "idle", 400_000);
  assert.equal(since(), world.clock.monotonicMs());
  ship.links.setMode("shore", "quiet");
  assert.deepEqual([ship.status.state, since()], ["quiet", world.clock.monotonicMs()]);
  await world.clock.advance(5_000);
  ship.links.setMode("shore", "down");
  assert.deepEqual([ship.status.state, since()], ["disabled", world.clock.monotonicMs()]);
  ship.links.setMode("shore", "up");
  await world.clock.advance(1_000);
  assert.equal(ship.status.state, "up", "a person who wants it up gets it up, idle or not");
  await world.stop();
});

Deno.test("a silent peer that answers after all is up again, and nothing is lost or repeated", async () => {
  const world = new World(200);
  const changes = { count: 1, carrier: { ackTimeoutMs: 60_000 } };
  const shore = world.shore({ peer: severalCarriers(SHORE, changes) });
  const ship = world.ship({ peer: severalCarriers(SHIP, changes) });
  await Promise.all([shore.links.start(), ship.links.start()]);
  await world.clock.advance(1_000);
  shore.links.setMode("ship", "quiet");
  ship.send(message("a"));
  await world.clock.advance(32_000);
  assert.equal(ship.status.state, "silent");
  shore.links.setMode("ship", "up");
  await world.clock.advance(1_000);
  assert.equal(ship.status.state, "up");
  assert.deepEqual([shore.bodies, ship.status.unacknowledged], [["a"], 0]);
  assert.equal(world.network.connections.length, 1);
  await world.stop();
});

Deno.test("trouble says what is wrong while nothing is taken, and goes when all is well", async () => {
  const world = new World(200);
  const make = (mode: "sign" | "seal") =>
    world.shore({ peer: severalCarriers(SHORE, { peer: { auth: { mode, key: KEY } } }) });
  const ship = world.ship({ peer: severalCarriers(SHIP, { peer: { auth: { mode: "sign", key: KEY } } }) });
  const wrong = make("seal");
  await Promise.all([wrong.links.start(), ship.links.start()]);
  ship.send(message("a"));
  wrong.send(message("b"));
  await world.clock.advance(60_000);
  assert.match(ship.status.trouble ?? "", /another `auth: mode`/);
  const calls = world.network.calls.length;
  await world.clock.advance(3_600_000);
  const hourly = world.network.calls.length - calls;
  assert.ok(hourly <= 200, `${hourly} calls in an hour: pauses grow though octets come`);
  wrong.crash(false);
  const shore = make("sign");
  await shore.links.start();
  await world.clock.advance(120_000);
  assert.deepEqual([ship.status.trouble, shore.status.trouble], [undefined, undefined]);
  assert.deepEqual(shore.bodies, ["a"]);
  await world.stop();
});

Deno.test("nonsense, and a peer that speaks another profile, end the connection and nothing else", async (t) => {
  const rows: readonly (readonly [what: string, octets: Uint8Array])[] = [
    ["another profile", new TextEncoder().encode("<message from='a@ship.example' to='b@shore.example'/>")],
    ["a length without end", Uint8Array.of(0xff, 0xff, 0xff, 0xff)],
    ["a frame that is none", Uint8Array.of(3, 1, 2, 3)],
    ["data before an opening", Uint8Array.of(5, 0x82, 0x3c, 0x61, 0x2f, 0x3e)],
    ["an acknowledgement of what was never sent", Uint8Array.of(3, 0x90, 0, 9)],
    ["a refusal of nothing that was sent", Uint8Array.of(11, 0x88, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
    ["a warm opening of nothing", Uint8Array.of(7, 0xc0, 0, 5, 1, 2, 3, 4)],
  ];
  for (const [what, octets] of rows) {
    await t.step(what, async () => {
      const world = new World(10);
      const shore = world.shore({ peer: severalCarriers(SHORE, { count: 1 }) });
      await shore.links.start();
      const liar = new RawPeer(await world.call(SHIP.host, { host: SHORE.host, port: PORTS.radio }));
      liar.writeBytes(octets);
      await world.clock.advance(60_000);
      liar.transport.abort("lost");
      const ship = world.ship({ peer: severalCarriers(SHIP, { count: 1 }) });
      await ship.links.start();
      ship.send(message("a"));
      shore.send(message("b"));
      await world.clock.advance(10_000);
      assert.deepEqual([ship.bodies, shore.bodies], [["b"], ["a"]]);
      await world.stop();
    });
  }
});

Deno.test("a mistake of our own in a delivery ends the connection, not the server, and does not come back for ever", async () => {
  const world = new World(10);
  let faults = 0;
  const shore = world.shore({
    peer: severalCarriers(SHORE, { count: 1 }),
    onRouted: ({ element }) => {
      if (element.getChildText("body") !== "poison") return;
      faults++;
      throw new Error("a bug");
    },
  });
  const ship = world.ship({ peer: severalCarriers(SHIP, { count: 1 }) });
  await Promise.all([shore.links.start(), ship.links.start()]);
  for (const body of ["a", "poison", "b"]) ship.send(message(body));
  await world.clock.advance(60_000);
  assert.deepEqual(shore.bodies, ["a", "poison", "b"]);
  assert.equal(faults, 1);
  assert.ok(shore.log.lines.some(({ event }) => event === "link frame failed"));
  await world.stop();
});

Deno.test("a mistake of our own in an event ends no process", async () => {
  const world = new World(10);
  const shore = world.shore({ peer: severalCarriers(SHORE, { count: 1 }) });
  const ship = world.ship({
    peer: severalCarriers(SHIP, { count: 1 }),
    onEvent: () => {
      throw new Error("a bug");
    },
  });
  await shore.links.start();
  await ship.links.start();
  ship.send(message("a"));
  await world.clock.advance(60_000);
  assert.deepEqual(shore.bodies, ["a"]);
  assert.ok(ship.log.lines.some(({ fields }) => fields.error === "a bug"));
  await world.stop();
});

Deno.test("after a stop no timer is left, whatever was going on", async () => {
  const world = new World(200);
  const changes = {
    count: 3,
    callers: "both",
    carrier: { turnaroundMs: 4_000, idleCloseMs: 60_000 },
  } as const;
  const hours = { quietHours: [{ fromMinute: 600, toMinute: 700 }] };
  const shore = world.shore({ peer: { ...severalCarriers(SHORE, changes), ...hours } });
  const ship = world.ship({ peer: { ...severalCarriers(SHIP, changes), ...hours } });
  await Promise.all([shore.links.start(), ship.links.start()]);
  for (let n = 0; n < 50; n++) {
    ship.send(message(`${n}`));
    shore.send(message(`${n}`));
    await world.clock.advance(70);
  }
  await world.stop();
  assert.equal(world.clock.pending, 0);
});
