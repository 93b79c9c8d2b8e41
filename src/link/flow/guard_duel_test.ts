import assert from "node:assert/strict";
import { GuardDuel } from "./testing/guard_duel.ts";

const SEEDS = 40;
const STEPS = 400;

for (const mode of ["sign", "seal"] as const) {
  Deno.test(`${mode}: ${SEEDS} runs of losses, replays, crashes and backups put back: nothing twice, and all recover`, () => {
    let reusedNumbers = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      try {
        const duel = new GuardDuel(seed, mode);
        duel.play(STEPS);
        duel.settle();
        reusedNumbers += duel.reusedNumbers;
      } catch (error) {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    }
    // The runs come where a nonce would have been used twice, had it not been made from the text.
    if (mode === "seal") assert.ok(reusedNumbers > 0, "no run has used a number twice");
  });
}
