import {
  BYTE_ORDER_MARK,
  CLOSING_BRACKET,
  DOUBLE_QUOTE,
  EXCLAMATION,
  GREATER_THAN,
  isSpace,
  LESS_THAN,
  MAY_MEAN_MORE,
  QUESTION,
  SINGLE_QUOTE,
  SLASH,
} from "./characters.ts";
import { malformed, XmlError } from "./error.ts";
import { Held } from "./held.ts";
import { lastTokenEnd, Source } from "./source.ts";
import type { Span } from "./tag.ts";

/** A piece of the stream whose ends are known and whose inside is not yet checked. */
export type Token =
  /**
   * - `text`: text inside an element, up to the next `<`.
   * - `cdata`: the inside of a CDATA section inside an element.
   * - `start`, `end`: the inside of a tag.
   * - `declaration`: what stands between `<?` and `>` at the very start of the stream.
   */
  | ({ readonly kind: "text" | "cdata" | "start" | "end" | "declaration" } & Span)
  /** Between elements stands something other than white space and tags; `octet` is its first. */
  | { readonly kind: "stray"; readonly octet: number };

type Mode = "between" | "text" | "markup" | "start" | "end" | "declaration" | "cdata";

/** What follows `<` where a CDATA section starts. */
const CDATA_OPENING: readonly number[] = Array.from("![CDATA[", (character) => character.charCodeAt(0));
const CDATA_CLOSING_SIZE = "]]>".length;
const NO_QUOTE = -1;
const NOTHING = new Uint8Array(0);

/**
 * Cuts a stream into tokens. Each octet is looked at once, whatever the chunks are; a token that is not whole is
 * held until the rest comes. White space between elements is not held.
 */
export class Scanner {
  readonly #mayDeclare: boolean;
  readonly #held = new Held();
  #bytes: Uint8Array = NOTHING;
  #at = 0;
  /** Where in the stream `#bytes` starts. */
  #baseByte = 0;
  /** What `#bytes` holds of whole tokens, from the first that was found on; null if it is not UTF-8. */
  #source: Source | null | undefined;
  #mode: Mode = "between";
  /** Whether an element other than the root is open: text counts. */
  #inside = false;
  #startByte: number | undefined;
  /** Octets of a byte order mark that have come. */
  #markBytes = 0;
  #cdataMatched = 0;
  /** How many of the last octets of a CDATA section may begin its end. */
  #brackets = 0;
  #quote = NO_QUOTE;
  #plain = true;

  /** @param mayDeclare whether the stream may start with a byte order mark and an XML declaration */
  constructor(mayDeclare: boolean) {
    this.#mayDeclare = mayDeclare;
  }

  /** Goes on with the next octets; only when `next` has used up those before. */
  feed(bytes: Uint8Array): void {
    this.#baseByte += this.#bytes.length;
    this.#bytes = bytes;
    this.#at = 0;
    this.#source = undefined;
  }

  /** Octets of the stream that `next` has used. */
  get positionByte(): number {
    return this.#baseByte + this.#at;
  }

  /** Where in the stream the token or the child of the stream starts that is under way. */
  get startByte(): number | undefined {
    return this.#startByte;
  }

  /** What `next` has not used of the octets fed last. */
  get rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  /** To be told after each tag whether an element other than the root is open. */
  setInside(inside: boolean): void {
    this.#inside = inside;
    this.#mode = inside ? "text" : "between";
    if (!inside) this.#startByte = undefined;
  }

  /**
   * The next whole token; undefined when the octets hold no more.
   * @throws {XmlError} `restricted-xml` or `not-well-formed`, as soon as a token can only become that, and
   *   `unsupported-encoding`
   */
  next(): Token | undefined {
    while (this.#at < this.#bytes.length) {
      const token = this.#step();
      if (token !== undefined) return token;
    }
    // An idle stream keeps no text.
    this.#source = undefined;
    return undefined;
  }

  #step(): Token | undefined {
    switch (this.#mode) {
      case "between":
        return this.#between();
      case "text":
        return this.#text();
      case "markup":
        return this.#markup();
      case "start":
        return this.#startTag();
      case "end":
      case "declaration":
        return this.#simpleTag(this.#mode);
      case "cdata":
        return this.#cdata();
    }
  }

  #between(): Token | undefined {
    while (this.#at < this.#bytes.length) {
      const octet = this.#bytes[this.#at] ?? 0;
      const here = this.positionByte;
      this.#at += 1;
      const marks = this.#mayDeclare && here === this.#markBytes && octet === BYTE_ORDER_MARK[here];
      if (marks) this.#markBytes += 1;
      const halfMarked = this.#markBytes % BYTE_ORDER_MARK.length !== 0;
      if (marks || (isSpace(octet) && !halfMarked)) continue;
      if (octet !== LESS_THAN || halfMarked) return { kind: "stray", octet };
      this.#startByte = here;
      this.#mode = "markup";
      return undefined;
    }
    return undefined;
  }

  #text(): Token | undefined {
    const bytes = this.#bytes;
    let plain = this.#plain;
    for (let at = this.#at; at < bytes.length; at++) {
      const octet = bytes[at] ?? 0;
      if (octet === LESS_THAN) {
        this.#mode = "markup";
        this.#plain = true;
        return at === this.#at && this.#held.empty ? this.#skip() : this.#token("text", at, plain);
      }
      if (MAY_MEAN_MORE[octet] === 1) plain = false;
    }
    this.#plain = plain;
    return this.#hold();
  }

  /** Behind `<`: which kind of token it is. */
  #markup(): Token | undefined {
    const octet = this.#bytes[this.#at] ?? 0;
    if (this.#cdataMatched > 0 || octet === EXCLAMATION) return this.#cdataOpening(octet);
    if (octet === SLASH) {
      this.#mode = "end";
      return this.#skip();
    }
    if (octet === QUESTION) {
      this.#mode = "declaration";
      this.#skip();
      if (this.#mayDeclare && this.#startByte === this.#markBytes) return undefined;
      throw restricted("processing instruction");
    }
    this.#mode = "start";
    return undefined;
  }

  #cdataOpening(octet: number): Token | undefined {
    this.#skip();
    if (octet !== CDATA_OPENING[this.#cdataMatched]) throw restricted("comment or document type");
    this.#cdataMatched += 1;
    if (this.#cdataMatched < CDATA_OPENING.length) return undefined;
    this.#cdataMatched = 0;
    this.#mode = "cdata";
    return this.#inside ? undefined : { kind: "stray", octet: LESS_THAN };
  }

  #startTag(): Token | undefined {
    const bytes = this.#bytes;
    let quote = this.#quote;
    let plain = this.#plain;
    for (let at = this.#at; at < bytes.length; at++) {
      const octet = bytes[at] ?? 0;
      if (octet === LESS_THAN) throw this.#unendedTag(at);
      if (octet === quote) {
        quote = NO_QUOTE;
      } else if (quote !== NO_QUOTE) {
        if (MAY_MEAN_MORE[octet] === 1) plain = false;
      } else if (octet === GREATER_THAN) {
        this.#quote = NO_QUOTE;
        this.#plain = true;
        return this.#token("start", at, plain);
      } else if (octet === SINGLE_QUOTE || octet === DOUBLE_QUOTE) {
        quote = octet;
      }
    }
    this.#quote = quote;
    this.#plain = plain;
    return this.#hold();
  }

  /** A tag in which nothing is quoted that could matter. */
  #simpleTag(kind: "end" | "declaration"): Token | undefined {
    const bytes = this.#bytes;
    for (let at = this.#at; at < bytes.length; at++) {
      const octet = bytes[at];
      if (octet === LESS_THAN) throw this.#unendedTag(at);
      if (octet === GREATER_THAN) return this.#token(kind, at, false);
    }
    return this.#hold();
  }

  #unendedTag(at: number): XmlError {
    this.#at = at + 1;
    return malformed("'<' in a tag");
  }

  #cdata(): Token | undefined {
    const bytes = this.#bytes;
    for (let at = this.#at; at < bytes.length; at++) {
      const octet = bytes[at];
      if (octet === GREATER_THAN && this.#brackets >= CDATA_CLOSING_SIZE - 1) {
        this.#brackets = 0;
        this.#mode = "text";
        return this.#token("cdata", at, false);
      }
      this.#brackets = octet === CLOSING_BRACKET ? this.#brackets + 1 : 0;
    }
    return this.#hold();
  }

  #skip(): undefined {
    this.#at += 1;
  }

  #hold(): undefined {
    this.#held.add(this.rest);
    this.#at = this.#bytes.length;
  }

  /** The token that ends before the delimiter at `end`. It is read in place if no part of it was held. */
  #token(kind: "text" | "cdata" | "start" | "end" | "declaration", end: number, plain: boolean): Token {
    const from = this.#at;
    this.#at = end + 1;
    if (this.#held.empty) return { kind, source: this.#inPlace(from, end), from, to: end, plain };
    this.#held.add(this.#bytes.subarray(from, end));
    const whole = this.#held.take();
    const source = Source.of(whole, 0, whole.length);
    if (source === undefined) throw badEncoding();
    return { kind, source, from: 0, to: whole.length, plain };
  }

  #inPlace(from: number, to: number): Source {
    // What ends before a delimiter ends with a whole character; so do all tokens in these octets together.
    if (this.#source === undefined) {
      this.#source = Source.of(this.#bytes, from, lastTokenEnd(this.#bytes)) ?? null;
    }
    const source = this.#source ?? Source.of(this.#bytes, from, to);
    if (source === undefined) throw badEncoding();
    return source;
  }
}

function restricted(what: string): XmlError {
  return new XmlError("restricted-xml", `Cannot accept XML: ${what}`);
}

function badEncoding(): XmlError {
  return new XmlError("unsupported-encoding", "Cannot read XML: octets that are not UTF-8");
}
