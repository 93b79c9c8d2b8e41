import assert from "node:assert/strict";
import { print } from "../support/print.ts";
import { type Bar, type Bars, BARS_FILE, isMissed, measureBars, readBars } from "./bars.ts";

const UPDATE =
  `If this is meant, or the figures have become better: deno task bars --update, and commit ${BARS_FILE}`;

const measured: Bars = await measureBars();

for (const [name, bar] of Object.entries(measured)) {
  if (bar.most === undefined) continue;
  Deno.test(`bar: ${name}: at most ${bar.most}`, () => assert(!isMissed(bar), `${bar.bytes}`));
}

Deno.test("no bar is worse than the committed one", async () => {
  const committed = await readBars();
  assert.deepEqual(Object.keys(measured), Object.keys(committed), UPDATE);
  const compare = (isOther: (now: Bar, was: Bar) => boolean) =>
    Object.entries(measured).flatMap(([name, bar]) => {
      const was = committed[name] ?? { bytes: Number.NaN };
      return isOther(bar, was) ? [`${name}: ${bar.bytes}, was ${was.bytes}`] : [];
    });
  assert.deepEqual(compare((now, was) => now.bytes > was.bytes), [], UPDATE);
  const better = compare((now, was) => now.bytes < was.bytes);
  if (better.length > 0) print(`\nbetter than committed: ${better.join("; ")}. ${UPDATE}\n`);
});
