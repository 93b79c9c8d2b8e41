import { matchDistance, matchLength } from "./match.ts";
import type { Matcher } from "./matcher.ts";
import {
  DISTANCE_EXTRA_BITS,
  DISTANCE_SYMBOLS,
  distanceSymbol,
  END_OF_BLOCK,
  FIRST_LENGTH,
  LENGTH_EXTRA_BITS,
  LENGTH_SYMBOL,
  LITERAL_SYMBOLS,
} from "./tables.ts";

/** How often each symbol occurs in a parsed text. */
export class Histogram {
  readonly literals: Uint32Array = new Uint32Array(LITERAL_SYMBOLS);
  readonly distances: Uint32Array = new Uint32Array(DISTANCE_SYMBOLS);
  /** Bits behind the symbols, the same under every code. */
  #extraBits = 0;

  /** Counts the symbols of a piece, with the end of the block. */
  count({ text, start }: Matcher, size: number, choices: Uint32Array): void {
    const { literals, distances } = this;
    literals.fill(0);
    distances.fill(0);
    literals[END_OF_BLOCK] = 1;
    let extraBits = 0;
    for (let at = start; at < start + size;) {
      const choice = choices[at - start]!;
      if (choice === 0) {
        literals[text[at++]!]!++;
        continue;
      }
      const length = LENGTH_SYMBOL[matchLength(choice)]!;
      const distance = distanceSymbol(matchDistance(choice));
      literals[FIRST_LENGTH + length]!++;
      distances[distance]!++;
      extraBits += LENGTH_EXTRA_BITS[length]! + DISTANCE_EXTRA_BITS[distance]!;
      at += matchLength(choice);
    }
    this.#extraBits = extraBits;
  }

  /** What the symbols cost under a code, bits. */
  sizeBits(literalLengths: Uint8Array, distanceLengths: Uint8Array): number {
    let bits = this.#extraBits;
    for (let symbol = 0; symbol < LITERAL_SYMBOLS; symbol++) {
      bits += this.literals[symbol]! * literalLengths[symbol]!;
    }
    for (let symbol = 0; symbol < DISTANCE_SYMBOLS; symbol++) {
      bits += this.distances[symbol]! * distanceLengths[symbol]!;
    }
    return bits;
  }
}
