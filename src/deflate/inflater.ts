import { BitReader } from "./bit_reader.ts";
import { DecodeTable } from "./decode_table.ts";
import { type FixedCode, STATIC_CODE } from "./fixed_code.ts";
import { History } from "./history.ts";
import { InflateError } from "./inflate_error.ts";
import {
  BLOCK,
  CODE_LENGTH_ORDER,
  CODE_LENGTH_SYMBOLS,
  DISTANCE_BASE,
  DISTANCE_EXTRA_BITS,
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  FIRST_LENGTH,
  LENGTH_BASE,
  LENGTH_EXTRA_BITS,
  LITERAL_SYMBOLS,
  REPEAT,
} from "./tables.ts";

/** The tables of a code are large and the codes few. */
const TABLES = new WeakMap<FixedCode, FixedTables>();

interface FixedTables {
  readonly literals: DecodeTable;
  readonly distances: DecodeTable;
}

/**
 * Inflates one direction of a link, block by block: what `Deflater.block` makes, or zlib with Z_SYNC_FLUSH (or
 * Z_FULL_FLUSH) where the last four octets, 00 00 FF FF, are left out. Holds about 75 KB between blocks, and while it
 * works on a large one at most twice the window and `mostBytes`.
 */
export class Inflater {
  readonly #history: History;
  readonly #fixed: FixedTables;
  readonly #literals = new DecodeTable(LITERAL_SYMBOLS);
  readonly #distances = new DecodeTable(DISTANCE_SYMBOLS);
  readonly #codeLengths = new DecodeTable(CODE_LENGTH_SYMBOLS);

  /**
   * @param history what both ends know already, of which the last 32,768 octets count
   * @param fixed the code of blocks of type 1, when both ends have agreed on another than that of RFC 1951
   */
  constructor(history: Uint8Array = new Uint8Array(0), fixed: FixedCode = STATIC_CODE) {
    this.#fixed = tablesOf(fixed);
    this.#history = new History(history);
  }

  /** How much of what was said before can be referred to now, octets. */
  get historySizeBytes(): number {
    return this.#history.sizeBytes;
  }

  /**
   * Inflates one block.
   * @param mostBytes how much may come out, octets
   * @throws {InflateError} whatever is wrong with it; then nothing has changed, and the next block may be tried
   */
  block(bytes: Uint8Array, mostBytes: number): Uint8Array<ArrayBuffer> {
    const reader = new BitReader(bytes);
    this.#history.begin(mostBytes);
    while (!this.#part(reader));
    return this.#history.keep();
  }

  /** Reads one block in the sense of RFC 1951; true after the last, which is the header of a stored one. */
  #part(reader: BitReader): boolean {
    if (reader.read(1) === 1) throw new InflateError("final-block", "the block says that nothing follows");
    switch (reader.read(2)) {
      case BLOCK.STORED:
        return this.#stored(reader);
      case BLOCK.STATIC:
        this.#compressed(reader, this.#fixed.literals, this.#fixed.distances);
        return false;
      case BLOCK.DYNAMIC:
        this.#readCodes(reader);
        this.#compressed(reader, this.#literals, this.#distances);
        return false;
      default:
        throw new InflateError("block-type", "a block is of the type 3");
    }
  }

  /** Section 3.2.4. What would follow at the very end are the four octets left out. */
  #stored(reader: BitReader): boolean {
    reader.align();
    if (reader.left === 0) return true;
    const length = reader.read(16);
    if ((length ^ reader.read(16)) !== 0xffff) {
      throw new InflateError("stored-length", "the length of a stored block is garbled");
    }
    if (reader.left < length) {
      throw new InflateError("truncated", `${reader.left} of ${length} stored octets`);
    }
    this.#history.octets(reader.octets(length));
    return false;
  }

  /** Section 3.2.5. */
  #compressed(reader: BitReader, literals: DecodeTable, distances: DecodeTable): void {
    const history = this.#history;
    for (;;) {
      const symbol = readSymbol(reader, literals);
      if (symbol < END_OF_BLOCK) {
        history.octet(symbol);
        continue;
      }
      if (symbol === END_OF_BLOCK) return;
      const length = symbol - FIRST_LENGTH;
      if (symbol >= LITERAL_SYMBOLS) throw new InflateError("symbol", `there is no length symbol ${symbol}`);
      const lengthBytes = LENGTH_BASE[length]! + reader.read(LENGTH_EXTRA_BITS[length]!);
      const distance = readSymbol(reader, distances);
      if (distance >= DISTANCE_SYMBOLS) {
        throw new InflateError("symbol", `there is no distance symbol ${distance}`);
      }
      history.match(lengthBytes, DISTANCE_BASE[distance]! + reader.read(DISTANCE_EXTRA_BITS[distance]!));
    }
  }

  /** Section 3.2.7. */
  #readCodes(reader: BitReader): void {
    const literals = reader.read(5) + FIRST_LENGTH;
    const distances = reader.read(5) + 1;
    const ordered = reader.read(4) + 4;
    if (literals > LITERAL_SYMBOLS || distances > DISTANCE_SYMBOLS) {
      throw new InflateError("code-lengths", `codes of ${literals} and ${distances} symbols`);
    }
    const codeLengths = new Uint8Array(CODE_LENGTH_SYMBOLS);
    for (const symbol of CODE_LENGTH_ORDER.subarray(0, ordered)) codeLengths[symbol] = reader.read(3);
    this.#codeLengths.set(codeLengths);
    const lengths = this.#readLengths(reader, literals + distances);
    if (lengths[END_OF_BLOCK] === 0) {
      throw new InflateError("code-lengths", "no code for the end of the block");
    }
    this.#literals.set(lengths.subarray(0, literals));
    this.#distances.set(lengths.subarray(literals));
  }

  #readLengths(reader: BitReader, size: number): Uint8Array {
    const lengths = new Uint8Array(size);
    for (let at = 0; at < size;) {
      const symbol = readSymbol(reader, this.#codeLengths);
      if (symbol < REPEAT.PREVIOUS.symbol) {
        lengths[at++] = symbol;
        continue;
      }
      const { bits, least } = repeat(symbol);
      const end = at + least + reader.read(bits);
      const repeatsPrevious = symbol === REPEAT.PREVIOUS.symbol;
      if (end > size || (repeatsPrevious && at === 0)) {
        throw new InflateError("code-lengths", `lengths repeated up to ${end} of ${size}, from ${at}`);
      }
      lengths.fill(repeatsPrevious ? lengths[at - 1]! : 0, at, end);
      at = end;
    }
    return lengths;
  }
}

function tablesOf(code: FixedCode): FixedTables {
  let tables = TABLES.get(code);
  if (tables === undefined) {
    tables = {
      literals: DecodeTable.of(code.literalLengths),
      distances: DecodeTable.of(code.distanceLengths),
    };
    TABLES.set(code, tables);
  }
  return tables;
}

function readSymbol(reader: BitReader, table: DecodeTable): number {
  reader.fill();
  const found = table.find(reader.held);
  if (found === 0) throw new InflateError("symbol", "bits that are no code");
  reader.skip(found & 0xf);
  return found >> 4;
}

function repeat(symbol: number): typeof REPEAT[keyof typeof REPEAT] {
  if (symbol === REPEAT.PREVIOUS.symbol) return REPEAT.PREVIOUS;
  return symbol === REPEAT.ZERO.symbol ? REPEAT.ZERO : REPEAT.ZEROS;
}
