import assert from "node:assert/strict";
import { World } from "./testing/world.ts";

Deno.test("what waits for a peer that was renamed or removed goes where its address leads now", async () => {
  const world = new World();
  const ship = world.ship();
  ship.store.add(
    "an-old-name",
    "<message id='m1' from='romeo@ship.example' to='juliet@shore.example'><body>kept</body></message>",
    0,
  );
  await ship.links.start();
  assert.deepEqual(ship.store.peers().filter((name) => name === "an-old-name"), []);
  assert.ok(ship.routed.some(({ id }) => id === "m1"));
  await world.stop();
});
