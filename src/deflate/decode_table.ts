import { mirror } from "./huffman.ts";
import { InflateError } from "./inflate_error.ts";
import { MAX_CODE_BITS } from "./tables.ts";

/** Codes up to this long are found at once, longer ones bit by bit. */
const FAST_BITS = 9;
const FAST_MASK = (1 << FAST_BITS) - 1;

/** Finds symbols by their codes, for a code given by its lengths (RFC 1951, section 3.2.2). */
export class DecodeTable {
  /** By the next bits, the first the lowest: symbol and length of the code; 0 where it is longer or none. */
  readonly #fast = new Uint16Array(1 << FAST_BITS);
  /** How many codes there are of each length. */
  readonly #counts = new Uint16Array(MAX_CODE_BITS + 1);
  /** The symbols in the order of their codes. */
  readonly #symbols: Uint16Array;

  constructor(symbols: number) {
    this.#symbols = new Uint16Array(symbols);
  }

  /** A table for a code that never changes. */
  static of(lengths: Uint8Array): DecodeTable {
    const table = new DecodeTable(lengths.length);
    table.set(lengths);
    return table;
  }

  /**
   * Takes a code. It must leave no bits without meaning, but for none at all and for a single symbol of one bit
   * (section 3.2.7, as for distances).
   * @throws {InflateError} `code-lengths`
   */
  set(lengths: Uint8Array): void {
    const counts = this.#counts.fill(0);
    for (const length of lengths) counts[length]!++;
    counts[0] = 0;
    const next = new Uint16Array(MAX_CODE_BITS + 2);
    let left = 1;
    for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
      left = 2 * left - counts[bits]!;
      if (left < 0) throw new InflateError("code-lengths", "more codes than their lengths allow");
      next[bits + 1] = next[bits]! + counts[bits]!;
    }
    const used = next[MAX_CODE_BITS + 1]!;
    if (left > 0 && used > counts[1]!) throw new InflateError("code-lengths", "not all bits have a meaning");
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol]!;
      if (length > 0) this.#symbols[next[length]!++] = symbol;
    }
    this.#setFast();
  }

  /**
   * Looks the next symbol up.
   * @param bits at least 15 bits, the first the lowest, zeros where there are no more
   * @returns the symbol times 16, plus the length of its code; 0 if the bits are no code
   */
  find(bits: number): number {
    return this.#fast[bits & FAST_MASK]! || this.#findLong(bits);
  }

  #setFast(): void {
    this.#fast.fill(0);
    let [code, index] = [0, 0];
    for (let length = 1; length <= FAST_BITS; length++) {
      const last = index + this.#counts[length]!;
      for (; index < last; index++) {
        const entry = (this.#symbols[index]! << 4) | length;
        for (let at = mirror(code, length); at <= FAST_MASK; at += 1 << length) this.#fast[at] = entry;
        code++;
      }
      code <<= 1;
    }
  }

  #findLong(bits: number): number {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      code |= (bits >> (length - 1)) & 1;
      const count = this.#counts[length]!;
      if (code - first < count) return (this.#symbols[index + code - first]! << 4) | length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return 0;
  }
}
