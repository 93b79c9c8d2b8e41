import { GREATER_THAN, LESS_THAN } from "./characters.ts";

/** Used for whole inputs only, so it holds no state between calls. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A range of octets and its characters. Looking at octets is several times faster than looking at the code units of
 * a string, decoding one long range is several times faster than decoding its parts; so the grammar looks at octets
 * and takes slices of the one text.
 */
export class Source {
  readonly bytes: Uint8Array;
  readonly #text: string;
  readonly #from: number;
  readonly #ascii: boolean;
  #knownByte: number;
  #knownIndex = 0;

  private constructor(bytes: Uint8Array, text: string, from: number, to: number) {
    this.bytes = bytes;
    this.#text = text;
    this.#from = from;
    // Each character beyond ASCII takes more octets than code units.
    this.#ascii = text.length === to - from;
    this.#knownByte = from;
  }

  /** The octets from `from` to `to`; undefined if they are not UTF-8. */
  static of(bytes: Uint8Array, from: number, to: number): Source | undefined {
    try {
      return new Source(bytes, UTF8.decode(bytes.subarray(from, to)), from, to);
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  /**
   * The characters between two octets, each the first of a character. One pass: `from` must not lie before the `to` of
   * an earlier call.
   */
  slice(from: number, to: number): string {
    if (this.#ascii) return this.#text.slice(from - this.#from, to - this.#from);
    const start = this.#indexOf(from);
    return this.#text.slice(start, this.#indexOf(to));
  }

  #indexOf(byte: number): number {
    for (; this.#knownByte < byte; this.#knownByte++) {
      const octet = this.bytes[this.#knownByte] ?? 0;
      // Continuations count for nothing, but four octets are a surrogate pair.
      if (octet < 0x80 || octet >= 0xc0) this.#knownIndex += octet < 0xf0 ? 1 : 2;
    }
    return this.#knownIndex;
  }
}

/** Where behind the last `<` or `>` of `bytes` the rest starts: no token ends in the rest. 0 if there is none. */
export function lastTokenEnd(bytes: Uint8Array): number {
  let end = bytes.length;
  for (; end > 0; end--) {
    const octet = bytes[end - 1];
    if (octet === LESS_THAN || octet === GREATER_THAN) break;
  }
  return end;
}
