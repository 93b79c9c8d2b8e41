import assert from "node:assert/strict";
import { HfWorld, type HfWorldOptions, type Side } from "../bench/hf_world.ts";
import { Scratch } from "../support/config.ts";
import { Talk } from "./talk.ts";

const SIDES = ["ship", "shore"] as const;
const PROFILES: readonly HfWorldOptions[] = [
  { profile: "halyard" },
  { profile: "xep-0361", carrier: "          confirmation: client" },
];

async function talkOver(
  options: HfWorldOptions,
  between: (hf: HfWorld, talk: Talk) => Promise<void>,
): Promise<Talk> {
  await using scratch = new Scratch();
  await using hf = await HfWorld.start({ ...options, folder: scratch.path });
  const talk = await Talk.begin(hf);
  talk.say("ship", 12);
  talk.say("shore", 12);
  await hf.world.clock.advance(9_000);
  await between(hf, talk);
  talk.say("ship", 3);
  talk.say("shore", 3);
  await talk.proveExactlyOnce();
  return talk;
}

async function restart(hf: HfWorld, talk: Talk, side: Side): Promise<void> {
  await hf.world.restart(side);
  await talk.login(side);
}

for (const options of PROFILES) {
  for (const side of SIDES) {
    Deno.test(`${options.profile}: the ${side} restarts while both speak; nothing is lost or repeated`, async () => {
      await talkOver(options, (hf, talk) => restart(hf, talk, side));
    });

    Deno.test(`${options.profile}: the SIS server of the ${side} is away for ten minutes; nothing is lost or repeated`, async () => {
      await talkOver(options, async (hf) => {
        await hf.sis(side).stop();
        await hf.world.clock.advance(600_000);
        await hf.sis(side).start();
      });
    });
  }
}

Deno.test("halyard: both restart at once, and one of them again and again", async () => {
  await talkOver({}, async (hf, talk) => {
    for (const side of SIDES) await restart(hf, talk, side);
    for (let round = 0; round < 5; round++) {
      talk.say("ship", 2);
      talk.say("shore", 2);
      await hf.world.clock.advance(7_000);
      await restart(hf, talk, "ship");
    }
  });
});

for (const confirmation of ["node", "client"]) {
  Deno.test(`halyard: a crash between the confirmation of the ${confirmation} and the disk loses nothing`, async () => {
    await using scratch = new Scratch();
    const carrier = `          confirmation: ${confirmation}`;
    await using hf = await HfWorld.start({ folder: scratch.path, carrier });
    const talk = new Talk(hf);
    const romeo = await talk.login("ship");
    await hf.world.clock.advance(120_000);
    // Juliet is away: what comes for her is on disk ashore, or nowhere.
    for (let n = 0; n < 3; n++) {
      await hf.keep("shore");
      const arrived = hf.sis("shore").node.counts.arrived;
      romeo.send(hf.message("ship", `away ${n}`));
      const before = hf.sis("ship").node.counts.settled.delivered;
      await hf.world.clock.until(() => hf.sis("ship").node.counts.settled.delivered > before, 60_000);
      await hf.crash("shore");
      await hf.world.clock.advance(180_000);
      assert(hf.sis("shore").node.counts.arrived >= arrived + 2, "it came once more");
    }
    const juliet = await talk.login("shore");
    await hf.world.clock.advance(10_000);
    assert.deepEqual(hf.bodies(juliet), ["away 0", "away 1", "away 2"]);
  });
}

Deno.test("halyard: what was sent before the other side has ever run arrives when it does, without another word", async () => {
  await using scratch = new Scratch();
  await using hf = await HfWorld.start({ folder: scratch.path });
  const talk = new Talk(hf);
  await hf.keep("shore");
  const romeo = await talk.login("ship");
  romeo.send(hf.message("ship", "early"));
  await hf.world.clock.advance(60_000);
  await hf.crash("shore");
  const juliet = await talk.login("shore");
  await hf.world.clock.advance(60_000);
  assert.deepEqual(hf.bodies(juliet), ["early"]);
});
