import { BitWriter } from "./bit_writer.ts";
import type { FixedCode } from "./fixed_code.ts";
import { Matcher } from "./matcher.ts";
import { PieceWriter } from "./piece.ts";
import { BLOCK } from "./tables.ts";

const HEADER_BITS = 3;

/**
 * Compresses for one direction of a link, block by block. History is what both ends know: the last 32,768 octets of
 * plain text. The same calls give the same octets on every machine. Holds about 300 KB,
 * and while it works on a large block the output besides.
 */
export class Deflater {
  readonly #matcher = new Matcher();
  readonly #pieces: PieceWriter;
  readonly #writer = new BitWriter();

  /**
   * @param history what both ends know already, of which the last 32,768 octets count; nothing is put out for it
   * @param fixed the code of blocks of type 1, when both ends have agreed on another than that of RFC 1951
   */
  constructor(history?: Uint8Array, fixed?: FixedCode) {
    this.#pieces = new PieceWriter(fixed);
    if (history !== undefined) this.#matcher.prime(history);
  }

  /** How much of what was said before can be referred to now, octets. */
  get historySizeBytes(): number {
    return this.#matcher.historySizeBytes;
  }

  /**
   * Compresses all of `plain`, of any size, and ends as by a sync flush whose last four octets, 00 00 FF FF, are left
   * out (as RFC 7692 does, section 7.2.1).
   */
  block(plain: Uint8Array): Uint8Array<ArrayBuffer> {
    for (let at = 0; at < plain.length;) {
      const size = this.#matcher.take(plain.subarray(at));
      this.#pieces.write(this.#writer, this.#matcher, size);
      at += size;
    }
    this.#writer.reserve(HEADER_BITS);
    this.#writer.write(BLOCK.STORED << 1, HEADER_BITS);
    return this.#writer.take();
  }
}
