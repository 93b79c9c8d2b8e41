/** Measures the air budgets and prints them: `deno task air`; with `--update` also writes `tests/bench/air.json`. */
import { print } from "../support/print.ts";
import { measureBudgets } from "./air_budget.ts";
import { AIR_FILE, readBudgets, writeBudgets } from "./air_file.ts";
import { printAir } from "./air_print.ts";

const measured = await measureBudgets();
await printAir(measured, await readBudgets());
if (Deno.args.includes("--update")) {
  await writeBudgets(measured);
  print(`written to ${AIR_FILE}\n`);
}
