import assert from "node:assert/strict";
import { playDuel } from "./testing/duel.ts";
import { KINDS, SHORTENED } from "./testing/mishaps.ts";

const STEPS = 300;
const SEEDS = 25;
const SHORTENED_SEEDS = 10;

for (const [kinds, seeds] of [[KINDS, SEEDS], [SHORTENED, SHORTENED_SEEDS]] as const) {
  for (const [name, mishaps] of Object.entries(kinds)) {
    Deno.test(`over ${name} every stanza arrives once and in order (${seeds} seeds)`, () => {
      for (let seed = 1; seed <= seeds; seed++) playDuel(seed, mishaps, STEPS);
    });
  }
}

Deno.test("a seed replays its run to the letter", () => {
  const trace = () => playDuel(7, { kind: "stream", cut: 0.02, crash: 0.01, restore: 0.01 }, STEPS).trace;
  assert.deepEqual(trace(), trace());
});

Deno.test("when blocks are missed both ways again and again, what is said last arrives all the same", () => {
  const mishaps = SHORTENED["blocks that are confirmed and not handed over, shortened"];
  assert(mishaps !== undefined);
  playDuel(3057, mishaps, 400);
});

Deno.test("flows that were set back are noticed: some run begins anew", () => {
  const mishaps = { kind: "stream", cut: 0.02, crash: 0.01, restore: 0.02 } as const;
  const anew = Array.from({ length: 20 }, (_, seed) => playDuel(seed, mishaps, STEPS).resynchronised);
  assert.ok(anew.some((times) => times > 0));
});
