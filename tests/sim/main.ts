/**
 * Two players: the link engine against itself (`--player engine`), and whole servers on a voyage (`--player world`);
 * both unless one is named. `deno task sim --seeds 10000` prints failing seeds (`--first`: and stops; `--from N`: begins
 * there; `--turns`: each seed over one kind of link, in turn). `--seed N` replays one run with its whole trace.
 */
import { Duel, playDuel } from "../../src/link/flow/testing/duel.ts";
import { KINDS, type Mishaps, SHORTENED } from "../../src/link/flow/testing/mishaps.ts";
import { print } from "../support/print.ts";
import { playVoyage, VOYAGE_STEPS } from "./voyage.ts";

const DUEL_STEPS = 400;

function word(name: string): string | undefined {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? undefined : Deno.args[at + 1];
}

function flag(name: string): number | undefined {
  const value = word(name);
  return value === undefined ? undefined : Number(value);
}

/** All kinds of link, or those whose name holds what `--kind` says. */
function chosenKinds(): [string, Mishaps][] {
  const wanted = word("kind") ?? "";
  return Object.entries({ ...KINDS, ...SHORTENED }).filter(([kind]) => kind.includes(wanted));
}

function replayDuels(seed: number, steps: number): void {
  for (const [kind, mishaps] of chosenKinds()) {
    const duel = new Duel(seed, mishaps);
    duel.play(steps);
    print(`\n${kind}\n${duel.trace.join("\n")}\n`);
    duel.check();
  }
}

async function playDuels(seed: number, steps: number): Promise<number> {
  let failures = 0;
  const kinds = chosenKinds();
  const turn = seed % kinds.length;
  for (const [kind, mishaps] of Deno.args.includes("--turns") ? kinds.slice(turn, turn + 1) : kinds) {
    failures += await failuresOf(`over ${kind}`, () => playDuel(seed, mishaps, steps));
  }
  return failures;
}

/** Plays, and tells what went wrong. @returns 1 when something did, else 0 */
async function failuresOf(what: string, play: () => unknown): Promise<number> {
  try {
    await play();
    return 0;
  } catch (error) {
    if (!Deno.args.includes("--first")) {
      print(`FAILED ${what}, ${error instanceof Error ? error.message : error}\n`);
    }
    return 1;
  }
}

async function playAll(seeds: number, from: number): Promise<number> {
  let failures = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    if (player !== "world") failures += await playDuels(seed, flag("steps") ?? DUEL_STEPS);
    if (player !== "engine") {
      failures += await failuresOf("on a voyage", () => playVoyage(seed, flag("steps") ?? VOYAGE_STEPS));
    }
    if (failures > 0 && Deno.args.includes("--first")) break;
  }
  const what = { engine: "of the engine", world: "of whole servers" }[player ?? ""] ?? "of both players";
  print(`${seeds} seeds ${what}: ${failures} failures\n`);
  return failures;
}

const player = word("player");
const seed = flag("seed");
if (seed === undefined) {
  if (await playAll(flag("seeds") ?? 100, flag("from") ?? 1) > 0) Deno.exit(1);
} else {
  if (player !== "world") replayDuels(seed, flag("steps") ?? DUEL_STEPS);
  if (player !== "engine") {
    const { trace } = await playVoyage(seed, flag("steps") ?? VOYAGE_STEPS, Number.POSITIVE_INFINITY);
    print(`\na voyage\n${trace.join("\n")}\n`);
  }
}
