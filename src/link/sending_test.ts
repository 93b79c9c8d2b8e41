import assert from "node:assert/strict";
import type { Side } from "./testing/world.ts";
import { MemoryQueueStore, SHIP, World } from "./testing/world.ts";

function message(body: string, extra = ""): string {
  return `<message><body>${body}</body>${extra}</message>`;
}

/** Ship and shore with an open link. */
async function joined(world: World, ship: Side, shore: Side): Promise<void> {
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(1_000);
  assert.equal(ship.status.state, "up");
}

Deno.test("what is sent while the link is down crosses in order when it comes up", async () => {
  const world = new World();
  const [ship, shore] = [world.ship(), world.shore()];
  await ship.links.start();
  for (const body of ["one", "two", "three"]) ship.send(message(body));
  await world.clock.advance(5_000);
  assert.equal(ship.status.queue.stanzas, 3);
  assert.equal(ship.status.queue.oldestAgeMs, 5_000);
  await shore.links.start();
  await world.clock.advance(60_000);
  assert.deepEqual(shore.bodies, ["one", "two", "three"]);
  assert.deepEqual(ship.status.queue, {
    stanzas: 0,
    sizeBytes: 0,
    byPrecedence: { flash: 0, immediate: 0, priority: 0, routine: 0 },
    oldestAgeMs: undefined,
    airtimeMs: undefined,
  });
  await world.stop();
});

Deno.test("after a cut both sides find each other again and nothing that waited is lost", async () => {
  const world = new World(300);
  const [ship, shore] = [world.ship(), world.shore()];
  await joined(world, ship, shore);
  world.network.cut();
  await world.clock.advance(10_000);
  ship.send(message("from the ship"));
  shore.send(message("from the shore"));
  await world.clock.advance(10_000);
  assert.deepEqual([ship.status.state, shore.status.state], ["down", "down"]);
  world.network.isUp = true;
  await world.clock.advance(120_000);
  assert.deepEqual([ship.bodies, shore.bodies], [["from the shore"], ["from the ship"]]);
  assert.deepEqual(ship.events, ["shore up", "shore down", "shore up"]);
  assert.deepEqual(shore.events, ["ship up", "ship down", "ship up"]);
  await world.stop();
});

Deno.test("stanzas of one turn leave in one batch", async () => {
  const world = new World();
  const [ship, shore] = [world.ship(), world.shore()];
  await joined(world, ship, shore);
  for (let n = 0; n < 5; n++) ship.send(message(`${n}`));
  await world.clock.advance(10);
  assert.equal(world.network.connections[0]?.caller.written.length, 1);
  assert.equal(shore.bodies.length, 5);
  await world.stop();
});

Deno.test("a batch is bounded, but a stanza is never cut", async () => {
  const world = new World();
  const [ship, shore] = [world.ship(), world.shore()];
  await joined(world, ship, shore);
  for (let n = 0; n < 20; n++) ship.send(message("x".repeat(400)));
  ship.send(message("y".repeat(10_000)));
  await world.clock.advance(10);
  const sizes = world.network.connections[0]?.caller.written.map(({ length }) => length) ?? [];
  assert.equal(sizes.length, 4);
  assert.ok(sizes.slice(0, 3).every((sizeBytes) => sizeBytes <= 4_096), sizes.join(", "));
  assert.ok((sizes[0] ?? 0) > 3_500 && (sizes[3] ?? 0) > 10_000, sizes.join(", "));
  assert.equal(shore.bodies.length, 21);
  await world.stop();
});

Deno.test("while the carrier is busy everything waits in the queue, where it can still be folded", async () => {
  const world = new World();
  const [ship, shore] = [world.ship(), world.shore()];
  await joined(world, ship, shore);
  const end = world.network.connections[0]?.caller;
  if (end === undefined) throw new Error("no connection");
  end.isHeld = true;
  ship.send(message("first"));
  await world.clock.advance(10);
  ship.send("<presence><show>away</show></presence>");
  ship.send("<presence><show>xa</show></presence>");
  await world.clock.advance(10);
  assert.equal(end.written.length, 1);
  assert.equal(ship.status.queue.stanzas, 1);
  assert.deepEqual(ship.status.savings.map(({ rule, stanzas }) => [rule, stanzas]), [["superseded", 1]]);
  await world.stop();
});

Deno.test("a batch that the carrier had not taken when the connection broke is sent again, at the head", async () => {
  const world = new World();
  const [ship, shore] = [world.ship(), world.shore()];
  await joined(world, ship, shore);
  const end = world.network.connections[0]?.caller;
  if (end === undefined) throw new Error("no connection");
  end.isHeld = true;
  ship.send(message("one"));
  ship.send(message("two"));
  await world.clock.advance(10);
  ship.send(message("three"));
  assert.equal(ship.status.queue.stanzas, 1);
  world.network.connections[0]?.cut();
  await world.clock.advance(10);
  assert.equal(ship.status.queue.stanzas, 3);
  await world.clock.advance(10_000);
  assert.deepEqual(shore.bodies, ["one", "two", "three"]);
  assert.deepEqual(ship.status.stanzas, { out: 3, in: 0 });
  await world.stop();
});

Deno.test("at a known rate only about a second of air time lies below the queue", async () => {
  const world = new World();
  const ship = world.ship({ carrier: { rateBps: 2_400 } });
  const shore = world.shore();
  await joined(world, ship, shore);
  const startMs = world.clock.monotonicMs();
  for (let n = 0; n < 30; n++) ship.send(message("x".repeat(300)));
  await world.clock.advance(0);
  const written = () => world.network.connections[0]?.caller.written ?? [];
  assert.equal(written().length, 1);
  const waiting = ship.status.queue;
  assert.equal(waiting.airtimeMs, Math.ceil(waiting.sizeBytes * 8_000 / 2_400));
  await world.clock.until(() => written().length === 2, 60_000);
  const firstAirMs = (written()[0]?.length ?? 0) * 8_000 / 2_400;
  assert.equal(world.clock.monotonicMs() - startMs, Math.ceil(firstAirMs - 1_000));
  await world.clock.until(() => shore.bodies.length === 30, 120_000);
  const totalAirMs = ship.status.bytes.linkOut * 8_000 / 2_400;
  assert.ok(world.clock.monotonicMs() - startMs <= totalAirMs, "the carrier never runs dry");
  await world.stop();
});

Deno.test("a message that waited says when it was sent, once", async (t) => {
  const OLD = "<delay xmlns='urn:xmpp:delay' from='shore.example' stamp='2020-01-01T00:00:00Z'/>";
  const stamp = "<delay xmlns='urn:xmpp:delay' from='ship.example' stamp='2026-01-01T00:00:00Z'/>";
  const rows: readonly (readonly [name: string, xml: string, waitMs: number, expected: string])[] = [
    ["it waited long", message("hi"), 10_001, message("hi", stamp)],
    ["it hardly waited", message("hi"), 10_000, message("hi")],
    ["it was stamped before", message("hi", OLD), 60_000, message("hi", OLD)],
    ["presence", "<presence><show>xa</show></presence>", 60_000, "<presence><show>xa</show></presence>"],
    ["an error", "<message type='error'/>", 60_000, "<message type='error'/>"],
  ];
  for (const [name, xml, waitMs, expected] of rows) {
    await t.step(name, async () => {
      const world = new World();
      const ship = world.ship({ carrier: { connect: undefined, listen: { host: SHIP.host, port: 5270 } } });
      const shore = world.shore({ carrier: { connect: { host: SHIP.host, port: 5270 } } });
      await ship.links.start();
      ship.send(xml);
      await world.clock.advance(waitMs);
      await shore.links.start();
      await world.clock.advance(10);
      const text = world.network.connections[0]?.called.text ?? "";
      assert.equal(text.replace(/ (from|to)='(romeo|juliet)[^']*'/g, ""), expected);
      await world.stop();
    });
  }
});

Deno.test("what waits outlives a restart, in order and with its own time", async () => {
  const world = new World();
  const store = new MemoryQueueStore();
  const first = world.ship({ store });
  await first.links.start();
  first.send(message("one"));
  first.send("<presence type='subscribe'/>");
  first.send("<presence/>");
  first.send("<iq type='get' id='1'/>");
  first.send(message("secret", "<no-store xmlns='urn:xmpp:hints'/>"));
  first.send(message("two"));
  assert.deepEqual(store.rows.map(({ xml }) => /^<message|subscribe/.exec(xml)?.[0]), [
    "<message",
    "subscribe",
    "<message",
  ]);
  const stopping = first.links.stop();
  await world.clock.advance(60_000);
  await stopping;
  const second = world.ship({ store });
  const shore = world.shore();
  await joined(world, second, shore);
  assert.deepEqual(shore.bodies, ["one", "<presence/>", "two"]);
  const stamps = shore.routed.map(({ element }) => element.getChild("delay")?.attrs.stamp);
  assert.deepEqual(stamps, ["2026-01-01T00:00:00Z", undefined, "2026-01-01T00:00:00Z"]);
  assert.deepEqual(store.rows, []);
  await world.stop();
});

/** A store that knows how often something was added to it. */
class CountingStore extends MemoryQueueStore {
  added = 0;

  override add(peer: string, xml: string, receivedMs: number): number {
    this.added++;
    return super.add(peer, xml, receivedMs);
  }
}

Deno.test("what leaves in the turn in which it came is never stored", async () => {
  const world = new World();
  const store = new CountingStore();
  const ship = world.ship({ store });
  const shore = world.shore();
  await joined(world, ship, shore);
  ship.send(message("one"));
  ship.send(message("two"));
  await world.clock.advance(10);
  assert.deepEqual([shore.bodies.length, store.added], [2, 0]);
  for (let n = 0; n < 12; n++) ship.send(message("x".repeat(400)));
  assert.ok(store.added > 0, "what exceeds one batch is");
  await world.clock.advance(10);
  assert.deepEqual([shore.bodies.length, store.rows.length], [14, 0]);
  await world.stop();
});

Deno.test("what was handed over but not taken is stored when the connection breaks or the server stops", async () => {
  const world = new World();
  const [ship, shore] = [world.ship(), world.shore()];
  await joined(world, ship, shore);
  const [connection] = world.network.connections;
  if (connection === undefined) throw new Error("no connection");
  connection.caller.isHeld = true;
  ship.send(message("in flight"));
  await world.clock.advance(10);
  assert.deepEqual(ship.store.rows, []);
  const stopping = ship.links.stop();
  await world.clock.advance(5_000);
  await stopping;
  assert.deepEqual(ship.store.rows.map(({ xml }) => /<body>(.*)<\/body>/.exec(xml)?.[1]), ["in flight"]);
  await world.stop();
});

Deno.test("a stored stanza that cannot be read is dropped with a line in the log", async () => {
  const world = new World();
  const store = new MemoryQueueStore();
  store.add("shore", "<message from='a@ship.example' to='b@shore.example'><body>good</body></message>", 0);
  store.add("shore", "<message from='a@ship.example'", 0);
  store.add("shore", "<message from='a@ship.example'/>", 0);
  const ship = world.ship({
    store,
    peer: { queue: { stanzas: 9, sizeBytes: 9_999, ageMs: Infinity, iqAgeMs: 1 } },
  });
  await ship.links.start();
  assert.equal(ship.status.queue.stanzas, 1);
  assert.equal(store.rows.length, 1);
  assert.deepEqual(ship.log.lines.map(({ fields }) => fields.id), [2, 3]);
  await world.stop();
});

Deno.test("an operator's flush empties queue and store", async () => {
  const world = new World();
  const ship = world.ship();
  await ship.links.start();
  ship.send(message("one"));
  ship.send("<presence/>");
  assert.equal(ship.links.flush("shore"), 2);
  assert.deepEqual([ship.status.queue.stanzas, ship.store.rows.length, ship.routed.length], [0, 0, 1]);
  assert.throws(() => ship.links.flush("moon"), /Cannot find peer moon/);
  await world.stop();
});

Deno.test("links take what is addressed to a peer's domain, and nothing else", async () => {
  const world = new World();
  const ship = world.ship();
  ship.send(message("one"));
  assert.throws(() => ship.send("<message to='a@other.example'/>"), /did not take it/);
  assert.throws(() => ship.send("<message to='a@sub.shore.example'/>"), /did not take it/);
  await world.stop();
});
