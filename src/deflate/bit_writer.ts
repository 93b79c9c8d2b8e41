const FIRST_SIZE_BYTES = 1_024;
/** A larger buffer is given back when its octets are taken. */
const KEPT_SIZE_BYTES = 4_096;

/** Writes numbers of some bits, the lowest bit first (RFC 1951, section 3.1.1). */
export class BitWriter {
  #buffer = new Uint8Array(FIRST_SIZE_BYTES);
  #length = 0;
  #held = 0;
  #heldBits = 0;

  /** How many bits of the last octet are in use; 0 if it is full. */
  get bitsInOctet(): number {
    return this.#heldBits & 7;
  }

  /** Makes room for `moreBits`; to be called before that many are written. */
  reserve(moreBits: number): void {
    const needed = this.#length + (moreBits >> 3) + 8;
    if (needed <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }

  /** @param bits at most 16, all above them zero in `value` */
  write(value: number, bits: number): void {
    this.#held |= value << this.#heldBits;
    this.#heldBits += bits;
    if (this.#heldBits < 16) return;
    this.#buffer[this.#length] = this.#held;
    this.#buffer[this.#length + 1] = this.#held >>> 8;
    this.#length += 2;
    this.#held >>>= 16;
    this.#heldBits -= 16;
  }

  /** Fills the last octet with zero bits. */
  align(): void {
    for (; this.#heldBits > 0; this.#heldBits -= 8) {
      this.#buffer[this.#length++] = this.#held;
      this.#held >>>= 8;
    }
    this.#heldBits = 0;
  }

  /** Appends whole octets; only after `align`. */
  append(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** All that was written since the last time, the last octet filled with zero bits. */
  take(): Uint8Array<ArrayBuffer> {
    this.align();
    const taken = this.#buffer.slice(0, this.#length);
    this.#length = 0;
    if (this.#buffer.length > KEPT_SIZE_BYTES) this.#buffer = new Uint8Array(FIRST_SIZE_BYTES);
    return taken;
  }
}
