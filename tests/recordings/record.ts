import { print } from "../support/print.ts";
import { transcriptOf, transcriptPath } from "./fates.ts";
import { GAJIM } from "./gajim.ts";
import { POEZIO } from "./poezio.ts";
import { PROFANITY } from "./profanity.ts";
import { record, type Scenario } from "./recording.ts";
import { SLIXMPP } from "./slixmpp.ts";

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  profanity: PROFANITY,
  slixmpp: SLIXMPP,
  poezio: POEZIO,
  gajim: GAJIM,
};

const names = Deno.args.length > 0 ? Deno.args : Object.keys(SCENARIOS);
for (const name of names) {
  const scenario = SCENARIOS[name];
  if (scenario === undefined) {
    throw new Error(`Cannot record ${name}: known are ${Object.keys(SCENARIOS).join(", ")}`);
  }
  print(`${name}: ${await record(name, scenario)} stanzas\n`);
  await Deno.writeTextFile(transcriptPath(name), transcriptOf(name));
}
