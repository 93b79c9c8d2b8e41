import { print } from "../support/print.ts";
import { ROOT } from "../support/process.ts";
import type { HfFigure, HfFigures } from "./hf.ts";

/** The committed figures, below the root of the checkout. */
export const HF_FILE = "tests/bench/hf.json";

/** The committed figures; none when there is no file yet. */
export async function readHfFigures(): Promise<HfFigures> {
  try {
    return (JSON.parse(await Deno.readTextFile(ROOT + HF_FILE)) as { figures: HfFigures }).figures;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

export async function writeHfFigures(figures: HfFigures): Promise<void> {
  const channel =
    "MIL-STD-188-110A or STANAG 4539, short interleaver, turnaround 2 s; 1,200 bit/s unless said";
  const file = { profile: "halyard", channel, figures };
  await Deno.writeTextFile(ROOT + HF_FILE, `${JSON.stringify(file, null, 2)}\n`);
}

/** Whether `value` is worse than `than`, where less or more is better. */
export function isWorse({ better }: HfFigure, value: number, than: number): boolean {
  return better === "less" ? value > than : value < than;
}

/** Prints all, with their bars and what was committed. */
export function printHfFigures(measured: HfFigures, committed: HfFigures): void {
  for (const [name, { value, unit, better, bar }] of Object.entries(measured)) {
    const promised = bar === undefined ? "" : `${better === "less" ? "at most" : "at least"} ${bar}`;
    const was = committed[name]?.value;
    const before = was === undefined ? "new" : was === value ? "" : `was ${was}`;
    print(`${name.padEnd(78)}${`${value} ${unit}`.padStart(13)}  ${promised.padEnd(14)}${before}\n`);
  }
}
