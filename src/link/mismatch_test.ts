import assert from "node:assert/strict";
import { RawPeer } from "./testing/network.ts";
import { SHIP, SHORE, World } from "./testing/world.ts";

const AT_SHORE = { host: SHORE.host, port: 5270 };

Deno.test("status says what is wrong with what comes, until something comes that can be read", async () => {
  const world = new World();
  const shore = world.shore({ peer: { profile: "halyard" } });
  await shore.links.start();
  const other = new RawPeer(await world.call(SHIP.host, AT_SHORE));
  other.write(
    `<message from='romeo@ship.example' to='juliet@shore.example'><body>${"x".repeat(99)}</body></message>`,
  );
  await world.clock.advance(10);
  assert.match(shore.status.trouble ?? "", /does not speak profile halyard/);
  await world.clock.advance(60_000);
  assert.match(shore.status.trouble ?? "", /does not speak profile halyard/, "also when that call is over");
  const ship = world.ship({ peer: { profile: "halyard" } });
  await ship.links.start();
  ship.send("<message><body>ahoy</body></message>");
  await world.clock.advance(10);
  assert.deepEqual(shore.bodies, ["ahoy"]);
  assert.equal(shore.status.trouble, undefined);
  await world.stop();
});

Deno.test("in profile xep-0361 the log says when what comes cannot be inflated", async () => {
  const world = new World();
  const shore = world.shore({ peer: { compression: "deflate" } });
  await shore.links.start();
  // A warm opening of profile halyard, with its length.
  new RawPeer(await world.call(SHIP.host, AT_SHORE)).writeBytes(
    Uint8Array.of(7, 0xc0, 1, 44, 0xde, 0xad, 0xbe, 0xef),
  );
  await world.clock.advance(1_000);
  const said = shore.log.lines.filter(({ event }) => event === "link damaged");
  assert.equal(said.length, 1);
  assert.match(String(said[0]?.fields.error), /Cannot inflate/);
  await world.stop();
});
