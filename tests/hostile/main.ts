/** The whole siege, 10,000 streams: `deno task hostile [--attacks N] [--seed N]`. */
import { parseArgs } from "node:util";
import { Scratch } from "../support/config.ts";
import { print } from "../support/print.ts";
import { GROWTH_SIZE_BYTES, Siege, table } from "./siege.ts";

const { values } = parseArgs({
  options: { attacks: { type: "string", default: "10000" }, seed: { type: "string", default: "1" } },
});
await using scratch = new Scratch();
const report = await Siege.lay({
  attacks: Number(values.attacks),
  seed: Number(values.seed),
  directory: scratch.path,
});
print(table(report));
for (const wrong of [...report.wrong, ...report.complaints]) print(`WRONG ${wrong}\n`);
const grownSizeBytes = report.residentSizeBytes.peak - report.residentSizeBytes.before;
const isGood = report.wrong.length === 0 && report.complaints.length === 0 &&
  grownSizeBytes < GROWTH_SIZE_BYTES && report.files.after <= report.files.before;
print(isGood ? "the server stood firm\n" : "the server has failed\n");
Deno.exitCode = isGood ? 0 : 1;
