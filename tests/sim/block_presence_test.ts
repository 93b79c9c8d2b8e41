import assert from "node:assert/strict";
import { item } from "../../src/storage/testing/support.ts";
import { HfWorld } from "../bench/hf_world.ts";

const MINUTE_MS = 60_000;
const FLAPS = 100;

Deno.test("another vendor behind a STANAG 5066 node is spared the flaps of presence too, and knows the last state", async () => {
  await using hf = await HfWorld.start({ profile: "xep-0361" });
  hf.world.storage("ship").rosters.put("romeo", item("juliet@shore.example", { subscription: "both" }));
  hf.world.storage("shore").rosters.put("juliet", item("romeo@ship.example", { subscription: "both" }));
  const [romeo, juliet] = [await hf.login("ship", "deck"), await hf.login("shore", "home")];
  for (const client of [romeo, juliet]) client.send("<presence/>");
  await hf.world.clock.advance(30 * MINUTE_MS);
  const before = hf.status("ship").stanzas.out;
  for (let n = 1; n <= FLAPS; n++) {
    romeo.send(`<presence><show>${n % 2 === 0 ? "away" : "dnd"}</show></presence>`);
    await hf.world.clock.advance(MINUTE_MS / FLAPS);
  }
  await hf.world.clock.advance(30 * MINUTE_MS);
  const crossed = hf.status("ship").stanzas.out - before;
  assert(crossed >= 1 && crossed <= 3, `${crossed} stanzas`);
  const shown = juliet.inbox.filter(({ name, attrs }) =>
    name === "presence" && attrs.from === "romeo@ship.example/deck"
  );
  assert.equal(shown.at(-1)?.getChildText("show"), "away");
});
