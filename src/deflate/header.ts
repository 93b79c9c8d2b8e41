import type { BitWriter } from "./bit_writer.ts";
import { type CodeLengths, setCodes } from "./huffman.ts";
import {
  CODE_LENGTH_ORDER,
  CODE_LENGTH_SYMBOLS,
  DISTANCE_SYMBOLS,
  FIRST_LENGTH,
  LITERAL_SYMBOLS,
  MAX_CODE_LENGTH_BITS,
  REPEAT,
} from "./tables.ts";

/** The header of a block with codes of its own: the lengths of both codes, themselves coded (section 3.2.7). */
export class DynamicHeader {
  /** How long the header is, bits, without the three of the block. */
  sizeBits = 0;

  readonly #all = new Uint8Array(LITERAL_SYMBOLS + DISTANCE_SYMBOLS);
  readonly #symbols = new Uint8Array(LITERAL_SYMBOLS + DISTANCE_SYMBOLS);
  readonly #extras = new Uint8Array(LITERAL_SYMBOLS + DISTANCE_SYMBOLS);
  readonly #counts = new Uint32Array(CODE_LENGTH_SYMBOLS);
  readonly #lengths = new Uint8Array(CODE_LENGTH_SYMBOLS);
  readonly #codes = new Uint16Array(CODE_LENGTH_SYMBOLS);
  #length = 0;
  #literals = 0;
  #distances = 0;
  #ordered = 0;

  /** Works the header out for two codes. */
  plan(literals: Uint8Array, distances: Uint8Array, codeLengths: CodeLengths): void {
    this.#literals = Math.max(FIRST_LENGTH, usedUpTo(literals));
    this.#distances = Math.max(1, usedUpTo(distances));
    this.#all.set(literals.subarray(0, this.#literals));
    this.#all.set(distances.subarray(0, this.#distances), this.#literals);
    this.#runs(this.#literals + this.#distances);
    codeLengths.find(this.#counts, this.#lengths, MAX_CODE_LENGTH_BITS);
    this.#ordered = CODE_LENGTH_SYMBOLS;
    while (this.#lengths[CODE_LENGTH_ORDER[this.#ordered - 1]!] === 0) this.#ordered--;
    this.sizeBits = 5 + 5 + 4 + 3 * this.#ordered;
    for (let symbol = 0; symbol < CODE_LENGTH_SYMBOLS; symbol++) {
      this.sizeBits += this.#counts[symbol]! * (this.#lengths[symbol]! + extraBits(symbol));
    }
  }

  write(writer: BitWriter): void {
    writer.write(this.#literals - FIRST_LENGTH, 5);
    writer.write(this.#distances - 1, 5);
    writer.write(this.#ordered - 4, 4);
    for (const symbol of CODE_LENGTH_ORDER.subarray(0, this.#ordered)) {
      writer.write(this.#lengths[symbol]!, 3);
    }
    setCodes(this.#lengths, this.#codes);
    for (let index = 0; index < this.#length; index++) {
      const symbol = this.#symbols[index]!;
      writer.write(this.#codes[symbol]!, this.#lengths[symbol]!);
      const bits = extraBits(symbol);
      if (bits > 0) writer.write(this.#extras[index]!, bits);
    }
  }

  /** Turns the lengths into symbols. A run may cross from one code into the other. */
  #runs(size: number): void {
    this.#length = 0;
    this.#counts.fill(0);
    for (let at = 0; at < size;) {
      const length = this.#all[at]!;
      let run = 1;
      while (at + run < size && this.#all[at + run] === length) run++;
      at += run;
      if (length === 0) this.#zeros(run);
      else this.#repeated(length, run);
    }
  }

  #zeros(count: number): void {
    let left = count;
    while (left >= REPEAT.ZERO.least) {
      const { symbol, least, most } = left >= REPEAT.ZEROS.least ? REPEAT.ZEROS : REPEAT.ZERO;
      const taken = Math.min(left, most);
      this.#say(symbol, taken - least);
      left -= taken;
    }
    for (; left > 0; left--) this.#say(0, 0);
  }

  #repeated(length: number, count: number): void {
    const { symbol, least, most } = REPEAT.PREVIOUS;
    this.#say(length, 0);
    let left = count - 1;
    while (left >= least) {
      const over = left - most;
      // Two repeats cost less than a repeat and a length or two on their own.
      const taken = over > 0 && over < least ? left - least : Math.min(left, most);
      this.#say(symbol, taken - least);
      left -= taken;
    }
    for (; left > 0; left--) this.#say(length, 0);
  }

  #say(symbol: number, extra: number): void {
    this.#symbols[this.#length] = symbol;
    this.#extras[this.#length++] = extra;
    this.#counts[symbol]!++;
  }
}

function usedUpTo(lengths: Uint8Array): number {
  return lengths.findLastIndex((length) => length > 0) + 1;
}

function extraBits(symbol: number): number {
  if (symbol < REPEAT.PREVIOUS.symbol) return 0;
  if (symbol === REPEAT.PREVIOUS.symbol) return REPEAT.PREVIOUS.bits;
  return symbol === REPEAT.ZERO.symbol ? REPEAT.ZERO.bits : REPEAT.ZEROS.bits;
}
