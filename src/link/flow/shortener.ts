import { HISTORY_SIZE_BYTES } from "./history.ts";
import { DamageError } from "./octets.ts";
import { GIVEN_ID, joinTemplate, MARK, marksOf, nextId, type Template, templateOf } from "./template.ts";

/** Earlier stanzas, of different conversations or kinds, that a stanza can be like (section 11.2). */
export const MOST_TEMPLATES = 16;

/** Octets that no XML holds, by what they say (section 11.2). */
const END = "\u0000";
const PREDICTED = "\u0001";
const FILLED = "\u0002";
const FIRST_TEMPLATE = 0x10;

/** Stanzas that repeat the id of another. */
const ANSWER = /^<[^>]* type='(?:result|error)'/;

/** A template with the place where its stanza begins in all that was said. */
interface Known {
  readonly template: Template;
  readonly marks: readonly string[];
  readonly startBytes: number;
}

const encoder = new TextEncoder();

/**
 * Says stanzas by what they have in common with earlier ones (section 11). Both sides hold the same earlier ones, those
 * of the history, so this has no state of its own that could differ.
 */
export class Shortener {
  /** The latest of each conversation and kind, the latest first. */
  #known: Known[] = [];
  /** The id that a side gave last, and where its stanza begins. */
  #counted: { readonly id: string; readonly startBytes: number } | undefined;
  #endBytes = 0;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  /** @param texts the stanzas of the history, in order, each whole */
  constructor(texts: readonly Uint8Array[]) {
    for (const text of texts) this.#add(templateOf(this.#decoder.decode(text)), text.length);
  }

  /** The id that the side whose stanzas these are gave last, as far as the history goes back. */
  get counted(): string | undefined {
    return this.#counted?.id;
  }

  /** The stanzas of one frame, shortened. */
  shorten(texts: readonly Uint8Array[]): Uint8Array {
    let short = "";
    for (const text of texts) {
      const string = this.#decoder.decode(text);
      const template = templateOf(string);
      short += this.#shortened(string, template);
      this.#add(template, text.length);
    }
    // What ends a frame needs no other end.
    return encoder.encode(short.endsWith(END) ? short.slice(0, -1) : short);
  }

  /**
   * The texts again.
   * @param mostBytes of all of them together
   * @throws {DamageError} when it is not what `shorten` makes, or more; of no use any more then
   */
  restore(short: Uint8Array, mostBytes: number): Uint8Array[] {
    const reader = new ShortReader(this.#decoded(short));
    const texts: Uint8Array[] = [];
    let leftBytes = mostBytes;
    while (!reader.isAtEnd) {
      const string = this.#restored(reader);
      // A character is at least an octet: so nothing large is made before it is known to be too large.
      const text = string.length > leftBytes ? undefined : encoder.encode(string);
      if (text === undefined || text.length > leftBytes) {
        throw new DamageError(`Cannot read a frame: its text exceeds ${mostBytes} octets`);
      }
      leftBytes -= text.length;
      texts.push(text);
      this.#add(templateOf(string), text.length);
    }
    return texts;
  }

  #decoded(short: Uint8Array): string {
    try {
      return this.#decoder.decode(short);
    } catch {
      throw new DamageError("Cannot read a frame: its text is not UTF-8");
    }
  }

  #shortened(text: string, template: Template | undefined): string {
    if (template === undefined) return text + END;
    const same = this.#known.findIndex((known) => known.template.key === template.key);
    const rank = same >= 0
      ? same
      : this.#known.findIndex((known) => known.template.skeleton === template.skeleton);
    const like = this.#known[rank];
    if (like === undefined) return text + END;
    const { fillings } = template;
    const predicted = like.marks.map((_, at) => this.#predict(like, at, fillings));
    const isPredicted = predicted.every((filling, at) => filling === undefined || filling === fillings[at]);
    const token = String.fromCharCode(FIRST_TEMPLATE + rank);
    if (isPredicted) {
      return token +
        fillings.filter((_, at) => predicted[at] === undefined).map((text) => text + END).join("");
    }
    return FILLED + token +
      fillings.map((text, at) => text === predicted[at] ? PREDICTED : text + END).join("");
  }

  #restored(reader: ShortReader): string {
    if (reader.startsWith("<")) return reader.text();
    const isFilled = reader.takes(FILLED);
    const like = this.#known[reader.code() - FIRST_TEMPLATE];
    if (like === undefined) throw new DamageError("Cannot read a frame: no such template");
    const fillings: string[] = [];
    for (let at = 0; at < like.marks.length; at++) {
      const predicted = this.#predict(like, at, fillings);
      const takesPredicted = predicted !== undefined && (!isFilled || reader.takes(PREDICTED));
      fillings.push(takesPredicted ? predicted : reader.text());
    }
    return joinTemplate(like.template.skeleton, fillings);
  }

  /** What a filling is expected to be, from those before it; undefined where nothing is expected. */
  #predict({ template, marks }: Known, at: number, fillings: readonly string[]): string | undefined {
    const before = template.fillings[at] ?? "";
    if (marks[at] === MARK.address) return before;
    if (marks[at] !== MARK.id) return undefined;
    if (at !== template.idAt) {
      const own = template.fillings[template.idAt];
      return before === own ? fillings[template.idAt] : nextId(before);
    }
    return nextId(ANSWER.test(template.skeleton) ? before : this.#counted?.id ?? before);
  }

  #add(template: Template | undefined, sizeBytes: number): void {
    const startBytes = this.#endBytes;
    this.#endBytes += sizeBytes;
    const leastBytes = this.#endBytes - HISTORY_SIZE_BYTES;
    if (this.#counted !== undefined && this.#counted.startBytes < leastBytes) this.#counted = undefined;
    this.#known = this.#known.filter((known) =>
      known.startBytes >= leastBytes && known.template.key !== template?.key
    );
    if (template === undefined || startBytes < leastBytes) return;
    const { skeleton } = template;
    this.#known.unshift({ template, marks: marksOf(skeleton), startBytes });
    this.#known.length = Math.min(this.#known.length, MOST_TEMPLATES);
    const id = template.fillings[template.idAt];
    if (id !== undefined && GIVEN_ID.test(id) && !ANSWER.test(skeleton)) this.#counted = { id, startBytes };
  }
}

/** Reads a shortened text. */
class ShortReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  startsWith(character: string): boolean {
    return this.#text.startsWith(character, this.#at);
  }

  /** Goes over a character, if it is the next. */
  takes(character: string): boolean {
    const isNext = this.startsWith(character);
    if (isNext) this.#at++;
    return isNext;
  }

  /** The next character's code; NaN at the end. */
  code(): number {
    return this.#text.charCodeAt(this.#at++);
  }

  /** Up to the next end, which may be that of all. */
  text(): string {
    const found = this.#text.indexOf(END, this.#at);
    const end = found < 0 ? this.#text.length : found;
    const text = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return text;
  }
}
