import { crc32 } from "./crc32.ts";
import { OctetWriter } from "./octets.ts";
import type { NumberedText } from "./store.ts";

/** Octets of text from which compression continues: the window of DEFLATE. */
export const HISTORY_SIZE_BYTES = 32_768;

/**
 * The text of a flow as one side holds it: the stanzas since the last cold opening, as far back as anybody may ask
 * (section 4).
 */
export class History {
  readonly #dictionary: Uint8Array;
  #base: number;
  /** In order, without gaps. */
  #texts: NumberedText[] = [];

  /** @param base number of the first stanza after the last cold opening */
  constructor(dictionary: Uint8Array, base: number, texts: readonly NumberedText[] = []) {
    this.#dictionary = dictionary;
    this.#base = base;
    this.#texts = [...texts];
  }

  /** Number of the first stanza after the last cold opening. */
  get base(): number {
    return this.#base;
  }

  /** The text of a stanza; undefined when it is not held. */
  text(number: number): Uint8Array | undefined {
    const [first] = this.#texts;
    return first === undefined ? undefined : this.#texts[number - first.number]?.text;
  }

  /** The texts from `number` on. */
  from(number: number): NumberedText[] {
    const [first] = this.#texts;
    return first === undefined ? [] : this.#texts.slice(Math.max(0, number - first.number));
  }

  add(numbered: NumberedText): void {
    this.#texts.push(numbered);
  }

  /** A cold opening at `base`: what was before is no longer history. Texts from there on are kept. */
  restart(base: number): void {
    this.#base = base;
    this.#texts = this.from(base).filter(({ number }) => number >= base);
  }

  /**
   * The history at `number`: up to 32,768 octets that end with the text of that stanza.
   * @returns undefined when it is not, or no longer, held
   */
  at(number: number): Uint8Array | undefined {
    if (number < this.#base - 1) return undefined;
    const parts: Uint8Array[] = [];
    let sizeBytes = 0;
    for (let n = number; n >= this.#base && sizeBytes < HISTORY_SIZE_BYTES; n--) {
      const text = this.text(n);
      if (text === undefined) return undefined;
      parts.unshift(text);
      sizeBytes += text.length;
    }
    if (sizeBytes < HISTORY_SIZE_BYTES) parts.unshift(this.#dictionary);
    return lastOctets(parts, HISTORY_SIZE_BYTES);
  }

  /**
   * Forgets what nobody can ask for any more, given that nobody asks for a history below `number`.
   * @returns the number of the oldest text that is still held; everything below it is gone
   */
  forgetBelow(number: number): number {
    let oldest = number + 1;
    let sizeBytes = 0;
    while (oldest > this.#base && sizeBytes < HISTORY_SIZE_BYTES) {
      const text = this.text(oldest - 1);
      if (text === undefined) break;
      sizeBytes += text.length;
      oldest--;
    }
    const [first] = this.#texts;
    if (first !== undefined && first.number < oldest) this.#texts = this.from(oldest);
    return oldest;
  }
}

/** The last `mostBytes` of the parts, joined. */
function lastOctets(parts: readonly Uint8Array[], mostBytes: number): Uint8Array {
  const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = new Uint8Array(sizeBytes);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return sizeBytes <= mostBytes ? joined : joined.slice(sizeBytes - mostBytes);
}

/** By which two sides see that they hold the same history (section 2.1). */
export function tagOf(incarnation: Uint8Array, number: number, history: Uint8Array): number {
  return crc32(incarnation, new OctetWriter().fixed(number, 8).done(), history);
}

/** Whether two runs of octets are equal; not for secrets. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}
