import assert from "node:assert/strict";
import { HfWorld, type HfWorldOptions } from "../bench/hf_world.ts";
import { Talk } from "./talk.ts";

const HOUR_MS = 3_600_000;
const PROFILES: readonly HfWorldOptions[] = [{ profile: "halyard" }, { profile: "xep-0361" }];

/** Text that does not compress well. */
function noise(sizeBytes: number): string {
  let [state, text] = [1, ""];
  while (text.length < sizeBytes) {
    state = state * 48_271 % 2_147_483_647;
    text += state.toString(36);
  }
  return text.slice(0, sizeBytes);
}

for (const options of PROFILES) {
  Deno.test(`${options.profile}: a message of 60 kB crosses at 300 bit/s, with loss and a break of the bind in it`, async () => {
    const fading = { lossRatio: 0.05, burstBlocks: 3 };
    await using hf = await HfWorld.start({ ...options, modem: { rateBps: 300 }, fading });
    const talk = await Talk.begin(hf);
    talk.say("ship");
    talk.say("ship", 1, ` ${noise(60_000)}`);
    talk.say("ship");
    talk.say("shore", 3);
    await hf.world.clock.advance(10 * 60_000);
    hf.sis("ship").faults.close();
    await talk.settle(6 * HOUR_MS);
    assert.equal(talk.heard("shore")[1]?.length, "ship 1 ".length + 60_000);
    await talk.proveExactlyOnce();
  });

  Deno.test(`${options.profile}: a request at 75 bit/s behind 100 messages is answered, however long it takes`, async () => {
    await using hf = await HfWorld.start({ ...options, modem: { rateBps: 75 } });
    const talk = await Talk.begin(hf);
    await hf.world.clock.advance(20 * 60_000);
    talk.say("ship", 100);
    const romeo = talk.client("ship");
    const startMs = hf.nowMs;
    romeo.send("<iq type='get' id='v' to='shore.example'><query xmlns='jabber:iq:version'/></iq>");
    // The client is not kept waiting with what else it does.
    romeo.send("<iq type='get' id='p' to='ship.example'><ping xmlns='urn:xmpp:ping'/></iq>");
    const answer = (id: string) => romeo.inbox.find(({ name, attrs }) => name === "iq" && attrs.id === id);
    await hf.world.clock.until(() => answer("p") !== undefined, 1_000);
    await hf.world.clock.until(() => answer("v") !== undefined, 6 * HOUR_MS);
    assert(hf.nowMs - startMs > 60_000, `it took ${hf.nowMs - startMs} ms`);
    assert.equal(answer("v")?.attrs.type, "result");
    await talk.proveExactlyOnce();
  });
}
