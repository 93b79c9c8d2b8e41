import assert from "node:assert/strict";
import { seededRandom } from "../../src/base/mod.ts";
import { HfWorld, type HfWorldOptions } from "../bench/hf_world.ts";
import { Talk } from "./talk.ts";

const MINUTE_MS = 60_000;
const CLIENT = "          confirmation: client";
const PROFILES: readonly HfWorldOptions[] = [{ profile: "halyard" }, { profile: "xep-0361" }];

for (const options of PROFILES) {
  const { profile } = options;

  Deno.test(`${profile}: a link that is receive-only puts nothing on the air; what waits leaves when it may`, async () => {
    await using hf = await HfWorld.start(options);
    const talk = await Talk.begin(hf);
    hf.world.server("ship").links.setMode("shore", "quiet");
    await hf.world.clock.advance(MINUTE_MS);
    hf.net.channel.resetCounts();
    talk.say("ship", 5);
    talk.client("ship").send("<presence><show>dnd</show></presence>");
    await hf.world.clock.advance(60 * MINUTE_MS);
    assert.equal(hf.net.channel.counts.transmissions, 0);
    assert.equal(hf.status("ship").state, "quiet");
    assert.equal(hf.status("ship").queue.stanzas >= 5, true);
    hf.world.server("ship").links.setMode("shore", "up");
    await talk.proveExactlyOnce();
  });

  Deno.test(`${profile}: who is receive-only takes what comes, and only the node answers`, async () => {
    await using hf = await HfWorld.start(options);
    const talk = await Talk.begin(hf);
    hf.world.server("ship").links.setMode("shore", "quiet");
    const submitted = hf.sis("ship").node.counts.submitted;
    talk.say("shore", 8);
    await talk.settle(10 * MINUTE_MS);
    assert.equal(hf.sis("ship").node.counts.submitted, submitted, "not a U_PDU of ours");
    talk.say("ship");
    hf.world.server("ship").links.setMode("shore", "up");
    await talk.proveExactlyOnce();
  });

  for (const mode of ["quiet", "down"] as const) {
    Deno.test(`${profile}: what the node has not sent yet is taken back when a link becomes ${mode}`, async () => {
      await using hf = await HfWorld.start({ ...options, carrier: CLIENT, modem: { rateBps: 300 } });
      const talk = await Talk.begin(hf);
      const random = seededRandom(5);
      // While the shore holds the channel, what the ship says waits at its node.
      for (let n = 0; n < 8; n++) talk.say("shore", 1, ` ${random.bytes(300).toBase64()}`);
      await hf.world.clock.advance(20_000);
      talk.say("ship", 10);
      await hf.world.clock.advance(5_000);
      assert((hf.status("ship").unacknowledged ?? 0) > 0, "the node has it");
      hf.world.server("ship").links.setMode("shore", mode);
      await hf.world.clock.advance(60 * MINUTE_MS);
      assert.deepEqual(talk.heard("shore"), [], "it has not left");
      hf.world.server("ship").links.setMode("shore", "up");
      if (profile === "halyard") await talk.proveExactlyOnce();
      else await talk.proveOnce();
    });
  }

  Deno.test(`${profile}: a link that is down takes nothing and sends nothing, and goes on where it was`, async () => {
    await using hf = await HfWorld.start({ ...options, carrier: profile === "halyard" ? "" : CLIENT });
    const talk = await Talk.begin(hf);
    talk.say("ship", 2);
    await talk.settle();
    hf.world.server("shore").links.setMode("ship", "down");
    talk.say("ship", 3);
    talk.say("shore", 3);
    await hf.world.clock.advance(30 * MINUTE_MS);
    assert.equal(talk.missing, profile === "halyard" ? 6 : talk.missing);
    assert.equal(hf.status("shore").state, "disabled");
    hf.world.server("shore").links.setMode("ship", "up");
    if (profile === "halyard") return await talk.proveExactlyOnce();
    // The SAP is bound, so the node has confirmed what nobody took: the profile cannot know.
    await hf.world.clock.advance(10 * MINUTE_MS);
    assert.equal(talk.heard("ship").length, 3);
  });
}

Deno.test("presence that a rule holds makes no soft link; it goes with the next message, or when it has waited", async () => {
  const rules = "[{ match: { kind: presence }, hold: 30m }]";
  await using hf = await HfWorld.start({ rules });
  const talk = await Talk.begin(hf);
  talk.say("ship");
  talk.say("shore");
  await talk.settle();
  await hf.world.clock.advance(5 * MINUTE_MS);
  hf.net.channel.resetCounts();
  const directed = (show: string) =>
    talk.client("ship").send(`<presence to='juliet@shore.example'><show>${show}</show></presence>`);
  const shows = () =>
    talk.client("shore").inbox.flatMap((one) => one.name === "presence" ? [one.getChildText("show")] : []);
  for (const show of ["away", "xa", "dnd"]) {
    directed(show);
    await hf.world.clock.advance(5 * MINUTE_MS);
  }
  assert.equal(hf.net.channel.counts.transmissions, 0, "it may wait");
  talk.say("ship");
  await hf.world.clock.advance(MINUTE_MS);
  assert.deepEqual(shows().filter((show) => show !== null).at(-1), "dnd", "the latest went along");
  await hf.world.clock.advance(5 * MINUTE_MS);
  hf.net.channel.resetCounts();
  directed("away");
  await hf.world.clock.advance(29 * MINUTE_MS);
  assert.equal(hf.net.channel.counts.transmissions, 0);
  await hf.world.clock.advance(3 * MINUTE_MS);
  assert.equal(shows().filter((show) => show !== null).at(-1), "away", "nothing waits for ever");
});
