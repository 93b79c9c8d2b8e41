import assert from "node:assert/strict";
import { print } from "../support/print.ts";
import { type Budgets, measureBudgets, phoneMessage, referenceBodies } from "./air_budget.ts";
import { AIR_FILE, readBudgets } from "./air_file.ts";
import type { Air } from "./air_world.ts";

const FIGURES = ["forth", "back", "turnarounds"] as const;
const UPDATE =
  `If this is meant, or the figures have become better: deno task air --update, and commit ${AIR_FILE}`;

/** What was promised to users, whatever the committed figures say. */
const PROMISED: readonly (readonly [name: string, most: number, per: number])[] = [
  ["cold start to the first message of 60 characters", 300, 1],
  ["50 further messages, ship to shore", 105, 50],
  ["second login", 40, 1],
  ["halyard: second login", 40, 1],
  ["halyard: 50 further messages, ship to shore", 55, 50],
  ["halyard: 50 messages back", 55, 50],
];

const measured: Budgets = await measureBudgets();

Deno.test("no air budget is worse than the committed one", async () => {
  const committed = await readBudgets();
  assert.deepEqual(Object.keys(measured), Object.keys(committed), UPDATE);
  const compare = (isWorse: (now: number, was: number) => boolean) =>
    Object.entries(measured).flatMap(([name, air]) =>
      FIGURES.filter((figure) => isWorse(air[figure], committed[name]?.[figure] ?? 0))
        .map((figure) => `${name}: ${figure} ${air[figure]}, was ${committed[name]?.[figure]}`)
    );
  assert.deepEqual(compare((figure, was) => figure > was), [], UPDATE);
  const better = compare((figure, was) => figure < was);
  if (better.length > 0) print(`\nbetter than committed: ${better.join("; ")}. ${UPDATE}\n`);
});

for (const [name, most, per] of PROMISED) {
  Deno.test(`${name}: at most ${most} bytes${per === 1 ? "" : " each"}`, () => {
    const { forth, back }: Air = measured[name] ?? { forth: NaN, back: NaN, turnarounds: NaN };
    const each = (forth + back) / per;
    assert(each <= most, `${each} bytes`);
  });
}

Deno.test("the first message waits for no round trip but TCP's own", () => {
  assert.equal(measured["cold start to the first message of 60 characters"]?.turnarounds, 0);
});

Deno.test("the reference traffic is about 400 bytes a message", async () => {
  const bodies = await referenceBodies();
  const id = "123e4567-e89b-42d3-a456-426614174000";
  const sizes = bodies.map((body) =>
    new TextEncoder().encode(phoneMessage("juliet@shore.example", body, id)).length
  );
  const mean = sizes.reduce((sum, size) => sum + size) / sizes.length;
  assert(mean > 380 && mean < 480, `${mean} bytes`);
});
