import { print } from "../support/print.ts";
import { POEZIO } from "./poezio.ts";
import { record, type Scenario } from "./recording.ts";

const SCENARIOS: Readonly<Record<string, Scenario>> = { poezio: POEZIO };

const names = Deno.args.length > 0 ? Deno.args : Object.keys(SCENARIOS);
for (const name of names) {
  const scenario = SCENARIOS[name];
  if (scenario === undefined) {
    throw new Error(`Cannot record ${name}: known are ${Object.keys(SCENARIOS).join(", ")}`);
  }
  print(`${name}: ${await record(name, scenario)} stanzas\n`);
}
