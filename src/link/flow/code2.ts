import type { FixedCode } from "../../deflate/mod.ts";

/**
 * Lengths of the codes of blocks of type 1 in coding 2 (section 4), a hexadecimal digit each: literals and lengths 0 to
 * 287. Made once, from shortened text messages in English, with room for other tongues; never change them.
 */
const LITERALS = [
  "987eeeeeeeeeeeee878889899aacabbb589abba9a9a9896aa98999aa999abab7a7888788",
  "879988879a87789898abbbbab6777688769867667a666698879babbeabbbbbbbbbbbbbbb",
  "bbbbbbbbabbbbbbabbbbbbabbbbbbbbbbbbbbbbbbbbbabbbeea8aaeeeeeeeeab99eeeeeb",
  "aaeeeeeeee9bbbbeeeeeeeee9eeeeeeeeeeeeddd534445677789a8aa8acbbcccbccccc00",
];
/** Distances 0 to 31. */
const DISTANCES = "9999996656565655554444343449aa00";

/** In coding 2 what takes the place of the static code of RFC 1951: text costs about five bits a letter, not eight. */
export const CODE_2: FixedCode = {
  literalLengths: lengths(LITERALS.join("")),
  distanceLengths: lengths(DISTANCES),
};

function lengths(digits: string): Uint8Array {
  return Uint8Array.from(digits, (digit) => Number.parseInt(digit, 16));
}
