import assert from "node:assert/strict";
import { Talk, type Trouble } from "./testing/talk.ts";

const STEPS = 400;
const SEEDS = 30;

const TROUBLES: readonly (readonly [over: string, trouble: Trouble])[] = [
  ["a good link", { cut: 0, crash: 0, restore: 0 }],
  ["a link that keeps breaking", { cut: 0.05, crash: 0, restore: 0 }],
  ["cuts and crashes", { cut: 0.03, crash: 0.03, restore: 0 }],
  ["cuts, crashes and backups put back", { cut: 0.02, crash: 0.02, restore: 0.02 }],
];

for (const [over, trouble] of TROUBLES) {
  Deno.test(`over ${over} each message has one id on each side, and references mean what they meant (${SEEDS} seeds)`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const talk = new Talk(seed, trouble);
      try {
        talk.play(STEPS);
      } catch (error) {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
      assert.ok(talk.references > 20, "hardly any reference");
    }
  });
}

Deno.test("after a backup was put back some references name what nobody knows, and most still work", () => {
  const talks = Array.from(
    { length: SEEDS },
    (_, seed) => new Talk(seed, { cut: 0, crash: 0, restore: 0.03 }),
  );
  for (const talk of talks) talk.play(STEPS);
  const sum = (of: (talk: Talk) => number) => talks.reduce((all, talk) => all + of(talk), 0);
  assert.ok(sum(({ unknown }) => unknown) > 0);
  assert.ok(sum(({ unknown }) => unknown) < sum(({ references }) => references) / 4);
});
