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

Deno.test("what cannot be read of a peer that was renamed is told and given up, and the server starts", async () => {
  const world = new World();
  const ship = world.ship();
  const good =
    "<message id='m2' from='romeo@ship.example' to='juliet@shore.example'><body>kept</body></message>";
  for (const xml of ["<message", "<message from='@' to='juliet@shore.example'/>", good]) {
    ship.store.add("an-old-name", xml, 0);
  }
  await ship.links.start();
  assert.deepEqual(ship.store.peers().filter((name) => name === "an-old-name"), []);
  assert.deepEqual(ship.routed.map(({ id }) => id), ["m2"]);
  const told = ship.log.lines.filter(({ event }) => event === "stored stanza is unreadable");
  assert.deepEqual(told.map(({ fields }) => fields.peer), ["an-old-name", "an-old-name"]);
  await world.stop();
});

Deno.test("what has left unacknowledged under a name that no peer has is told of at the start", async () => {
  const world = new World();
  const stranded = [{ peer: "an-old-name", stanzas: 3 }, { peer: "shore", stanzas: 1 }];
  const ship = world.ship({ stranded });
  await ship.links.start();
  const told = ship.log.lines.filter(({ event }) => event.startsWith("unacknowledged stanzas"));
  assert.deepEqual(told.map(({ fields }) => fields), [stranded[0]]);
  await world.stop();
});
