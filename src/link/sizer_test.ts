import assert from "node:assert/strict";
import { writeXml } from "../xml/mod.ts";
import { sizerOf } from "./sizer.ts";
import { stanza } from "./testing/stanzas.ts";
import { World } from "./testing/world.ts";

const KEY = new Uint8Array(32).fill(7);

for (const mode of ["sign", "seal"] as const) {
  Deno.test(`what a sizer foretells of an authenticated link is what it carries: ${mode}`, async () => {
    const world = new World();
    const peer = {
      profile: "halyard",
      compression: "none",
      shorten: false,
      auth: { mode, key: KEY },
    } as const;
    const [ship, shore] = [world.ship({ peer }), world.shore({ peer })];
    await shore.links.start();
    await ship.links.start();
    const carried = async (xml: string) => {
      const before = ship.status.bytes.linkOut;
      ship.send(xml);
      await world.clock.advance(1_000);
      return ship.status.bytes.linkOut - before;
    };
    await carried("<message id='0'><body>the first opens the flow</body></message>");
    const sizer = sizerOf(peer, {});
    for (const body of ["one", "x".repeat(300)]) {
      const xml = `<message id='1'><body>${body}</body></message>`;
      assert.equal(await carried(xml), await sizer.next(stanza(xml).element));
    }
    assert.equal(shore.bodies.length, 3);
    await world.stop();
  });
}

Deno.test("a sizer says from what it starts", async () => {
  const [halyard, stream] = [
    { profile: "halyard", compression: "deflate", shorten: true } as const,
    { profile: "xep-0361", compression: "deflate", shorten: true } as const,
  ];
  assert.equal(sizerOf(halyard, {}).state, "nothing sent yet");
  assert.equal(sizerOf({ ...stream, compression: "none" }, {}).state, "no compression");
  const xml = "<message id='1'><body>The pilot comes at four</body></message>";
  const { element } = stanza(xml);
  const [cold, warm] = [sizerOf(stream, {}), sizerOf(stream, { recentXml: writeXml(element) })];
  assert.deepEqual([cold.state, warm.state], ["nothing sent yet", "the last that was sent"]);
  const [coldBytes, warmBytes] = [await cold.next(element), await warm.next(element)];
  assert.ok(warmBytes < coldBytes / 3, `${warmBytes} of ${coldBytes}`);
  assert.equal(await sizerOf({ ...stream, compression: "none" }, {}).next(element), writeXml(element).length);
});
