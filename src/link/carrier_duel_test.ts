import { playCarrierDuel } from "./testing/carrier_duel.ts";

const SEEDS = 30;
const STEPS = 120;

Deno.test(`whatever happens to carriers and sides, all arrives once and in order (${SEEDS} seeds)`, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) await playCarrierDuel(seed, STEPS);
});
