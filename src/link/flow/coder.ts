import { concat } from "../../base/mod.ts";
import { Deflater, type FixedCode, InflateError, Inflater, STATIC_CODE } from "../../deflate/mod.ts";
import { CODE_2 } from "./code2.ts";
import { DICTIONARY } from "./dictionary.ts";
import { DICTIONARY_2 } from "./dictionary2.ts";
import type { Coding } from "./frame.ts";
import type { Window } from "./history.ts";
import { DamageError } from "./octets.ts";
import { Shortener } from "./shortener.ts";

const NOTHING = new Uint8Array(0);

/** From what the history of a flow begins (section 4). */
export function dictionaryOf(coding: Coding): Uint8Array {
  return coding === 0 ? NOTHING : coding === 1 ? DICTIONARY : DICTIONARY_2;
}

/** How a side codes what it sends. */
export function codingFor(
  { compression, shorten }: { readonly compression: "deflate" | "none"; readonly shorten: boolean },
): Coding {
  return compression === "none" ? 0 : shorten ? 2 : 1;
}

/** A coding by its number in a store; undefined when there is none of that number. */
export function codingOf(number: number): Coding | undefined {
  return number === 0 || number === 1 || number === 2 ? number : undefined;
}

function codeOf(coding: Coding): FixedCode {
  return coding === 2 ? CODE_2 : STATIC_CODE;
}

/** Makes the data of frames that follow one another, from a point of a flow's history on (sections 4 and 11). */
export class FlowEncoder {
  /**
   * Whether it stands, after a frame, where another would that begins with the history at that point. Shortened text is
   * not what the history holds.
   */
  readonly followsHistory: boolean;
  readonly #deflater: Deflater | undefined;
  readonly #shortener: Shortener | undefined;
  #sparedBytes = 0;

  constructor(coding: Coding, { octets, texts }: Window) {
    this.followsHistory = coding !== 2;
    this.#deflater = coding === 0 ? undefined : new Deflater(octets, codeOf(coding));
    this.#shortener = coding === 2 ? new Shortener(texts) : undefined;
  }

  /** By how many octets the text of the last frame was shorter than its stanzas. */
  get sparedBytes(): number {
    return this.#sparedBytes;
  }

  /** The data of a frame with these stanzas. */
  encode(texts: readonly Uint8Array[]): Uint8Array {
    const text = this.#shortener?.shorten(texts) ?? concat(texts);
    this.#sparedBytes = texts.reduce((sum, { length }) => sum + length, 0) - text.length;
    return this.#deflater?.block(text) ?? text;
  }
}

/** Reads the data of frames that follow one another. */
export class FlowDecoder {
  /** As with the encoder. */
  readonly followsHistory: boolean;
  readonly #inflater: Inflater | undefined;
  readonly #shortener: Shortener | undefined;

  constructor(coding: Coding, { octets, texts }: Window) {
    this.followsHistory = coding !== 2;
    this.#inflater = coding === 0 ? undefined : new Inflater(octets, codeOf(coding));
    this.#shortener = coding === 2 ? new Shortener(texts) : undefined;
  }

  /**
   * The text of a frame.
   * @param mostBytes how much may come out, octets
   * @throws {DamageError} when it is no such data; of no use any more then
   */
  decode(data: Uint8Array, mostBytes: number): Uint8Array {
    const text = this.#inflated(data, mostBytes);
    return this.#shortener === undefined ? text : concat(this.#shortener.restore(text, mostBytes));
  }

  #inflated(data: Uint8Array, mostBytes: number): Uint8Array {
    try {
      return this.#inflater?.block(data, mostBytes) ?? data;
    } catch (error) {
      if (error instanceof InflateError) throw new DamageError(`Cannot read a frame: ${error.message}`);
      throw error;
    }
  }
}
