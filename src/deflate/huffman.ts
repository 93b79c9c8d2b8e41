import { LITERAL_SYMBOLS, MAX_CODE_BITS } from "./tables.ts";

const SYMBOL_BITS = 9;
const SYMBOL_MASK = (1 << SYMBOL_BITS) - 1;

/**
 * Finds code lengths that make a message shortest, none above a limit, by the package-merge algorithm (Larmore and
 * Hirschberg, 1990). It holds only its working space, so one serves for any number of codes.
 */
export class CodeLengths {
  readonly #leaves = new Uint32Array(LITERAL_SYMBOLS);
  readonly #isPackage = new Uint8Array(2 * LITERAL_SYMBOLS * MAX_CODE_BITS);
  #row = new Uint32Array(2 * LITERAL_SYMBOLS);
  #previous = new Uint32Array(2 * LITERAL_SYMBOLS);

  /**
   * @param counts how often each symbol occurs, each below 2^23
   * @param lengths gets the length of each symbol's code in bits, 0 for those that do not occur. A single symbol
   *   gets one bit, as section 3.2.7 asks for distances.
   * @param limit longest code allowed, bits; there must be at most 2^limit symbols
   * @param leastCount what the count of a rarer symbol is taken to be
   */
  find(counts: Uint32Array, lengths: Uint8Array, limit: number, leastCount = 1): void {
    lengths.fill(0);
    const used = this.#sort(counts, leastCount);
    if (used < 3) {
      for (let leaf = 0; leaf < used; leaf++) lengths[this.#leaves[leaf]! & SYMBOL_MASK] = 1;
      return;
    }
    const levels = Math.min(limit, used - 1);
    this.#merge(used, levels);
    this.#count(used, levels, lengths);
  }

  /** Sorts the symbols that occur by their counts; equal ones by symbol, so the result is one. */
  #sort(counts: Uint32Array, leastCount: number): number {
    const leaves = this.#leaves;
    let used = 0;
    for (let symbol = 0; symbol < counts.length; symbol++) {
      const count = counts[symbol]!;
      if (count === 0) continue;
      const leaf = (Math.max(count, leastCount) << SYMBOL_BITS) | symbol;
      let at = used++;
      for (; at > 0 && leaves[at - 1]! > leaf; at--) leaves[at] = leaves[at - 1]!;
      leaves[at] = leaf;
    }
    return used;
  }

  /** Each row holds the leaves, and pairs of the row before, in order of weight; we keep which is which. */
  #merge(used: number, levels: number): void {
    const leaves = this.#leaves;
    let size = 0;
    for (let level = 0; level < levels; level++) {
      const [row, previous] = [this.#previous, this.#row];
      const start = level * 2 * LITERAL_SYMBOLS;
      const pairs = size >> 1;
      let [leaf, pair] = [0, 0];
      for (size = 0; leaf < used || pair < pairs; size++) {
        const weight = pair < pairs ? previous[2 * pair]! + previous[2 * pair + 1]! : Infinity;
        const single = leaf < used ? leaves[leaf]! >>> SYMBOL_BITS : Infinity;
        const packed = weight < single;
        row[size] = packed ? weight : single;
        this.#isPackage[start + size] = packed ? 1 : 0;
        if (packed) pair++;
        else leaf++;
      }
      this.#row = row;
      this.#previous = previous;
    }
  }

  /** A code is as long as the number of rows in which its leaf is among those taken. */
  #count(used: number, levels: number, lengths: Uint8Array): void {
    let taken = 2 * used - 2;
    for (let level = levels - 1; level >= 0; level--) {
      const start = level * 2 * LITERAL_SYMBOLS;
      let packages = 0;
      for (let index = 0; index < taken; index++) packages += this.#isPackage[start + index]!;
      for (let leaf = 0; leaf < taken - packages; leaf++) {
        const symbol = this.#leaves[leaf]! & SYMBOL_MASK;
        lengths[symbol] = lengths[symbol]! + 1;
      }
      taken = 2 * packages;
    }
  }
}

/** Sets the canonical codes of given lengths (section 3.2.2), each mirrored, ready to be written lowest bit first. */
export function setCodes(lengths: Uint8Array, codes: Uint16Array): void {
  const next = new Uint16Array(MAX_CODE_BITS + 2);
  for (const length of lengths) if (length > 0) next[length + 1]!++;
  for (let bits = 1; bits <= MAX_CODE_BITS; bits++) next[bits] = (next[bits]! + next[bits - 1]!) << 1;
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length > 0) codes[symbol] = mirror(next[length]!++, length);
  }
}

/** The bits of a code in the other order: codes are sent highest bit first, all else lowest first (section 3.1.1). */
export function mirror(code: number, bits: number): number {
  let mirrored = 0;
  for (let bit = 0; bit < bits; bit++) mirrored |= ((code >> bit) & 1) << (bits - 1 - bit);
  return mirrored;
}
