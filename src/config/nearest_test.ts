import assert from "node:assert/strict";
import { nearest } from "./nearest.ts";

const KEYS = ["connect", "listen", "allow_from", "rate", "tls", "retry_first", "retry_most"];

const ROWS: readonly (readonly [string, string | undefined])[] = [
  ["conect", "connect"],
  ["connnect", "connect"],
  ["cnonect", "connect"],
  ["lisen", "listen"],
  ["Listen", "listen"],
  ["listens", "listen"],
  ["allow-from", "allow_from"],
  ["retry_frist", "retry_first"],
  ["tsl", "tls"],
  ["rates", "rate"],
  ["port", undefined],
  ["x", undefined],
  ["", undefined],
  ["address", undefined],
];

for (const [word, expected] of ROWS) {
  Deno.test(`${JSON.stringify(word)} probably means ${expected ?? "nothing known"}`, () => {
    assert.equal(nearest(word, KEYS), expected);
  });
}
