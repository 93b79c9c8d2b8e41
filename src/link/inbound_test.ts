import assert from "node:assert/strict";
import { RawPeer } from "./testing/network.ts";
import { SHIP, SHORE, World } from "./testing/world.ts";

for (const [what, name] of [["an unknown name", "foo"], ["a foreign namespace", "message xmlns='urn:x'"]]) {
  Deno.test(`in profile halyard what is no stanza is dropped and counted, and what follows is taken: ${what}`, async () => {
    const world = new World();
    const shore = world.shore({ peer: { profile: "halyard" } });
    await shore.links.start();
    const peer = new RawPeer(await world.call(SHIP.host, { host: SHORE.host, port: 5270 }));
    const addresses = "from='a@ship.example' to='b@shore.example'";
    const text = `<${name} ${addresses}/><message ${addresses}><body>good</body></message>`;
    const frame = [0xe2, 1, 0, 1, 2, 3, 4, 1, ...new TextEncoder().encode(text)];
    // The length is a varint of two octets.
    peer.writeBytes(Uint8Array.of(frame.length % 128 + 128, Math.floor(frame.length / 128), ...frame));
    await world.clock.advance(10);
    assert.deepEqual(shore.bodies, ["good"]);
    assert.equal(shore.status.refused, 1);
    assert.deepEqual(shore.log.lines.map(({ event, fields }) => [event, fields.condition]), [
      ["link stanza refused", "unsupported-stanza-type"],
    ]);
    assert.equal(peer.hasEnded, false);
    await world.stop();
  });
}
