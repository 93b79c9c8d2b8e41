import assert from "node:assert/strict";
import { RawPeer } from "./testing/network.ts";
import { SHORE, type SideChanges, World } from "./testing/world.ts";

const SHOW = "<presence><show>away</show></presence>";
const TRUSTS: SideChanges = { peer: { trustsAfterBreak: true } };
const RETRY_MS = 10_000;

for (const [how, changes, crossings] of [["ask", {}, 2], ["trust", TRUSTS, 1]] as const) {
  Deno.test(`after_break: ${how}: what was told before a break crosses ${crossings} times when it is said again`, async () => {
    const world = new World();
    let resumed = 0;
    const [ship, shore] = [world.ship({ ...changes, onResumed: () => resumed++ }), world.shore(changes)];
    await shore.links.start();
    await ship.links.start();
    await world.clock.advance(10);
    assert.equal(resumed, 0, "since the start nothing is known");
    for (let life = 0; life < 2; life++) {
      ship.send(SHOW);
      await world.clock.advance(10);
      // It shows that it is there: what was sent before has arrived.
      shore.send("<message><body>Ay</body></message>");
      await world.clock.advance(10);
      world.network.cut();
      world.network.isUp = true;
      await world.clock.advance(RETRY_MS);
    }
    assert.deepEqual(ship.events, ["shore up", "shore down", "shore up", "shore down", "shore up"]);
    assert.equal(resumed, how === "trust" ? 2 : 0);
    assert.equal(shore.routed.length, crossings);
    await world.stop();
  });
}

Deno.test("after_break: trust: what may not have arrived, and goes back to the queue, goes again", async () => {
  const world = new World();
  const peers: RawPeer[] = [];
  const at = { host: SHORE.host, port: 5270 };
  await world.network.from(SHORE.host).listenLink(at, undefined, (transport) => {
    peers.push(new RawPeer(transport));
  });
  const ship = world.ship(TRUSTS);
  await ship.links.start();
  await world.clock.advance(10);
  ship.send(SHOW);
  await world.clock.advance(10);
  // Nobody has ever shown that he is there.
  for (let life = 0; life < 2; life++) {
    world.network.cut();
    world.network.isUp = true;
    await world.clock.advance(RETRY_MS);
  }
  await world.stop();
  assert.deepEqual(peers.slice(0, 2).map(({ heard }) => heard.includes("<show>away</show>")), [true, true]);
});
