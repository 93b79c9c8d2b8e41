import assert from "node:assert/strict";
import { preparePassword, prepareUsername } from "./saslprep.ts";

/** The examples of RFC 4013 section 3, and the edges. */
const BOTH: readonly (readonly [what: string, text: string, prepared: string | undefined])[] = [
  ["maps a soft hyphen to nothing", "I\u00adX", "IX"],
  ["leaves ASCII alone", "user", "user"],
  ["keeps the case", "USER", "USER"],
  ["normalises to NFKC", "\u00aa", "a"],
  ["normalises so that it equals the first example", "\u2168", "IX"],
  ["prohibits control characters", "\u0007", undefined],
  ["prohibits text in two directions", "\u0627\u0031", undefined],
  ["maps other spaces to a space", "a\u00a0b", "a b"],
  ["refuses nothing", "", undefined],
  ["refuses what is mapped to nothing", "\u00ad", undefined],
  ["prohibits lone surrogates", "\ud800", undefined],
];

for (const [what, text, prepared] of BOTH) {
  Deno.test(`SASLprep ${what}`, () => {
    assert.equal(prepareUsername(text), prepared);
    assert.equal(preparePassword(text), prepared);
  });
}

Deno.test("SASLprep lets characters newer than Unicode 3.2 pass in usernames, not in passwords", () => {
  assert.equal(prepareUsername("\u{1f511}"), "\u{1f511}");
  assert.equal(preparePassword("\u{1f511}"), undefined);
});
