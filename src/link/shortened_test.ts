import assert from "node:assert/strict";
import { type SideChanges, World } from "./testing/world.ts";

const SHORTENED: SideChanges = { peer: { profile: "halyard", compression: "deflate", shorten: true } };
const IDS = ["c4c1d6a0-93e1-4d2b-8f1e-2b8c9d3e4f50", "0f8fad5b-d9cb-469f-a165-70867728950e"];

Deno.test("what short ids and shortening save is counted apart, for status and metrics", async () => {
  const world = new World();
  const [ship, shore] = [world.ship(SHORTENED), world.shore(SHORTENED)];
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(1_000);
  const sizes: number[] = [];
  for (const id of IDS) {
    const before = ship.status.bytes.rawOut;
    ship.send(
      `<message type='chat' id='${id}'><body>Hi</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`,
    );
    await world.clock.advance(1_000);
    sizes.push(ship.status.bytes.rawOut - before);
  }
  assert.deepEqual(shore.bodies, ["Hi", "Hi"]);
  const [, second] = sizes;
  assert.deepEqual(ship.status.savings, [
    // `shpxxxxx-1` for each of 36 characters, twice in each message.
    { rule: "short-ids", why: "ids of clients crossed as short ones", stanzas: 2, savedBytes: 4 * (36 - 10) },
    // The first is like nothing before it. All that is new in the second is its body: a template's rank, and `Hi`.
    { rule: "shortened", why: "said by what is new in them", stanzas: 1, savedBytes: (second ?? 0) - 3 },
  ]);
  for (const { rule, why, stanzas, savedBytes } of ship.status.savings) {
    const labels = { peer: "shore", rule, why };
    assert.equal(ship.metrics.value("halyard_link_thinned_stanzas_total", labels), stanzas);
    assert.equal(ship.metrics.value("halyard_link_saved_bytes_total", labels), savedBytes);
  }
  await world.stop();
});

Deno.test("a link that is not shortened saves nothing by it", async () => {
  const world = new World();
  const plain: SideChanges = { peer: { profile: "halyard", compression: "deflate" } };
  const [ship, shore] = [world.ship(plain), world.shore(plain)];
  await shore.links.start();
  await ship.links.start();
  for (const id of IDS) ship.send(`<message id='${id}'><body>Hi</body></message>`);
  await world.clock.advance(1_000);
  assert.deepEqual(shore.bodies, ["Hi", "Hi"]);
  assert.deepEqual(ship.status.savings, []);
  await world.stop();
});
