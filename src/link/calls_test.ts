import assert from "node:assert/strict";
import { RawPeer } from "./testing/network.ts";
import { only, SHIP, SHORE, World } from "./testing/world.ts";

const MESSAGE = "<message><body>hello</body></message>";
const AT_SHIP = { host: SHIP.host, port: 5270 };
const AT_SHORE = { host: SHORE.host, port: 5270 };

Deno.test("a ship that only calls and a shore that only accepts share one connection", async () => {
  const world = new World(500);
  const [ship, shore] = [world.ship(), world.shore()];
  await shore.links.start();
  await ship.links.start();
  assert.deepEqual([ship.status.state, shore.status.state], ["calling", "down"]);
  await world.clock.advance(2_000);
  assert.deepEqual([ship.status.state, shore.status.state], ["up", "up"]);
  assert.deepEqual([ship.status.carrier, shore.status.carrier], ["tcp", "tcp"]);
  assert.deepEqual([ship.events, shore.events], [["shore up"], ["ship up"]]);
  ship.send(MESSAGE);
  shore.send(MESSAGE);
  await world.clock.advance(1_000);
  assert.deepEqual([ship.bodies, shore.bodies], [["hello"], ["hello"]]);
  const [arrived] = shore.routed;
  assert.deepEqual(arrived?.origin, { kind: "link", name: "ship" });
  assert.equal(arrived?.from.toString(), "romeo@ship.example/deck");
  assert.equal(arrived?.receivedMs, world.clock.nowMs() - 500);
  assert.equal(world.network.connections.length, 1);
  await world.stop();
});

Deno.test("the first byte on a link is that of a stanza", async () => {
  const world = new World();
  const [ship, shore] = [world.ship(), world.shore()];
  await shore.links.start();
  await ship.links.start();
  ship.send(MESSAGE);
  await world.clock.advance(10);
  assert.equal(
    world.network.connections[0]?.caller.text,
    "<message from='romeo@ship.example/deck' to='juliet@shore.example'><body>hello</body></message>",
  );
  await world.stop();
});

Deno.test("an idle link carries not a byte", async () => {
  const world = new World();
  const [ship, shore] = [world.ship(), world.shore()];
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(24 * 3_600_000);
  assert.deepEqual(ship.status.bytes, { rawOut: 0, linkOut: 0, rawIn: 0, linkIn: 0 });
  assert.equal(shore.status.lastHeardMs, undefined);
  assert.equal(ship.status.state, "up");
  await world.stop();
});

Deno.test("when both call at the same moment both connections stay, each written by who opened it", async () => {
  const world = new World(200);
  const ship = world.ship({ carrier: { listen: AT_SHIP } });
  const shore = world.shore({ carrier: { connect: AT_SHIP } });
  await Promise.all([ship.links.start(), shore.links.start()]);
  await world.clock.advance(1_000);
  assert.deepEqual([ship.events, shore.events], [["shore up"], ["ship up"]]);
  for (let n = 0; n < 3; n++) {
    ship.send(MESSAGE);
    shore.send(MESSAGE);
    await world.clock.advance(1_000);
  }
  assert.deepEqual([ship.bodies.length, shore.bodies.length], [3, 3]);
  assert.equal(world.network.open.length, 2);
  for (const { caller, called } of world.network.open) {
    assert.deepEqual([caller.written.length, called.written.length], [3, 0]);
  }
  await world.stop();
});

Deno.test("of two connections the one that is left serves both directions", async () => {
  const world = new World(200);
  const ship = world.ship({ carrier: { listen: AT_SHIP } });
  const shore = world.shore({ carrier: { connect: AT_SHIP } });
  await Promise.all([ship.links.start(), shore.links.start()]);
  await world.clock.advance(1_000);
  const shipsOwn = world.network.open.find(({ caller }) => caller.remote.host === SHORE.host);
  shipsOwn?.cut();
  await world.clock.advance(1_000);
  ship.send(MESSAGE);
  shore.send(MESSAGE);
  await world.clock.advance(1_000);
  assert.deepEqual([ship.bodies, shore.bodies], [["hello"], ["hello"]]);
  assert.equal(world.network.open.length, 1);
  // What the ship sent on its own connection may be lost: that is a new epoch for it, and only for it.
  assert.deepEqual(ship.events, ["shore up", "shore down", "shore up"]);
  assert.deepEqual(shore.events, ["ship up"]);
  await world.stop();
});

Deno.test("who was called and has sent already hangs up its own call", async () => {
  const world = new World(200);
  const ship = world.ship({ carrier: { listen: AT_SHIP } });
  const shore = world.shore({ carrier: { connect: AT_SHIP } });
  await ship.links.start();
  // The ship's call is accepted while the shore's is still on its way.
  await world.clock.advance(300);
  await shore.links.start();
  await world.clock.advance(300);
  shore.send(MESSAGE);
  await world.clock.advance(2_000);
  shore.send(MESSAGE);
  ship.send(MESSAGE);
  await world.clock.advance(2_000);
  assert.equal(world.network.connections.length, 2);
  assert.equal(world.network.open.length, 1);
  assert.deepEqual([ship.bodies.length, shore.bodies.length], [2, 1]);
  assert.deepEqual([ship.events, shore.events], [["shore up"], ["ship up"]]);
  await world.stop();
});

Deno.test("a later call of the peer says that it has lost the older connection", async (t) => {
  await t.step("that it had opened itself", async () => {
    const world = new World();
    const shore = world.shore();
    await shore.links.start();
    const first = new RawPeer(await world.call(SHIP.host, AT_SHORE));
    await world.clock.advance(10);
    const second = new RawPeer(await world.call(SHIP.host, AT_SHORE));
    shore.send(MESSAGE);
    await world.clock.advance(10);
    assert.equal(first.heard, "");
    assert.match(second.heard, /<body>hello/);
    assert.equal(world.network.open.length, 1);
    assert.deepEqual(shore.events, ["ship up", "ship down", "ship up"]);
    await world.stop();
  });
  await t.step("that we had opened", async () => {
    const world = new World();
    const ship = world.ship({ carrier: { listen: AT_SHIP } });
    const shore = world.shore();
    await shore.links.start();
    await ship.links.start();
    await world.clock.advance(30_001);
    const late = new RawPeer(await world.call(SHORE.host, AT_SHIP));
    ship.send(MESSAGE);
    await world.clock.advance(10);
    assert.match(late.heard, /<body>hello/);
    assert.deepEqual(ship.events, ["shore up", "shore down", "shore up"]);
    await world.stop();
  });
});

Deno.test("calls are repeated with growing pauses, the first and the longest as configured", async () => {
  const world = new World();
  const ship = world.ship({ carrier: { retryFirstMs: 1_000, retryMostMs: 8_000 } });
  await ship.links.start();
  await world.clock.advance(60_000);
  const times = world.network.calls.map(({ atMs }) => atMs);
  const pauses = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
  const expected = [1_000, 2_000, 4_000, 8_000, 8_000, 8_000];
  for (const [index, mostMs] of expected.entries()) {
    const pauseMs = pauses[index] ?? 0;
    assert.ok(pauseMs >= mostMs / 2 && pauseMs <= mostMs, `pause ${index}: ${pauseMs} ms of ${mostMs}`);
  }
  assert.ok(new Set(pauses).size > 3, "chance has a say");
  assert.equal(ship.status.state, "down");
  await world.stop();
});

Deno.test("after a connection that worked pauses begin small again", async (t) => {
  const retry = { retryFirstMs: 1_000, retryMostMs: 64_000 };
  const rows: readonly (readonly [
    name: string,
    work: (peer: RawPeer, world: World) => Promise<void>,
    small: boolean,
  ])[] = [
    ["a stanza came", (peer, world) => {
      peer.write("<message from='a@shore.example' to='b@ship.example'/>");
      return world.clock.advance(10);
    }, true],
    ["it lived a minute", (_peer, world) => world.clock.advance(60_000), true],
    ["it was closed at once", (_peer, world) => world.clock.advance(10), false],
  ];
  for (const [name, work, small] of rows) {
    await t.step(name, async () => {
      const world = new World();
      const ship = world.ship({ carrier: retry });
      await ship.links.start();
      await world.clock.until(() => world.network.calls.length === 6, 120_000);
      const accepted: RawPeer[] = [];
      const listener = await world.network.from(SHORE.host).listenLink(AT_SHORE, undefined, (transport) => {
        accepted.push(new RawPeer(transport));
      });
      await world.clock.until(() => accepted.length === 1, 120_000);
      const [peer] = accepted;
      if (peer === undefined) throw new Error("nobody called");
      await work(peer, world);
      await listener.close();
      const lostMs = world.clock.monotonicMs();
      world.network.connections[0]?.cut();
      const before = world.network.calls.length;
      await world.clock.until(() => world.network.calls.length > before, 120_000);
      assert.equal(world.clock.monotonicMs() - lostMs <= 1_000, small);
      await world.stop();
    });
  }
});

Deno.test("when the preferred carrier does not answer the next one is called at once", async () => {
  const world = new World();
  const spare = { host: SHORE.host, port: 5271 };
  const carrier = {
    kind: "tcp",
    allowFrom: [],
    connectTimeoutMs: 30_000,
    retryFirstMs: 1_000,
    retryMostMs: 1_000,
  } as const;
  const ship = world.ship({
    peer: { carriers: [{ ...carrier, connect: AT_SHORE }, { ...carrier, connect: spare }] },
  });
  const shore = world.shore({ carrier: { listen: spare } });
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(10);
  assert.equal(ship.status.state, "up");
  assert.deepEqual(world.network.calls.map(({ to }) => to), ["10.0.0.2:5270", "10.0.0.2:5271"]);
  await world.stop();
});

Deno.test("a caller that is not on the list is turned away with one line in the log", async () => {
  const world = new World();
  const shore = world.shore();
  await shore.links.start();
  const stranger = await world.call("10.9.9.9", AT_SHORE);
  await world.clock.advance(10);
  assert.equal(await stranger.closed, "lost");
  assert.deepEqual(shore.log.lines.map(({ event, fields }) => [event, fields.host]), [[
    "link call refused",
    "10.9.9.9",
  ]]);
  assert.equal(shore.status.state, "down");
  await world.stop();
});

Deno.test("peers that share an endpoint are told apart by the address they call from", async () => {
  const world = new World();
  const shore = world.shore({
    others: [{ name: "boat", domain: "boat.example", host: "10.0.0.3", octets: [10, 0, 0, 3] }],
  });
  await shore.links.start();
  const boat = new RawPeer(await world.call("10.0.0.3", AT_SHORE));
  await world.clock.advance(10);
  assert.deepEqual(shore.events, ["boat up"]);
  boat.write("<message from='a@boat.example' to='b@shore.example'><body>from the boat</body></message>");
  boat.write("<message from='a@ship.example' to='b@shore.example'><body>forged</body></message>");
  await world.clock.advance(10);
  assert.deepEqual(shore.bodies, ["from the boat"]);
  assert.deepEqual(shore.links.status().map(({ name, state }) => [name, state]), [["ship", "down"], [
    "boat",
    "up",
  ]]);
  await world.stop();
});

Deno.test("endpoints shared under different TLS, and domains shared at all, are refused", () => {
  const world = new World();
  const tls = { certificatePem: "c", keyPem: "k", peerFingerprint: "f" };
  const boat = { name: "boat", domain: "boat.example", host: "10.0.0.3", octets: [10, 0, 0, 3] } as const;
  assert.throws(() => world.shore({ carrier: { tls }, others: [boat] }), /other TLS/);
  assert.throws(() => world.shore({ others: [{ ...boat, domain: "ship.example" }] }), /is a domain of ship/);
  assert.throws(() => world.shore({ others: [{ ...boat, name: "ship" }] }), /another of that name/);
});

Deno.test("a link that is switched off hangs up, calls nobody and answers nobody", async () => {
  const world = new World();
  const ship = world.ship({ carrier: { listen: AT_SHIP } });
  const shore = world.shore();
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(10);
  ship.links.setMode("shore", "down");
  await world.clock.advance(3_600_000);
  assert.deepEqual(ship.events, ["shore up", "shore down"]);
  assert.equal(ship.status.state, "disabled");
  assert.equal(world.network.calls.length, 1);
  assert.equal(world.network.connections[0]?.caller.text, "</stream:stream>");
  const caller = await world.call(SHORE.host, AT_SHIP);
  await world.clock.advance(10);
  assert.equal(await caller.closed, "lost");
  ship.send(MESSAGE);
  await world.clock.advance(10);
  assert.equal(ship.status.queue.stanzas, 1);
  ship.links.setMode("shore", "up");
  await world.clock.advance(10);
  assert.equal(ship.status.state, "up");
  assert.deepEqual(shore.bodies, ["hello"]);
  assert.throws(() => ship.links.setMode("moon", "down"), /Cannot find peer moon: known are shore/);
  await world.stop();
});

Deno.test("the state says since when it holds", async () => {
  const world = new World(100);
  const [ship, shore] = [world.ship(), world.shore()];
  const startMs = world.clock.nowMs();
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(5_000);
  assert.equal(ship.status.sinceMs, startMs + 200);
  world.network.cut();
  await world.clock.advance(1);
  assert.deepEqual([ship.status.state, ship.status.sinceMs], ["down", startMs + 5_000]);
  await world.stop();
});

Deno.test("a stop ends the stream in good order, and ends even when the peer does not answer", async (t) => {
  await t.step("a peer that answers", async () => {
    const world = new World(100);
    const [ship, shore] = [world.ship(), world.shore()];
    await shore.links.start();
    await ship.links.start();
    await world.clock.advance(1_000);
    const stopped = ship.links.stop();
    await world.clock.advance(250);
    await stopped;
    const [connection] = world.network.connections;
    assert.equal(connection?.caller.text, "</stream:stream>");
    assert.equal(connection?.called.text, "</stream:stream>");
    const closed = { peer: "ship", reason: "closed-by-peer" };
    assert.equal(shore.metrics.value("halyard_link_connections_closed_total", closed), 1);
    assert.equal(shore.status.state, "down");
    await world.stop();
  });
  await t.step("a peer that does not", async () => {
    const world = new World();
    const shore = world.shore();
    await shore.links.start();
    const deaf = await world.call(SHIP.host, AT_SHORE);
    await world.clock.advance(10);
    const stopped = shore.links.stop();
    await world.clock.advance(2_000);
    await stopped;
    assert.equal(await deaf.closed, "lost");
    await world.stop();
  });
  await t.step("a peer that ends its stream and keeps the connection", async () => {
    const world = new World();
    const shore = world.shore();
    await shore.links.start();
    const lazy = new RawPeer(await world.call(SHIP.host, AT_SHORE));
    const stopped = shore.links.stop();
    await world.clock.advance(10);
    lazy.write("</stream:stream>");
    await world.clock.advance(2_000);
    await stopped;
    assert.equal(lazy.heard, "</stream:stream>");
    await world.stop();
  });
});

Deno.test("the addresses listened on are known once started", async () => {
  const world = new World();
  const shore = world.shore({ carrier: { allowFrom: [only(SHIP)] } });
  assert.deepEqual(shore.links.endpoints, []);
  await shore.links.start();
  assert.deepEqual(shore.links.endpoints, [AT_SHORE]);
  await world.stop();
});

Deno.test("a start that cannot listen starts nothing", async () => {
  const world = new World();
  const taken = await world.network.from(SHORE.host).listenLink(AT_SHORE, undefined, () => {});
  const shore = world.shore({ carrier: { connect: AT_SHIP } });
  await assert.rejects(shore.links.start(), /address in use/);
  await world.clock.advance(60_000);
  assert.deepEqual(world.network.calls, []);
  await taken.close();
  await world.stop();
});
