import { PresetStream } from "../stream/mod.ts";
import type { Element, XmlLimits } from "../xml/mod.ts";

/** What blocks are found to hold. */
export interface StanzaBlocksEvents {
  /** A stanza is whole; its addresses are not yet checked. */
  stanza(element: Element): void;
  /** A block was dropped. */
  damaged(why: string): void;
}

/**
 * Stanzas out of RCOP segments (XEP-0365 version 0.2.1: "each block is exactly one stanza"). RCOP does not say where a U_PDU
 * ends, so the parser does: at the end of the stanza. What is wrong with one block says nothing about the next.
 */
export class StanzaBlocks {
  readonly #limits: XmlLimits;
  readonly #events: StanzaBlocksEvents;
  /** Undefined between stanzas, and while segments of one that was dropped still come. */
  #stream: PresetStream | undefined;

  constructor(limits: XmlLimits, events: StanzaBlocksEvents) {
    this.#limits = limits;
    this.#events = events;
  }

  /** Takes a segment. @param isFirst a U_PDU begins with it */
  take(octets: Uint8Array, isFirst: boolean): void {
    if (isFirst) {
      if (this.#stream !== undefined) this.#events.damaged("a stanza is not whole");
      this.#stream = new PresetStream(this.#limits);
    }
    // Behind the first thing that comes of a block nothing counts: it is one stanza.
    const [output] = this.#stream?.step({ kind: "bytes", bytes: octets }) ?? [];
    if (output === undefined) return;
    this.#stream = undefined;
    if (output.kind === "stanza") this.#events.stanza(output.element);
    else if (output.kind === "fatal") this.#events.damaged(output.error.text ?? output.error.condition);
    else if (output.kind === "error") this.#events.damaged(output.error.condition);
  }

  /** A segment is missing: what has come of the stanza is void. */
  reset(): void {
    this.#stream = undefined;
  }
}
