import { concat } from "../../base/mod.ts";
import { crc32 } from "./crc32.ts";
import { OctetWriter } from "./octets.ts";
import type { NumberedText } from "./store.ts";

/** Octets of text from which compression continues: the window of DEFLATE. */
export const HISTORY_SIZE_BYTES = 32_768;

/** Texts let go of at the front before the list is moved up. */
const SLACK = 1_024;
/** In the place of a text that was let go of. */
const GONE = new Uint8Array(0);

/** A point of a history, from which a frame goes on. */
export interface Window {
  /** The history. */
  readonly octets: Uint8Array;
  /** The stanzas of it that it holds whole, in order. */
  readonly texts: readonly Uint8Array[];
}

/** A stanza's text, and where it ends among all texts that were ever added. */
interface Held extends NumberedText {
  readonly endBytes: number;
}

/**
 * The text of a flow as one side holds it: the stanzas since the last cold opening, as far back as anybody may ask
 * (section 4). Nothing here looks at more texts than it has to: a window holds thousands.
 */
export class History {
  readonly #dictionary: Uint8Array;
  #base: number;
  /** In order, without gaps; what lies before `#head` is gone. */
  #texts: Held[] = [];
  #head = 0;

  /** @param base number of the first stanza after the last cold opening */
  constructor(dictionary: Uint8Array, base: number, texts: readonly NumberedText[] = []) {
    this.#dictionary = dictionary;
    this.#base = base;
    for (const text of texts) this.add(text);
  }

  /** Number of the first stanza after the last cold opening. */
  get base(): number {
    return this.#base;
  }

  /** Number of the oldest text that is held; undefined when there is none. */
  get oldest(): number | undefined {
    return this.#texts[this.#head]?.number;
  }

  /** The text of a stanza; undefined when it is not held. */
  text(number: number): Uint8Array | undefined {
    return this.#held(number)?.text;
  }

  /** The texts from `number` on. */
  from(number: number): NumberedText[] {
    const { oldest } = this;
    return oldest === undefined ? [] : this.#texts.slice(this.#head + Math.max(0, number - oldest));
  }

  /** Octets of text that lie in memory. */
  get heldSizeBytes(): number {
    return this.#texts.reduce((sum, { text }) => sum + text.length, 0);
  }

  /** Octets of the texts `first` to `last`, both held. */
  sizeBytes(first: number, last: number): number {
    const end = this.#held(last);
    const start = this.#held(first);
    return end === undefined || start === undefined ? 0 : end.endBytes - start.endBytes + start.text.length;
  }

  add({ number, text }: NumberedText): void {
    const last = this.#texts.at(-1);
    if (last !== undefined && number !== last.number + 1) {
      throw new RangeError(`Cannot add stanza ${number} to a history that ends at ${last.number}`);
    }
    const before = last?.endBytes ?? 0;
    this.#texts.push({ number, text, endBytes: before + text.length });
  }

  /** A cold opening at `base`: what was before is no longer history. Texts from there on are kept. */
  restart(base: number): void {
    this.#base = base;
    this.#dropBelow(base);
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
      parts.push(text);
      sizeBytes += text.length;
    }
    if (sizeBytes < HISTORY_SIZE_BYTES) parts.push(this.#dictionary);
    return lastOctets(parts.reverse(), HISTORY_SIZE_BYTES);
  }

  /** The history at `number`, with its stanzas; undefined when it is not held. */
  window(number: number): Window | undefined {
    const octets = this.at(number);
    if (octets === undefined) return undefined;
    const texts: Uint8Array[] = [];
    let sizeBytes = 0;
    for (let n = number; n >= this.#base; n--) {
      const text = this.text(n);
      sizeBytes += text?.length ?? 0;
      if (text === undefined || sizeBytes > HISTORY_SIZE_BYTES) break;
      texts.push(text);
    }
    return { octets, texts: texts.reverse() };
  }

  /** The same texts from `base` on, behind another dictionary. */
  rebased(dictionary: Uint8Array, base: number): History {
    return new History(dictionary, base, this.from(base));
  }

  /** The least number from which on the texts up to `last` are held, at most `mostBytes` of them. */
  reach(last: number, mostBytes: number): number {
    const { oldest } = this;
    const end = this.#held(last);
    if (oldest === undefined || end === undefined) return last + 1;
    let [low, high] = [oldest, last + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.sizeBytes(middle, last) <= mostBytes) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /**
   * Forgets what nobody can ask for any more, given that nobody asks for a history below `number`.
   * @returns the number of the oldest text that is still held, or undefined when nothing was forgotten
   */
  forgetBelow(number: number): number | undefined {
    // One text more than fits the window: the octets that it lends may be the first of the window.
    const least = Math.max(this.#base, this.reach(number, HISTORY_SIZE_BYTES - 1) - 1);
    const { oldest } = this;
    if (oldest === undefined || least <= oldest) return undefined;
    this.#dropBelow(least);
    return least;
  }

  #held(number: number): Held | undefined {
    const first = this.#texts[this.#head];
    return first === undefined || number < first.number
      ? undefined
      : this.#texts[this.#head + number - first.number];
  }

  #dropBelow(number: number): void {
    const { oldest } = this;
    if (oldest === undefined || number <= oldest) return;
    const head = Math.min(this.#texts.length, this.#head + number - oldest);
    for (let at = this.#head; at < head; at++) {
      const held = this.#texts[at];
      if (held !== undefined) this.#texts[at] = { ...held, text: GONE };
    }
    this.#head = head;
    if (this.#head < SLACK && this.#head < this.#texts.length) return;
    this.#texts = this.#texts.slice(this.#head);
    this.#head = 0;
  }
}

/** The last `mostBytes` of the parts, joined. */
function lastOctets(parts: readonly Uint8Array[], mostBytes: number): Uint8Array {
  const all = concat(parts);
  return all.length <= mostBytes ? all : all.slice(all.length - mostBytes);
}

/** By which two sides see that they hold the same history (section 2.1). */
export function tagOf(incarnation: Uint8Array, number: number, history: Uint8Array): number {
  return crc32(incarnation, new OctetWriter().fixed(number, 8).done(), history);
}

/** Whether two runs of octets are equal; not for secrets. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}
