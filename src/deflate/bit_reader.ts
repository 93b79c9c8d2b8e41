import { InflateError } from "./inflate_error.ts";

/** Reads numbers of some bits, the lowest bit first (RFC 1951, section 3.1.1). */
export class BitReader {
  /** The next bits, the first the lowest; zeros where there are no more. */
  held = 0;
  readonly #bytes: Uint8Array;
  #at = 0;
  #heldBits = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Octets of which not one bit was taken. */
  get left(): number {
    return this.#bytes.length - this.#at + (this.#heldBits >> 3);
  }

  /** Brings at least 25 bits into `held`, if there are so many. */
  fill(): void {
    while (this.#heldBits <= 24 && this.#at < this.#bytes.length) {
      this.held |= this.#bytes[this.#at++]! << this.#heldBits;
      this.#heldBits += 8;
    }
  }

  /**
   * Takes bits away that were looked at in `held`.
   * @throws {InflateError} `truncated`
   */
  skip(bits: number): void {
    this.#heldBits -= bits;
    if (this.#heldBits < 0) throw new InflateError("truncated", "the block stops before it ends");
    this.held >>>= bits;
  }

  /** @param bits at most 16 */
  read(bits: number): number {
    if (this.#heldBits < bits) this.fill();
    const value = this.held & ((1 << bits) - 1);
    this.skip(bits);
    return value;
  }

  /** Leaves out what is left of the octet. */
  align(): void {
    this.skip(this.#heldBits & 7);
  }

  /** Takes whole octets; only after `align`, and at most `left`. */
  octets(sizeBytes: number): Uint8Array {
    const start = this.#at - (this.#heldBits >> 3);
    this.held = 0;
    this.#heldBits = 0;
    this.#at = start + sizeBytes;
    return this.#bytes.subarray(start, this.#at);
  }
}
