/** Measures the link over HF and prints the figures: `deno task hf`; with `--update` also writes `tests/bench/hf.json`. */
import { print } from "../support/print.ts";
import { measureHf } from "./hf.ts";
import { HF_FILE, printHfFigures, readHfFigures, writeHfFigures } from "./hf_file.ts";

const [measured, committed] = [await measureHf(), await readHfFigures()];
printHfFigures(measured, committed);
if (Deno.args.includes("--update")) {
  await writeHfFigures(measured);
  print(`written to ${HF_FILE}\n`);
}
