import type { CloseReason } from "../base/mod.ts";
import { isStanzaElement, NS, type StreamError } from "../stanza/mod.ts";
import { type Element, XmlError, type XmlEvent, type XmlLimits, XmlParser } from "../xml/mod.ts";
import { CLOSING_TAG, isStreamError, readStreamError } from "./stream_error.ts";

/** What happens to a link's stream. */
export type PresetInput =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** The peer sends no more: the connection ended in its direction. */
  | { readonly kind: "end" };

/** What it means. After any but `stanza` nothing comes any more. */
export type PresetOutput =
  /** A message, presence or IQ in `jabber:server`. Its addresses are not yet checked. */
  | { readonly kind: "stanza"; readonly element: Element }
  /** `closed-by-peer` after `</stream:stream>`, `lost` when the connection ended without it. */
  | { readonly kind: "peerClosed"; readonly reason: Extract<CloseReason, "closed-by-peer" | "lost"> }
  /** The peer ended the stream with an error. Nothing is to be answered but the closing tag. */
  | { readonly kind: "error"; readonly error: StreamError }
  /** The peer broke a rule: send `streamErrorText(error)`, then close. */
  | { readonly kind: "fatal"; readonly error: StreamError };

/**
 * The incoming half of a zero-handshake stream between servers (XEP-0361): both sides behave as if
 * `<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>` had been sent
 * already, so the first byte may be that of a stanza. There is no outgoing state: stanzas are written one
 * after the other, and `closing()` behind the last.
 */
export class PresetStream {
  readonly #parser: XmlParser;
  #ended = false;
  #out: PresetOutput[] = [];

  constructor(limits: XmlLimits) {
    this.#parser = new XmlParser({ limits, preset: { contentNs: NS.SERVER } });
  }

  step(input: PresetInput): PresetOutput[] {
    this.#out = [];
    if (this.#ended) return this.#out;
    if (input.kind === "bytes") this.#receive(input.bytes);
    else this.#end({ kind: "peerClosed", reason: "lost" });
    return this.#out;
  }

  /** What ends our half in good order; the peer answers with the same. */
  closing(): string {
    return CLOSING_TAG;
  }

  #receive(bytes: Uint8Array): void {
    try {
      this.#parser.push(bytes, this.#onEvent);
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      this.#end({ kind: "fatal", error: { condition: error.condition, text: error.message } });
    }
  }

  readonly #onEvent = (event: XmlEvent): void => {
    switch (event.kind) {
      case "open":
        throw new Error("Cannot happen: a preset stream was opened again");
      case "element":
        return this.#take(event.element);
      case "close":
        return this.#end({ kind: "peerClosed", reason: "closed-by-peer" });
    }
  };

  #take(element: Element): void {
    if (isStanzaElement(element)) {
      this.#out.push({ kind: "stanza", element });
    } else if (isStreamError(element)) {
      this.#end({ kind: "error", error: readStreamError(element) });
    } else {
      this.#end({ kind: "fatal", error: { condition: "unsupported-stanza-type" } });
    }
  }

  #end(output: PresetOutput): void {
    this.#ended = true;
    this.#parser.stop();
    this.#out.push(output);
  }
}
