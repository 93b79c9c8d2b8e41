/**
 * Plays the link engine against itself: `deno task sim --seeds 10000`. Prints failing seeds (`--first`: and stops); `--seed N` replays
 * one run with its whole trace.
 */
import { Duel, playDuel } from "../../src/link/flow/testing/duel.ts";
import { KINDS, type Mishaps, SHORTENED } from "../../src/link/flow/testing/mishaps.ts";
import { print } from "../support/print.ts";

const DEFAULT_STEPS = 400;

function flag(name: string): number | undefined {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? undefined : Number(Deno.args[at + 1]);
}

/** All kinds of link, or those whose name holds what `--kind` says. */
function chosenKinds(): [string, Mishaps][] {
  const at = Deno.args.indexOf("--kind");
  const wanted = at < 0 ? "" : Deno.args[at + 1] ?? "";
  return Object.entries({ ...KINDS, ...SHORTENED }).filter(([kind]) => kind.includes(wanted));
}

function replay(seed: number, steps: number): void {
  for (const [kind, mishaps] of chosenKinds()) {
    const duel = new Duel(seed, mishaps);
    duel.play(steps);
    print(`\n${kind}\n${duel.trace.join("\n")}\n`);
    duel.check();
  }
}

function playAll(seeds: number, steps: number): number {
  let failures = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    for (const [kind, mishaps] of chosenKinds()) {
      try {
        playDuel(seed, mishaps, steps);
      } catch (error) {
        failures++;
        if (Deno.args.includes("--first")) return failures;
        print(`FAILED over ${kind}, ${error instanceof Error ? error.message : error}\n`);
      }
    }
  }
  print(
    `${seeds} seeds of ${steps} steps over ${chosenKinds().length} kinds of link: ${failures} failures\n`,
  );
  return failures;
}

const steps = flag("steps") ?? DEFAULT_STEPS;
const seed = flag("seed");
if (seed !== undefined) replay(seed, steps);
else if (playAll(flag("seeds") ?? 100, steps) > 0) Deno.exit(1);
