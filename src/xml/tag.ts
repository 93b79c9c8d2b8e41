import {
  BEYOND_ASCII,
  COLON,
  DOUBLE_QUOTE,
  EQUALS,
  isNcName,
  isSpace,
  NAME_OCTETS,
  SINGLE_QUOTE,
  SLASH,
  STARTS_NAME,
} from "./characters.ts";
import { malformed, quote, tooMany } from "./error.ts";
import type { Source } from "./source.ts";
import { readAttributeValue } from "./text.ts";

/** A name as written, and its parts; `prefix` is "" when there is none. */
export interface QName {
  readonly qname: string;
  readonly prefix: string;
  readonly local: string;
}

/** An attribute or a namespace declaration, its value normalised. */
export interface RawAttribute extends QName {
  readonly value: string;
}

/** A start tag before namespaces mean anything. Attributes may still be duplicates. */
export interface StartTag extends QName {
  readonly attributes: readonly RawAttribute[];
  /** Written `<name/>`: its end tag is included. */
  readonly empty: boolean;
}

/** Part of a source, in octets. Of a tag it is what stands between `<` or `</` and `>`. */
export interface Span {
  readonly source: Source;
  readonly from: number;
  readonly to: number;
  /** Whether no character of its text or values can mean more than itself (`MAY_MEAN_MORE`). */
  readonly plain: boolean;
}

/**
 * Reads a start tag (XML 1.0, productions [40], [41], [44]).
 * @param attributeLimit attributes and declarations allowed on one element
 * @throws {XmlError} `not-well-formed`, `restricted-xml` or `policy-violation`
 */
export function readStartTag(span: Span, attributeLimit: number): StartTag {
  const reader = new TagReader(span);
  const { qname, prefix, local } = reader.name();
  const attributes: RawAttribute[] = [];
  while (reader.toAttribute()) {
    if (attributes.length === attributeLimit) {
      throw tooMany("attributes of one element", attributeLimit + 1, attributeLimit);
    }
    attributes.push(reader.attribute());
  }
  return { qname, prefix, local, attributes, empty: reader.empty };
}

/**
 * Checks an end tag against the element that is open.
 * @throws {XmlError} `not-well-formed` if it is another
 */
export function readEndTag(span: Span, openName: string): void {
  const written = span.source.slice(span.from, span.to);
  if (written.startsWith(openName) && /^[ \t\r\n]*$/.test(written.slice(openName.length))) return;
  throw malformed(`end tag ${quote(written)} where ${quote(openName)} is open`);
}

/** Goes once through a start tag. */
class TagReader {
  readonly #source: Source;
  readonly #bytes: Uint8Array;
  readonly #plain: boolean;
  readonly #to: number;
  #at: number;
  readonly empty: boolean;

  constructor(span: Span) {
    this.#source = span.source;
    this.#bytes = span.source.bytes;
    this.#plain = span.plain;
    this.#at = span.from;
    this.empty = span.to > span.from && this.#bytes[span.to - 1] === SLASH;
    this.#to = this.empty ? span.to - 1 : span.to;
  }

  name(): QName {
    const from = this.#at;
    let kinds = this.#ncName();
    const colon = this.#at < this.#to && this.#bytes[this.#at] === COLON;
    if (colon) {
      this.#at += 1;
      kinds |= this.#ncName();
    }
    const qname = this.#source.slice(from, this.#at);
    const length = colon ? qname.indexOf(":") : 0;
    const prefix = qname.slice(0, length);
    const local = colon ? qname.slice(length + 1) : qname;
    if ((kinds & BEYOND_ASCII) !== 0 && !(isNcName(local) && (!colon || isNcName(prefix)))) {
      throw malformed(`${quote(qname)} is no name`);
    }
    return { qname, prefix, local };
  }

  /** Goes to the next attribute; false if there is none. */
  toAttribute(): boolean {
    const from = this.#at;
    this.#skipSpace();
    if (this.#at === this.#to) return false;
    if (this.#at === from) throw malformed("no white space before an attribute");
    return true;
  }

  attribute(): RawAttribute {
    const { qname, prefix, local } = this.name();
    this.#skipSpace();
    if (this.#next() !== EQUALS) throw malformed(`attribute ${quote(qname)} without '='`);
    this.#skipSpace();
    const mark = this.#next();
    if (mark !== SINGLE_QUOTE && mark !== DOUBLE_QUOTE) {
      throw malformed(`value of ${quote(qname)} is not quoted`);
    }
    const from = this.#at;
    let end = from;
    while (end < this.#to && this.#bytes[end] !== mark) end += 1;
    if (end === this.#to) throw malformed(`value of ${quote(qname)} has no end`);
    this.#at = end + 1;
    const raw = this.#source.slice(from, end);
    return { qname, prefix, local, value: this.#plain ? raw : readAttributeValue(raw) };
  }

  /** Goes over a name without a colon. Returns what its octets can be. */
  #ncName(): number {
    const from = this.#at;
    let at = from;
    let kinds = 0;
    for (; at < this.#to; at++) {
      const kind = NAME_OCTETS[this.#bytes[at] ?? 0] ?? 0;
      if (kind === 0) break;
      kinds |= kind;
    }
    const first = NAME_OCTETS[this.#bytes[from] ?? 0] ?? 0;
    if (at === from || (first & STARTS_NAME) === 0) {
      throw malformed("a name is missing, or starts with a wrong character");
    }
    this.#at = at;
    return kinds;
  }

  #skipSpace(): void {
    while (this.#at < this.#to && isSpace(this.#bytes[this.#at])) this.#at += 1;
  }

  #next(): number | undefined {
    if (this.#at === this.#to) return undefined;
    this.#at += 1;
    return this.#bytes[this.#at - 1];
  }
}
