import assert from "node:assert/strict";
import { playVoyage, VOYAGE_STEPS, type VoyageCounts } from "./voyage.ts";

const SEEDS = 20;

Deno.test(`on a voyage every message that was accepted comes once, or its sender knows (${SEEDS} seeds)`, async () => {
  const all: VoyageCounts[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) all.push((await playVoyage(seed, VOYAGE_STEPS)).counts);
  const sum = (name: keyof VoyageCounts) => all.reduce((total, counts) => total + counts[name], 0);
  // That nothing is found must not be because nothing has happened.
  for (const name of ["accepted", "heard", "told", "crashes", "restarts", "cuts", "clockSteps"] as const) {
    assert(sum(name) >= SEEDS, `${name}: ${sum(name)}`);
  }
});

Deno.test("a seed replays its voyage to the letter", async () => {
  const trace = async () => (await playVoyage(3, 60)).trace;
  assert.deepEqual(await trace(), await trace());
});
