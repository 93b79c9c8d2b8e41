import type { BitWriter } from "./bit_writer.ts";
import { Code } from "./code.ts";
import { setCosts } from "./costs.ts";
import type { FixedCode } from "./fixed_code.ts";
import { DynamicHeader } from "./header.ts";
import { Histogram } from "./histogram.ts";
import { CodeLengths } from "./huffman.ts";
import { type Matcher, PIECE_BYTES } from "./matcher.ts";
import { Parser } from "./parse.ts";
import { BLOCK, DISTANCE_SYMBOLS, LITERAL_SYMBOLS, MAX_CODE_BITS } from "./tables.ts";

const HEADER_BITS = 3;
/** A parse under codes of its own is tried only where such codes come this close to the best. */
const PROMISING = 1.1;
/** A shorter piece, bits, has no use for codes of its own: their header would be as long. */
const HOPELESS_BITS = 500;
const REPARSES = 2;
/** Rarer symbols count as this: with fewer different lengths the header shrinks by more than the text grows. */
const LEAST_COUNT = 2;
/** What a symbol that has no code yet is taken to cost, bits. */
const UNUSED_BITS = 15;

/** A parse of the piece with codes made for it. */
class Attempt {
  readonly code = new Code(LITERAL_SYMBOLS, DISTANCE_SYMBOLS);
  readonly header = new DynamicHeader();
  readonly choices = new Uint32Array(PIECE_BYTES);
}

/** Puts a piece of text into the cheapest of the three kinds of block. */
export class PieceWriter {
  readonly #parser = new Parser();
  readonly #histogram = new Histogram();
  readonly #codeLengths = new CodeLengths();
  readonly #static: Code;
  readonly #staticChoices = new Uint32Array(PIECE_BYTES);
  #best = new Attempt();
  #next = new Attempt();

  constructor(fixed?: FixedCode) {
    this.#static = Code.static(fixed);
  }

  /** Writes the piece the matcher has taken. */
  write(writer: BitWriter, matcher: Matcher, size: number): void {
    const staticBits = this.#parseStatic(matcher, size);
    const dynamicBits = this.#parseDynamic(matcher, size, staticBits);
    const storedBits = ((5 - writer.bitsInOctet) & 7) + 32 + 8 * size;
    const leastBits = Math.min(staticBits, dynamicBits, storedBits);
    writer.reserve(HEADER_BITS + leastBits);
    if (leastBits === storedBits) return writeStored(writer, matcher, size);
    const type = leastBits === staticBits ? BLOCK.STATIC : BLOCK.DYNAMIC;
    writer.write(type << 1, HEADER_BITS);
    if (type === BLOCK.STATIC) return this.#static.write(writer, matcher, size, this.#staticChoices);
    this.#best.header.write(writer);
    this.#best.code.ready();
    this.#best.code.write(writer, matcher, size, this.#best.choices);
  }

  #parseStatic(matcher: Matcher, size: number): number {
    const code = this.#static;
    this.#parser.parse(matcher, size, code.costs, this.#staticChoices);
    this.#histogram.count(matcher, size, this.#staticChoices);
    return this.#histogram.sizeBits(code.literalLengths, code.distanceLengths);
  }

  /** Finds codes for the static parse, a parse for these codes, codes for that parse. */
  #parseDynamic(matcher: Matcher, size: number, staticBits: number): number {
    if (staticBits < HOPELESS_BITS) return Infinity;
    this.#best.choices.set(this.#staticChoices.subarray(0, size));
    let least = this.#findCodes(this.#best);
    for (let round = 0; round < REPARSES && least < PROMISING * staticBits; round++) {
      const { costs, literalLengths, distanceLengths } = this.#best.code;
      setCosts(costs, literalLengths, distanceLengths, UNUSED_BITS);
      this.#parser.parse(matcher, size, costs, this.#next.choices);
      this.#histogram.count(matcher, size, this.#next.choices);
      const bits = this.#findCodes(this.#next);
      if (bits >= least) break;
      least = bits;
      [this.#best, this.#next] = [this.#next, this.#best];
    }
    return least;
  }

  /** @returns what the parse counted last costs under codes made for it, with their header, bits */
  #findCodes({ code, header }: Attempt): number {
    const { literalLengths, distanceLengths } = code;
    this.#codeLengths.find(this.#histogram.literals, literalLengths, MAX_CODE_BITS, LEAST_COUNT);
    this.#codeLengths.find(this.#histogram.distances, distanceLengths, MAX_CODE_BITS);
    header.plan(literalLengths, distanceLengths, this.#codeLengths);
    return header.sizeBits + this.#histogram.sizeBits(literalLengths, distanceLengths);
  }
}

/** Puts the octets as they are (RFC 1951, section 3.2.4). */
function writeStored(writer: BitWriter, matcher: Matcher, size: number): void {
  writer.write(BLOCK.STORED << 1, HEADER_BITS);
  writer.align();
  writer.append(Uint8Array.of(size, size >> 8, ~size, ~size >> 8));
  writer.append(matcher.text.subarray(matcher.start, matcher.start + size));
}
