import assert from "node:assert/strict";
import { RawPeer } from "./testing/network.ts";
import { SHIP, SHORE, World } from "./testing/world.ts";

const AT_SHORE = { host: SHORE.host, port: 5270 };
const KEY = new Uint8Array(32).fill(7);
const GUARDED = { peer: { profile: "halyard", auth: { mode: "seal", key: KEY } } } as const;

/** A ship and a shore with a key, joined. */
async function joined() {
  const world = new World();
  const [shore, ship] = [world.shore(GUARDED), world.ship(GUARDED)];
  await Promise.all([shore.links.start(), ship.links.start()]);
  ship.send("<message><body>ahoy</body></message>");
  await world.clock.advance(40_000);
  assert.deepEqual(shore.bodies, ["ahoy"]);
  return { world, shore, ship };
}

/** What somebody without the key may say who calls from the peer's address. */
const WORDS: readonly (readonly [what: string, octets: readonly number[]])[] = [
  ["nothing", []],
  ["half a frame", [0x05, 0x41]],
  ["a plain frame", [0x01, 0x80]],
  ["nonsense", [0xff, 0xff, 0xff, 0xff]],
  ["a forged frame", [0x14, 0x52, 0, 0x7b, 0, 0, 0, ...Array<number>(14).fill(9)]],
];

for (const [what, octets] of WORDS) {
  Deno.test(`under auth the link outlasts callers from the peer's address who say ${what}`, async () => {
    const { world, shore, ship } = await joined();
    for (let n = 0; n < 30; n++) {
      const stranger = new RawPeer(await world.call(SHIP.host, AT_SHORE));
      if (octets.length > 0) stranger.writeBytes(Uint8Array.from(octets));
      await world.clock.advance(10);
      shore.send(`<message><body>${n}</body></message>`);
      await world.clock.advance(10);
      assert.equal(ship.bodies.length, n + 1, "the link in use was not left");
    }
    assert.equal(
      ship.metrics.value("halyard_link_connections_closed_total", { peer: "shore", reason: "lost" }),
      0,
    );
    assert.equal(shore.status.state, "up");
    assert.equal(shore.status.trouble, undefined, "the link itself is well");
    await world.clock.advance(120_000);
    assert.equal(shore.status.state, "up");
    await world.stop();
  });
}

Deno.test("under auth a peer that calls anew is known by its answer, though it has nothing to say", async () => {
  const { world, shore, ship } = await joined();
  // The shore does not hear of it.
  ship.crash(true);
  const again = world.ship(GUARDED);
  await again.links.start();
  await world.clock.advance(1_000);
  shore.send("<message><body>aye</body></message>");
  await world.clock.advance(1_000);
  assert.deepEqual(again.bodies, ["aye"]);
  await world.stop();
});
