import { setAttributes } from "./attributes.ts";
import { startsCharacter } from "./characters.ts";
import { checkDeclaration } from "./declaration.ts";
import type { Element } from "./element.ts";
import { malformed, tooMany, XmlError } from "./error.ts";
import type { XmlLimits } from "./limits.ts";
import { EMPTY_SCOPE, nest, type Scope } from "./namespaces.ts";
import { Scanner, type Token } from "./scanner.ts";
import { readEndTag, readStartTag, type Span, type StartTag } from "./tag.ts";
import { readCdata, readText } from "./text.ts";
import { elementNamespace, STREAM_NS, TreeBuilder } from "./tree.ts";

/** What a stream brings, in order. */
export type XmlEvent =
  /** The start tag of the root. */
  | {
    readonly kind: "open";
    /** Its name without prefix. */
    readonly name: string;
    /** Its namespace; "" for none. */
    readonly xmlns: string;
    /** The default namespace for its children, the content namespace of the stream; "" for none. */
    readonly contentNs: string;
    /** Its attributes as written, without declarations of namespaces. */
    readonly attrs: Readonly<Record<string, string>>;
  }
  /** A whole child of the root, in canonical form (see `Element`), and its size in octets as it came. */
  | { readonly kind: "element"; readonly element: Element; readonly sizeBytes: number }
  /** The end tag of the root. */
  | { readonly kind: "close" };

/** How a parser starts. */
export interface XmlParserOptions {
  readonly limits: XmlLimits;
  /**
   * Starts inside an open `<stream:stream xmlns='contentNs' xmlns:stream='http://etherx.jabber.org/streams'>`: no
   * "open" event comes, and `</stream:stream>` gives "close" (XEP-0361).
   */
  readonly preset?: { readonly contentNs: string };
}

const NOTHING = new Uint8Array(0);

/**
 * A strict, incremental parser of one XMPP stream (RFC 6120, section 11): octets in, events out. It does no I/O and
 * holds at most one incomplete child of the stream, bounded by the limits.
 *
 * However the octets are cut into chunks, the events are the same, and so is the condition that ends them. What is
 * wrong inside a tag or a text is found when the tag or the text ends, at the next `<` at the latest.
 *
 * The strings of an element may share the memory of all the text pushed with it, so push what a short read gives
 * (16 KiB), not a file.
 */
export class XmlParser {
  #limits: XmlLimits;
  readonly #scanner: Scanner;
  /** The name of the root as written; undefined before its start tag. */
  #rootName: string | undefined;
  #tree: TreeBuilder | undefined;
  #closed = false;
  #stopped = false;
  #busy = false;
  #failure: unknown;

  constructor(options: XmlParserOptions) {
    this.#limits = options.limits;
    this.#scanner = new Scanner(options.preset === undefined);
    if (options.preset === undefined) return;
    const prefixes = new Map([["stream", STREAM_NS]]);
    const scope = { defaultNs: options.preset.contentNs, prefixes, outer: EMPTY_SCOPE };
    this.#openRoot("stream:stream", scope);
  }

  /** Octets held of an incomplete child of the stream, tag of the root, or declaration; 0 between them. */
  get pendingBytes(): number {
    const { startByte, positionByte } = this.#scanner;
    return startByte === undefined ? 0 : positionByte - startByte;
  }

  /** Sets other limits, in force from now on. */
  setLimits(limits: XmlLimits): void {
    this.#limits = limits;
  }

  /** To be called by the taker of an event: no further event comes, now or later. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Parses the next octets.
   * @param onEvent is given each event at once, so those before an error are not lost; it may call `stop` and
   *   `setLimits`, and must not call `push`
   * @returns the octets behind the event at which `stop` was called, a view of `bytes`; all of `bytes`
   *   if it was called before; none if it was not called
   * @throws {XmlError} if the peer broke a rule or a limit. Whatever was thrown, also by `onEvent`, is thrown again by
   *   every later call.
   */
  push(bytes: Uint8Array, onEvent: (event: XmlEvent) => void): Uint8Array {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#busy) throw new Error("Cannot push: the parser is giving an event");
    if (this.#stopped) return bytes;
    this.#busy = true;
    try {
      return this.#parse(bytes, onEvent);
    } catch (error) {
      this.#failure = this.#sizeFirst(error);
      throw this.#failure;
    } finally {
      this.#busy = false;
    }
  }

  #parse(bytes: Uint8Array, onEvent: (event: XmlEvent) => void): Uint8Array {
    this.#scanner.feed(bytes);
    for (let token = this.#scanner.next(); token !== undefined; token = this.#scanner.next()) {
      this.#take(token, onEvent);
      if (this.#stopped) return this.#scanner.rest;
    }
    this.#checkSize();
    return NOTHING;
  }

  #take(token: Token, onEvent: (event: XmlEvent) => void): void {
    switch (token.kind) {
      case "start":
        return this.#start(readStartTag(token, this.#limits.attributes), onEvent);
      case "end":
        return this.#end(token, onEvent);
      case "text":
        return this.#tree?.text(token.plain ? textOf(token) : readText(textOf(token)));
      case "cdata":
        return this.#tree?.text(readCdata(textOf(token)));
      case "declaration":
        checkDeclaration(textOf(token));
        this.#checkSize();
        return this.#scanner.setInside(false);
      case "stray":
        throw this.#stray(token.octet);
    }
  }

  #stray(octet: number): XmlError {
    if (!startsCharacter(octet)) {
      return new XmlError("unsupported-encoding", "Cannot read XML: octets that are not UTF-8");
    }
    if (this.#tree === undefined || this.#closed) return malformed("text outside the root");
    return new XmlError("invalid-xml", "Cannot accept XML: text directly under the stream");
  }

  #start(tag: StartTag, onEvent: (event: XmlEvent) => void): void {
    if (this.#closed) throw malformed("a second root");
    if (this.#tree === undefined) return this.#startRoot(tag, onEvent);
    const element = this.#tree.start(tag, this.#limits);
    this.#afterTag(this.#tree, element, onEvent);
  }

  #startRoot(tag: StartTag, onEvent: (event: XmlEvent) => void): void {
    const scope = nest(EMPTY_SCOPE, tag.attributes);
    const attrs: Record<string, string> = {};
    setAttributes(attrs, tag.attributes, scope);
    const xmlns = elementNamespace(tag, scope);
    this.#checkSize();
    this.#openRoot(tag.qname, scope);
    onEvent({ kind: "open", name: tag.local, xmlns, contentNs: scope.defaultNs, attrs });
    if (tag.empty && !this.#stopped) this.#close(onEvent);
  }

  #openRoot(qname: string, scope: Scope): void {
    this.#rootName = qname;
    this.#tree = new TreeBuilder(scope);
    this.#scanner.setInside(false);
  }

  #end(span: Span, onEvent: (event: XmlEvent) => void): void {
    if (this.#tree === undefined || this.#rootName === undefined || this.#closed) {
      throw malformed("an end tag outside the root");
    }
    if (this.#tree.depth > 0) return this.#afterTag(this.#tree, this.#tree.end(span), onEvent);
    readEndTag(span, this.#rootName);
    this.#checkSize();
    this.#scanner.setInside(false);
    this.#close(onEvent);
  }

  #close(onEvent: (event: XmlEvent) => void): void {
    this.#closed = true;
    onEvent({ kind: "close" });
  }

  /** @param element the child of the stream that the tag made whole, if it did */
  #afterTag(tree: TreeBuilder, element: Element | undefined, onEvent: (event: XmlEvent) => void): void {
    if (element === undefined) return this.#scanner.setInside(tree.depth > 0);
    this.#checkSize();
    const sizeBytes = this.pendingBytes;
    this.#scanner.setInside(false);
    onEvent({ kind: "element", element, sizeBytes });
  }

  #checkSize(): void {
    const size = this.pendingBytes;
    if (size > this.#limits.stanzaSizeBytes) {
      throw tooMany("octets of one stanza", size, this.#limits.stanzaSizeBytes);
    }
  }

  /** An error behind the last octet that is allowed was never reached. So chunks do not decide which is named. */
  #sizeFirst(error: unknown): unknown {
    if (!(error instanceof XmlError)) return error;
    try {
      this.#checkSize();
      return error;
    } catch (tooLarge) {
      return tooLarge;
    }
  }
}

function textOf(span: Span): string {
  return span.source.slice(span.from, span.to);
}
