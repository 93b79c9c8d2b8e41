/** How far back a match may reach, octets (RFC 1951, section 2). */
export const WINDOW_BYTES = 32_768;
/** The shortest match there is a code for. */
export const MIN_MATCH = 3;
/** The longest. */
export const MAX_MATCH = 258;
/** The symbol that ends a block of compressed data. */
export const END_OF_BLOCK = 256;
/** Symbol of the shortest lengths; those before it are literals and the end of the block. */
export const FIRST_LENGTH = 257;
/** Symbols of literals and lengths that may occur. The static code has two more, which may not. */
export const LITERAL_SYMBOLS = 286;
/** Symbols of distances that may occur. */
export const DISTANCE_SYMBOLS = 30;
/** Longest code of a literal, a length or a distance, bits (section 3.2.7). */
export const MAX_CODE_BITS = 15;

/** The types of a block (section 3.2.3). */
export const BLOCK = { STORED: 0, STATIC: 1, DYNAMIC: 2 } as const;

/** Bits that follow the symbol of a length, from symbol 257 on (section 3.2.5). */
export const LENGTH_EXTRA_BITS: Uint8Array = Uint8Array.from(
  [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
);
/** Bits that follow the symbol of a distance (section 3.2.5). */
export const DISTANCE_EXTRA_BITS: Uint8Array = Uint8Array.from(
  { length: DISTANCE_SYMBOLS },
  (_, symbol) => Math.max(0, (symbol >> 1) - 1),
);
/** Shortest length of each symbol, from symbol 257 on. The last, 258, has a symbol of its own. */
export const LENGTH_BASE: Uint16Array = bases(LENGTH_EXTRA_BITS, MIN_MATCH);
LENGTH_BASE[LENGTH_BASE.length - 1] = MAX_MATCH;
/** Shortest distance of each symbol. */
export const DISTANCE_BASE: Uint16Array = bases(DISTANCE_EXTRA_BITS, 1);

/** The symbol of each length, less 257; by length. */
export const LENGTH_SYMBOL: Uint8Array = Uint8Array.from(
  { length: MAX_MATCH + 1 },
  (_, length) => Math.max(0, LENGTH_BASE.findLastIndex((base) => base <= length)),
);

/** Distances up to 256 have an entry each; those above one for every 128 (all of a symbol's share them). */
const NEAR = 256;
const FAR_SHIFT = 7;
const DISTANCE_SYMBOL = Uint8Array.from({ length: NEAR + (WINDOW_BYTES >> FAR_SHIFT) }, (_, index) => {
  const distance = index < NEAR ? index + 1 : ((index - NEAR) << FAR_SHIFT) + 1;
  return Math.max(0, DISTANCE_BASE.findLastIndex((base) => base <= distance));
});

/** The symbol of a distance from 1 to 32,768. */
export function distanceSymbol(distance: number): number {
  return DISTANCE_SYMBOL[distance <= NEAR ? distance - 1 : NEAR + ((distance - 1) >> FAR_SHIFT)]!;
}

/** Code lengths of the static code of literals and lengths (section 3.2.6). */
export const STATIC_LITERAL_LENGTHS: Uint8Array = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256)
  .fill(7, 256, 280).fill(8, 280);
/** And of distances: five bits each. */
export const STATIC_DISTANCE_LENGTHS: Uint8Array = new Uint8Array(32).fill(5);

/** The order in which the lengths of the code of code lengths are sent (section 3.2.7). */
export const CODE_LENGTH_ORDER: Uint8Array = Uint8Array.from(
  [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15],
);
/** Symbols of the code of code lengths. */
export const CODE_LENGTH_SYMBOLS = 19;
/** Its longest code, bits. */
export const MAX_CODE_LENGTH_BITS = 7;
/** What repeats a length: symbol, bits that follow, least count (section 3.2.7). */
export const REPEAT = {
  PREVIOUS: { symbol: 16, bits: 2, least: 3, most: 6 },
  ZERO: { symbol: 17, bits: 3, least: 3, most: 10 },
  ZEROS: { symbol: 18, bits: 7, least: 11, most: 138 },
} as const;

function bases(extraBits: Uint8Array, first: number): Uint16Array {
  const all = new Uint16Array(extraBits.length);
  let base = first;
  for (let symbol = 0; symbol < all.length; symbol++) {
    all[symbol] = base;
    base += 1 << extraBits[symbol]!;
  }
  return all;
}
