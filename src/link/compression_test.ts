import assert from "node:assert/strict";
import { RawPeer } from "./testing/network.ts";
import { SHIP, SHORE, type Side, World } from "./testing/world.ts";

const AT_SHORE = { host: SHORE.host, port: 5270 };
const DEFLATE = { peer: { compression: "deflate" } } as const;

function closed(side: Side, peer: string): Record<string, number> {
  const reasons = ["closed-by-peer", "lost", "limit", "stream-error", "internal"];
  const count = (reason: string) =>
    side.metrics.value("halyard_link_connections_closed_total", { peer, reason });
  return Object.fromEntries(
    reasons.map((reason) => [reason, count(reason)]).filter(([, times]) => times !== 0),
  );
}

Deno.test("over deflate everything arrives, batch by batch, and costs less", async () => {
  const world = new World(100);
  const ship = world.ship(DEFLATE);
  const shore = world.shore(DEFLATE);
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(1_000);
  for (let n = 0; n < 50; n++) {
    ship.send(`<message><body>number ${n}</body></message>`);
    shore.send(`<message><body>answer ${n}</body></message>`);
    await world.clock.advance(1_000);
  }
  assert.deepEqual(shore.bodies, [...Array(50).keys()].map((n) => `number ${n}`));
  assert.deepEqual(ship.bodies, [...Array(50).keys()].map((n) => `answer ${n}`));
  const { rawOut, linkOut, rawIn, linkIn } = ship.status.bytes;
  assert.ok(linkOut < rawOut / 3 && linkIn < rawIn / 3, JSON.stringify(ship.status.bytes));
  const there = shore.status.bytes;
  assert.deepEqual([there.rawIn, there.linkIn, there.rawOut, there.linkOut], [
    rawOut,
    linkOut,
    rawIn,
    linkIn,
  ]);
  const written = world.network.connections[0]?.caller.written ?? [];
  assert.equal(linkOut, written.reduce((sum, { length }) => sum + length, 0));
  assert.deepEqual(
    [...written[0] ?? []].slice(0, 2),
    [0x78, 0xda],
    "a zlib header, at its best level, comes first",
  );
  await world.stop();
});

Deno.test("each connection begins a new zlib stream", async () => {
  const world = new World();
  const ship = world.ship(DEFLATE);
  const shore = world.shore(DEFLATE);
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(10);
  ship.send("<message><body>one</body></message>");
  shore.send("<message><body>heard</body></message>");
  await world.clock.advance(10);
  world.network.connections[0]?.cut();
  ship.send("<message><body>two</body></message>");
  await world.clock.advance(10_000);
  assert.deepEqual(shore.bodies, ["one", "two"]);
  await world.stop();
});

Deno.test("a stream under deflate ends in good order", async () => {
  const world = new World();
  const ship = world.ship(DEFLATE);
  const shore = world.shore(DEFLATE);
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(10);
  const stopped = ship.links.stop();
  await world.clock.advance(10);
  await stopped;
  assert.deepEqual(closed(shore, "ship"), { "closed-by-peer": 1 });
  await world.stop();
});

Deno.test("a batch in flight when a compressed connection breaks is sent again", async () => {
  const world = new World();
  const ship = world.ship(DEFLATE);
  const shore = world.shore(DEFLATE);
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(10);
  const [connection] = world.network.connections;
  if (connection === undefined) throw new Error("no connection");
  connection.caller.isHeld = true;
  ship.send("<message><body>one</body></message>");
  await world.clock.advance(10);
  ship.send("<message><body>two</body></message>");
  connection.cut();
  await world.clock.advance(10_000);
  assert.deepEqual(shore.bodies, ["one", "two"]);
  await world.stop();
});

Deno.test("what is wrong under deflate ends the connection and says so", async (t) => {
  const huge = "<message from='a@ship.example' to='b@shore.example'><body>" + "x".repeat(8_000_000);
  const rows: readonly (readonly [name: string, bytes: Uint8Array, complaint: string])[] = [
    ["XML from a peer that does not compress", encoded("<message from='a@ship.example'/>"), "Cannot inflate"],
    ["XML that is not well-formed", await deflated(encoded("<message></iq>")), "not-well-formed"],
    ["a stanza of megabytes in a few bytes", await deflated(encoded(huge)), "policy-violation"],
  ];
  for (const [name, bytes, complaint] of rows) {
    await t.step(name, async () => {
      const world = new World();
      const shore = world.shore(DEFLATE);
      await shore.links.start();
      const peer = new RawPeer(await world.call(SHIP.host, AT_SHORE));
      peer.writeBytes(bytes);
      await world.clock.advance(60_000);
      assert.deepEqual(closed(shore, "ship"), { "stream-error": 1 });
      assert.deepEqual(
        shore.log.lines.map(({ fields }) => fields.condition ?? String(fields.error).split(":")[0]),
        [complaint],
      );
      assert.deepEqual([shore.status.state, shore.bodies], ["down", []]);
      await world.stop();
    });
  }
});

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
