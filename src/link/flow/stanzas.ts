import { type Element, XmlError, type XmlLimits, XmlParser } from "../../xml/mod.ts";
import { DamageError } from "./octets.ts";

/**
 * What a stanza on the link may be (section 2.5). The other side has checked what it took from its clients, by limits
 * of its own: here only what no frame bears is refused, since what is refused here would be sent again for ever.
 */
export const STANZA_LIMITS: XmlLimits = {
  stanzaSizeBytes: 480_000,
  depth: 1_024,
  attributes: 1_024,
  elements: 131_072,
};

/** A stanza, read, with its octets as they came. */
export interface StanzaText {
  readonly element: Element;
  readonly text: Uint8Array;
}

/** Octets of texts. */
export function sizeOfTexts(texts: readonly { readonly text: Uint8Array }[]): number {
  return texts.reduce((sum, { text }) => sum + text.length, 0);
}

/**
 * Takes the text of a frame apart again.
 * @throws {DamageError} when it is not one or more whole stanzas with nothing between them
 */
export function splitStanzas(text: Uint8Array): StanzaText[] {
  const parser = new XmlParser({ limits: STANZA_LIMITS, preset: { contentNs: "jabber:server" } });
  const texts: StanzaText[] = [];
  let at = 0;
  try {
    parser.push(text, (event) => {
      if (event.kind !== "element") throw new DamageError("Cannot read a frame: it closes the stream");
      texts.push({ element: event.element, text: text.slice(at, at + event.sizeBytes) });
      at += event.sizeBytes;
    });
  } catch (error) {
    if (error instanceof XmlError) throw new DamageError(`Cannot read a frame: ${error.message}`);
    throw error;
  }
  if (at !== text.length || texts.length === 0) {
    throw new DamageError("Cannot read a frame: a stanza is not whole");
  }
  return texts;
}
