import type { FixedCode } from "../../deflate/mod.ts";

/**
 * Lengths of the codes of blocks of type 1 in coding 2 (section 4), a hexadecimal digit each: literals and lengths 0 to
 * 287. Made once, from text messages that had been shortened and from English; never change them.
 */
const LITERALS = [
  "987eeeeeeeeeeeee878889899aababba589abba9a9a9896aa98999aa9989bab7a7888788",
  "879988779a87779898abbbbab6777688759867667a656688879babbdaddddddddddddddd",
  "dccdcdcdbdddcdddddddddbdddddddddddddddddddddbdddddbbeeeeeeeeeeeeeeeeeeee",
  "eeeeeeeeeeaeeeeeeeeeeeeeeeeeeeeeeeeedddd534447587779a7aa8acbbcccbccccc00",
];
/** Distances 0 to 31. */
const DISTANCES = "9a99996656565655554444343448bb00";

/** In coding 2 what takes the place of the static code of RFC 1951: text costs about five bits a letter, not eight. */
export const CODE_2: FixedCode = {
  literalLengths: lengths(LITERALS.join("")),
  distanceLengths: lengths(DISTANCES),
};

function lengths(digits: string): Uint8Array {
  return Uint8Array.from(digits, (digit) => Number.parseInt(digit, 16));
}
