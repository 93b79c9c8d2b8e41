import { HfWorld, type HfWorldOptions } from "../bench/hf_world.ts";
import { Dice } from "../support/dice.ts";
import { Scratch } from "../support/config.ts";
import { Talk } from "./talk.ts";

const SIDES = ["ship", "shore"] as const;
const MINUTE_MS = 60_000;
const EVENTS = 60;

const RUNS: readonly (HfWorldOptions & { readonly seed: number })[] = [
  { seed: 1, profile: "halyard" },
  { seed: 2, profile: "halyard", modem: { rateBps: 300 } },
  {
    seed: 3,
    profile: "halyard",
    modem: { rateBps: 2_400, interleaver: "long" },
    key: new Uint8Array(32).fill(7),
  },
  { seed: 4, profile: "halyard", carrier: "          confirmation: client" },
  { seed: 5, profile: "xep-0361", carrier: "          confirmation: client" },
  { seed: 6, profile: "xep-0361", carrier: "          confirmation: client", modem: { rateBps: 600 } },
  // Confirmations that a restart loses: without a memory on disk some come twice.
  { seed: 117, profile: "xep-0361", carrier: "          confirmation: client", modem: { rateBps: 600 } },
  { seed: 127, profile: "xep-0361", carrier: "          confirmation: client", modem: { rateBps: 600 } },
];

/** Something happens: mostly somebody speaks. */
async function happen(hf: HfWorld, talk: Talk, dice: Dice): Promise<void> {
  const side = dice.between(1, 2) === 1 ? "ship" : "shore";
  switch (dice.between(1, 12)) {
    case 1:
      return hf.net.channel.cut();
    case 2:
    case 3:
      return hf.net.channel.mend();
    case 4:
      await hf.world.restart(side);
      await talk.login(side);
      return;
    case 5:
      return hf.sis(side).faults.close();
    case 6:
      await hf.sis(side).stop();
      await hf.world.clock.advance(dice.between(1, 20) * MINUTE_MS);
      return await hf.sis(side).start();
    default:
      return talk.say(side, dice.between(1, 8));
  }
}

for (const { seed, ...options } of RUNS) {
  const { profile, modem, key } = options;
  const what = `${profile} at ${modem?.rateBps ?? 1_200} bit/s${key === undefined ? "" : ", sealed"}`;
  Deno.test(`${what}: a day of outages, fading and restarts; nothing is lost or repeated (seed ${seed})`, async () => {
    await using scratch = new Scratch();
    const fading = { lossRatio: 0.08, burstBlocks: 4 };
    await using hf = await HfWorld.start({ ...options, fading, seed, folder: scratch.path });
    const talk = await Talk.begin(hf);
    const dice = new Dice(seed);
    for (let event = 0; event < EVENTS; event++) {
      await happen(hf, talk, dice);
      await hf.world.clock.advance(dice.between(1, 45) * MINUTE_MS / (dice.between(1, 3) === 1 ? 1 : 60));
    }
    hf.net.channel.mend();
    for (const side of SIDES) talk.say(side);
    if (profile === "halyard") await talk.proveExactlyOnce();
    else await talk.proveOnce();
  });
}
