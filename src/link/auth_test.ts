import assert from "node:assert/strict";
import { SHIP, SHORE, World } from "./testing/world.ts";

const KEY = new Uint8Array(32).fill(7);
const OTHER_KEY = new Uint8Array(32).fill(8);
type Auth = { readonly mode: "sign" | "seal"; readonly key: Uint8Array } | undefined;

/** A ship that calls a shore, each with its idea of how the link is protected; the ship says ahoy. */
async function meet(shipAuth: Auth, shoreAuth: Auth) {
  const world = new World(100);
  const shore = world.shore({ peer: { profile: "halyard", auth: shoreAuth } });
  const ship = world.ship({ peer: { profile: "halyard", auth: shipAuth } });
  await Promise.all([shore.links.start(), ship.links.start()]);
  ship.send("<message><body>ahoy</body></message>");
  await world.clock.advance(120_000);
  return { world, ship, shore };
}

for (const mode of ["sign", "seal"] as const) {
  Deno.test(`${mode}: with the same key stanzas cross both ways, also after a break`, async () => {
    const { world, ship, shore } = await meet({ mode, key: KEY }, { mode, key: KEY });
    assert.deepEqual(shore.bodies, ["ahoy"]);
    shore.send(
      `<message from='juliet@${SHORE.domain}/home' to='romeo@${SHIP.domain}'><body>aye</body></message>`,
    );
    await world.clock.advance(5_000);
    assert.deepEqual(ship.bodies, ["aye"]);
    world.network.cut();
    world.network.isUp = true;
    ship.send("<message><body>again</body></message>");
    await world.clock.advance(60_000);
    assert.deepEqual(shore.bodies, ["ahoy", "again"]);
    assert.equal(ship.status.trouble, undefined);
    await world.stop();
  });
}

const TROUBLES: readonly (readonly [what: string, ship: Auth, shore: Auth, why: RegExp])[] = [
  ["the keys differ", { mode: "sign", key: OTHER_KEY }, { mode: "sign", key: KEY }, /another key/],
  ["the modes differ", { mode: "seal", key: KEY }, { mode: "sign", key: KEY }, /another `auth: mode`/],
  ["the caller has no key", undefined, { mode: "sign", key: KEY }, /does not authenticate/],
  ["the called one has no key", { mode: "sign", key: KEY }, undefined, /the peer authenticates/],
];

for (const [what, shipAuth, shoreAuth, why] of TROUBLES) {
  Deno.test(`when ${what} nothing is processed; log and status say why, once`, async () => {
    const { world, ship, shore } = await meet(shipAuth, shoreAuth);
    assert.deepEqual(shore.bodies, []);
    assert.match(shore.status.trouble ?? "", why);
    const said = shore.log.lines.filter(({ event }) => event === "link not authentic");
    assert.equal(said.length, 1, "one line, however often the ship calls");
    assert.equal(ship.status.unacknowledged, 1, "what was sent is kept");
    await world.stop();
  });
}
