import type { BitWriter } from "./bit_writer.ts";
import { type Costs, newCosts, setCosts } from "./costs.ts";
import { type FixedCode, STATIC_CODE } from "./fixed_code.ts";
import { setCodes } from "./huffman.ts";
import { matchDistance, matchLength } from "./match.ts";
import type { Matcher } from "./matcher.ts";
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA_BITS,
  distanceSymbol,
  END_OF_BLOCK,
  FIRST_LENGTH,
  LENGTH_BASE,
  LENGTH_EXTRA_BITS,
  LENGTH_SYMBOL,
} from "./tables.ts";

/** A code for literals and lengths, and one for distances. */
export class Code {
  readonly literalLengths: Uint8Array;
  readonly distanceLengths: Uint8Array;
  readonly costs: Costs = newCosts();
  readonly #literals: Uint16Array;
  readonly #distances: Uint16Array;

  constructor(literalSymbols: number, distanceSymbols: number) {
    this.literalLengths = new Uint8Array(literalSymbols);
    this.distanceLengths = new Uint8Array(distanceSymbols);
    this.#literals = new Uint16Array(literalSymbols);
    this.#distances = new Uint16Array(distanceSymbols);
  }

  /** The one that needs no header (RFC 1951, section 3.2.6). */
  static static({ literalLengths, distanceLengths }: FixedCode = STATIC_CODE): Code {
    const code = new Code(literalLengths.length, distanceLengths.length);
    code.literalLengths.set(literalLengths);
    code.distanceLengths.set(distanceLengths);
    setCosts(code.costs, code.literalLengths, code.distanceLengths, 0);
    code.ready();
    return code;
  }

  /** To be called when the lengths have changed, before anything is written. */
  ready(): void {
    setCodes(this.literalLengths, this.#literals);
    setCodes(this.distanceLengths, this.#distances);
  }

  /** Writes the symbols of a parsed piece and the end of the block (section 3.2.5). */
  write(writer: BitWriter, { text, start }: Matcher, size: number, choices: Uint32Array): void {
    for (let at = start; at < start + size;) {
      const choice = choices[at - start]!;
      if (choice === 0) {
        this.#symbol(writer, text[at++]!);
      } else {
        this.#match(writer, matchLength(choice), matchDistance(choice));
        at += matchLength(choice);
      }
    }
    this.#symbol(writer, END_OF_BLOCK);
  }

  #symbol(writer: BitWriter, symbol: number): void {
    writer.write(this.#literals[symbol]!, this.literalLengths[symbol]!);
  }

  #match(writer: BitWriter, length: number, distance: number): void {
    const lengthSymbol = LENGTH_SYMBOL[length]!;
    this.#symbol(writer, FIRST_LENGTH + lengthSymbol);
    writer.write(length - LENGTH_BASE[lengthSymbol]!, LENGTH_EXTRA_BITS[lengthSymbol]!);
    const symbol = distanceSymbol(distance);
    writer.write(this.#distances[symbol]!, this.distanceLengths[symbol]!);
    writer.write(distance - DISTANCE_BASE[symbol]!, DISTANCE_EXTRA_BITS[symbol]!);
  }
}
