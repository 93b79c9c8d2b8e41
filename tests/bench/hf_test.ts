import assert from "node:assert/strict";
import { print } from "../support/print.ts";
import { type HfFigure, type HfFigures, measureHf } from "./hf.ts";
import { HF_FILE, isWorse, readHfFigures } from "./hf_file.ts";

const UPDATE =
  `If this is meant, or the figures have become better: deno task hf --update, and commit ${HF_FILE}`;

const measured: HfFigures = await measureHf();

Deno.test("no figure of the link over HF is worse than the committed one", async () => {
  const committed = await readHfFigures();
  assert.deepEqual(Object.keys(measured), Object.keys(committed), UPDATE);
  const compare = (isSo: (now: HfFigure, was: HfFigure) => boolean) =>
    Object.entries(measured).flatMap(([name, now]) => {
      const was = committed[name];
      return was !== undefined && isSo(now, was) ? [`${name}: ${now.value}, was ${was.value}`] : [];
    });
  assert.deepEqual(compare((now, was) => isWorse(now, now.value, was.value)), [], UPDATE);
  const better = compare((now, was) => isWorse(now, was.value, now.value));
  if (better.length > 0) print(`\nbetter than committed: ${better.join("; ")}. ${UPDATE}\n`);
});

for (const [name, { value, unit, better, bar }] of Object.entries(measured)) {
  if (bar === undefined) continue;
  Deno.test(`over HF, ${name}: at ${better === "less" ? "most" : "least"} ${bar} ${unit}`, () => {
    assert(better === "less" ? value <= bar : value >= bar, `${value} ${unit}`);
  });
}
