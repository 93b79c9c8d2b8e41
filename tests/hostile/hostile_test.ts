import assert from "node:assert/strict";
import { print } from "../support/print.ts";
import { Scratch } from "../support/config.ts";
import { Dice } from "../support/dice.ts";
import { mutate } from "./mutations.ts";
import { GROWTH_SIZE_BYTES, KINDS, plan, Siege, table } from "./siege.ts";

/** Loose: the machine may be busy with other things. */
const ANSWER_MS = 5_000;

Deno.test("1,500 hostile streams end with a named error each, and disturb nobody", async () => {
  await using scratch = new Scratch();
  const report = await Siege.lay({ attacks: 1_500, seed: 1, directory: scratch.path });
  print(table(report));
  assert.deepEqual(report.wrong, []);
  assert.deepEqual(report.complaints, []);
  assert.deepEqual([...Object.keys(KINDS)].filter((kind) => !report.tally.has(kind)), []);
  assert(report.innocentLines > 0, "nobody chatted");
  assert(report.innocentSlowestMs < ANSWER_MS, `an answer took ${report.innocentSlowestMs} ms`);
  const { before, peak } = report.residentSizeBytes;
  assert(peak - before < GROWTH_SIZE_BYTES, `memory grew from ${before} to ${peak} bytes`);
  assert(report.files.after <= report.files.before, "connections are left over");
});

Deno.test("an attack is the same whenever it is planned with the same seed and number", () => {
  const bytes = (number: number) => [...plan(7, number).attack.steps].map((step) => JSON.stringify(step));
  for (const number of [0, 2, 4, 6, 100]) assert.deepEqual(bytes(number), bytes(number));
  assert.notDeepEqual(bytes(0), bytes(8));
});

Deno.test("mutate() changes its bytes and leaves the original alone", () => {
  const dice = new Dice(3);
  const original = new TextEncoder().encode("<message to='a'><body>hello</body></message>");
  const before = [...original];
  const mutants = new Set(Array.from({ length: 50 }, () => mutate(original, dice).join()));
  assert(mutants.size > 40, `only ${mutants.size} different ones`);
  assert.deepEqual([...original], before);
});
