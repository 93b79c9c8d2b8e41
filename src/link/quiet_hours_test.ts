import assert from "node:assert/strict";
import { isQuiet, nextChangeMs } from "./quiet_hours.ts";

const at = (time: string) => Date.parse(`2026-11-26T${time}Z`);
const NIGHT = [{ fromMinute: 22 * 60, toMinute: 6 * 60 }];
const NOON = [{ fromMinute: 12 * 60, toMinute: 12 * 60 + 30 }];

const ROWS: readonly (readonly [hours: typeof NIGHT, time: string, quiet: boolean, next: string])[] = [
  [NIGHT, "21:59:59", false, "22:00:00"],
  [NIGHT, "22:00:00", true, "+06:00:00"],
  [NIGHT, "00:00:00", true, "06:00:00"],
  [NIGHT, "05:59:30", true, "06:00:00"],
  [NIGHT, "06:00:00", false, "22:00:00"],
  [NOON, "12:00:00", true, "12:30:00"],
  [NOON, "12:29:59", true, "12:30:00"],
  [NOON, "12:30:00", false, "+12:00:00"],
  [[...NOON, ...NIGHT], "11:00:00", false, "12:00:00"],
  [[...NOON, ...NIGHT], "13:00:00", false, "22:00:00"],
];

for (const [hours, time, quiet, next] of ROWS) {
  Deno.test(`at ${time} with ${hours.length} spans it is ${quiet ? "quiet" : "not quiet"}, until ${next}`, () => {
    assert.equal(isQuiet(hours, at(time)), quiet);
    const expected = next.startsWith("+") ? at(next.slice(1)) + 86_400_000 : at(next);
    assert.equal(nextChangeMs(hours, at(time)), expected);
  });
}

Deno.test("without hours it is never quiet", () => {
  assert.equal(isQuiet([], at("12:00:00")), false);
  assert.equal(nextChangeMs([], at("12:00:00")), undefined);
});
