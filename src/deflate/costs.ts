import {
  DISTANCE_EXTRA_BITS,
  DISTANCE_SYMBOLS,
  FIRST_LENGTH,
  LENGTH_EXTRA_BITS,
  LENGTH_SYMBOL,
  LITERAL_SYMBOLS,
  MAX_MATCH,
  MIN_MATCH,
} from "./tables.ts";

/** What each choice of the parser costs under some code, bits. */
export interface Costs {
  /** By octet. */
  readonly literal: Uint8Array;
  /** By length of the match, with the extra bits. */
  readonly length: Uint8Array;
  /** By symbol of the distance, with the extra bits. */
  readonly distance: Uint8Array;
}

/** Costs under no code yet. */
export function newCosts(): Costs {
  return {
    literal: new Uint8Array(LITERAL_SYMBOLS),
    length: new Uint8Array(MAX_MATCH + 1),
    distance: new Uint8Array(DISTANCE_SYMBOLS),
  };
}

/**
 * Sets costs from the code lengths of literals and lengths, and of distances.
 * @param unused what a symbol without a code is taken to cost, bits: it would get one if it were used
 */
export function setCosts(costs: Costs, literals: Uint8Array, distances: Uint8Array, unused: number): void {
  for (let symbol = 0; symbol < 256; symbol++) costs.literal[symbol] = literals[symbol]! || unused;
  for (let length = MIN_MATCH; length <= MAX_MATCH; length++) {
    const symbol = LENGTH_SYMBOL[length]!;
    costs.length[length] = (literals[FIRST_LENGTH + symbol]! || unused) + LENGTH_EXTRA_BITS[symbol]!;
  }
  for (let symbol = 0; symbol < DISTANCE_SYMBOLS; symbol++) {
    costs.distance[symbol] = (distances[symbol]! || unused) + DISTANCE_EXTRA_BITS[symbol]!;
  }
}
