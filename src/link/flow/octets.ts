/** Octets that are no frame, or no legal one. On a stream carrier this ends the connection. */
export class DamageError extends Error {
  override readonly name = "DamageError";
}

/** The greatest value of a varint here: the greatest stanza number (section 1). */
const GREATEST = 2 ** 48;

/** Builds a frame's octets. */
export class OctetWriter {
  readonly #octets: number[] = [];

  octet(value: number): this {
    this.#octets.push(value & 0xff);
    return this;
  }

  /** `sizeBytes` octets, most significant first. */
  fixed(value: number, sizeBytes: number): this {
    for (let shift = sizeBytes - 1; shift >= 0; shift--) this.octet(Math.floor(value / 2 ** (8 * shift)));
    return this;
  }

  /** Unsigned LEB128. */
  varint(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.octet((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.octet(rest);
  }

  bytes(bytes: Uint8Array): this {
    for (const octet of bytes) this.#octets.push(octet);
    return this;
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#octets);
  }

  /** The octets so far, and `bytes` behind them. */
  doneWith(bytes: Uint8Array): Uint8Array {
    const all = new Uint8Array(this.#octets.length + bytes.length);
    all.set(this.#octets);
    all.set(bytes, this.#octets.length);
    return all;
  }
}

/** Takes a frame's octets apart; every method throws `DamageError` when there are too few. */
export class OctetReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isDone(): boolean {
    return this.#at === this.#bytes.length;
  }

  octet(): number {
    const octet = this.#bytes[this.#at];
    if (octet === undefined) throw new DamageError("Cannot read a frame: it is cut short");
    this.#at++;
    return octet;
  }

  fixed(sizeBytes: number): number {
    let value = 0;
    for (let i = 0; i < sizeBytes; i++) value = value * 256 + this.octet();
    return value;
  }

  varint(): number {
    let value = 0;
    for (let weight = 1;; weight *= 0x80) {
      const octet = this.octet();
      value += (octet & 0x7f) * weight;
      if (value > GREATEST) throw new DamageError(`Cannot read a frame: a number exceeds ${GREATEST}`);
      if (octet >= 0x80) {
        // Zeros add nothing, however many: without this the weight would pass every bound, and zero times that be NaN.
        if (weight >= GREATEST / 0x80) throw new DamageError("Cannot read a frame: a number has no end");
        continue;
      }
      if (octet === 0 && weight > 1) {
        throw new DamageError("Cannot read a frame: a number is not in its shortest form");
      }
      return value;
    }
  }

  bytes(sizeBytes: number): Uint8Array {
    if (this.#at + sizeBytes > this.#bytes.length) {
      throw new DamageError("Cannot read a frame: it is cut short");
    }
    this.#at += sizeBytes;
    return this.#bytes.slice(this.#at - sizeBytes, this.#at);
  }

  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#at);
  }
}
