import assert from "node:assert/strict";
import { RawPeer } from "./testing/network.ts";
import { SHIP, SHORE, World } from "./testing/world.ts";

const AT_SHORE = { host: SHORE.host, port: 5270 };

/** What a far side does after it has taken the message of a ship, and whether the message is sent again then. */
type Row = readonly [name: string, act: (peer: RawPeer, world: World) => Promise<void>, isSentAgain: boolean];

const ROWS: readonly Row[] = [
  ["breaks at once", () => Promise.resolve(), true],
  ["breaks within a minute", (_peer, world) => world.clock.advance(59_000), true],
  ["breaks later", (_peer, world) => world.clock.advance(60_000), false],
  ["finishes without a word", (peer, world) => {
    peer.close();
    return world.clock.advance(10);
  }, true],
  ["sends a stanza and breaks", (peer, world) => {
    peer.write("<message from='juliet@shore.example' to='romeo@ship.example'/>");
    return world.clock.advance(10);
  }, false],
  ["sends nonsense", (peer, world) => {
    peer.write("HTTP/1.1 400 Bad Request");
    return world.clock.advance(10);
  }, true],
  ["ends its stream in good order", (peer, world) => {
    peer.write("</stream:stream>");
    return world.clock.advance(10);
  }, false],
  ["ends its stream with an error", (peer, world) => {
    peer.write("<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>");
    return world.clock.advance(10);
  }, false],
];

Deno.test("what was sent to somebody who never showed that he is there is sent again", async (t) => {
  for (const [name, act, isSentAgain] of ROWS) {
    await t.step(`it ${name}`, async () => {
      const world = new World();
      const taken: RawPeer[] = [];
      const hole = await world.network.from(SHORE.host).listenLink(AT_SHORE, undefined, (transport) => {
        taken.push(new RawPeer(transport));
      });
      const ship = world.ship();
      await ship.links.start();
      await world.clock.advance(10);
      ship.send("<message><body>one</body></message>");
      await world.clock.advance(10);
      const [peer] = taken;
      if (peer === undefined) throw new Error("nobody called");
      assert.match(peer.heard, /<body>one/);
      assert.equal(ship.status.queue.stanzas, 0);
      await act(peer, world);
      peer.transport.abort("lost");
      await hole.close();
      await world.clock.advance(10);
      assert.equal(ship.status.queue.stanzas, isSentAgain ? 1 : 0);
      assert.equal(ship.store.rows.length, isSentAgain ? 1 : 0);
      const shore = world.shore();
      await shore.links.start();
      await world.clock.advance(120_000);
      assert.deepEqual(shore.bodies, isSentAgain ? ["one"] : []);
      assert.deepEqual(ship.store.rows, []);
      await world.stop();
    });
  }
});

Deno.test("no more is sent than can go back, and it goes back in its order, before what waits", async () => {
  const world = new World();
  const hole = await world.network.from(SHORE.host).listenLink(AT_SHORE, undefined, () => {});
  const ship = world.ship();
  await ship.links.start();
  await world.clock.advance(10);
  for (let n = 0; n < 20; n++) {
    ship.send(`<message><body>${n}</body></message>`);
    await world.clock.advance(10);
  }
  await hole.close();
  world.network.connections[0]?.cut();
  ship.send("<message><body>newer</body></message>");
  await world.clock.advance(10);
  const shore = world.shore();
  await shore.links.start();
  await world.clock.advance(120_000);
  assert.deepEqual(shore.bodies, [...Array.from({ length: 20 }, (_, index) => `${index}`), "newer"]);
  await world.stop();
});

Deno.test("nothing passes what may yet come back from an older connection", async () => {
  const world = new World();
  const shore = world.shore();
  await shore.links.start();
  const older = new RawPeer(await world.call(SHIP.host, AT_SHORE));
  shore.send("<message><body>one</body></message>");
  await world.clock.advance(10);
  // It has no more to say, but it still reads: the connection is being closed, and not yet over.
  older.close();
  const [connection] = world.network.connections;
  if (connection === undefined) throw new Error("no connection");
  connection.called.isHeld = true;
  const newer = new RawPeer(await world.call(SHIP.host, AT_SHORE));
  shore.send("<message><body>two</body></message>");
  await world.clock.advance(10);
  assert.equal(newer.heard, "");
  await world.clock.advance(30_000);
  assert.deepEqual([...newer.heard.matchAll(/<body>(\w+)/g)].map(([, body]) => body), ["one", "two"]);
  await world.stop();
});

Deno.test("a server that stops keeps what nobody has shown to have taken", async () => {
  const world = new World();
  const deaf: RawPeer[] = [];
  const hole = await world.network.from(SHORE.host).listenLink(AT_SHORE, undefined, (transport) => {
    deaf.push(new RawPeer(transport));
  });
  const ship = world.ship();
  await ship.links.start();
  await world.clock.advance(10);
  ship.send("<message><body>one</body></message>");
  await world.clock.advance(10);
  const stopping = ship.links.stop();
  await world.clock.advance(2_000);
  await stopping;
  assert.equal(ship.store.rows.length, 1);
  await hole.close();
  await world.stop();
});

Deno.test("the far side's stanza also vouches for what was sent before it came", async () => {
  const world = new World();
  const shore = world.shore();
  await shore.links.start();
  const peer = new RawPeer(await world.call(SHIP.host, AT_SHORE));
  shore.send("<message><body>one</body></message>");
  await world.clock.advance(10);
  peer.write("<message from='romeo@ship.example' to='juliet@shore.example'/>");
  await world.clock.advance(10);
  shore.send("<message><body>two</body></message>");
  await world.clock.advance(10);
  peer.transport.abort("lost");
  await world.clock.advance(10);
  assert.equal(shore.status.queue.stanzas, 0);
  await world.stop();
});
