const FIRST_SIZE_BYTES = 256;

/** The octets of a token that came in earlier chunks. Adding is cheap however few they are. */
export class Held {
  #buffer: Uint8Array | undefined;
  #length = 0;

  get empty(): boolean {
    return this.#length === 0;
  }

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const needed = this.#length + bytes.length;
    const capacity = this.#buffer?.length ?? 0;
    if (this.#buffer === undefined || needed > capacity) {
      const grown = new Uint8Array(Math.max(needed, 2 * capacity, FIRST_SIZE_BYTES));
      if (this.#buffer !== undefined) grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  /** All that was held; nothing is held then. */
  take(): Uint8Array {
    const bytes = this.#buffer?.subarray(0, this.#length) ?? new Uint8Array(0);
    this.#buffer = undefined;
    this.#length = 0;
    return bytes;
  }
}
