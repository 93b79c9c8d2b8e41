import { NS } from "../stanza/mod.ts";
import { DEFAULT_XML_LIMITS, type Element, XmlParser } from "../xml/mod.ts";

/** A stanza may have been stored under other limits, and has grown by its addresses. */
const LIMITS = { ...DEFAULT_XML_LIMITS, stanzaSizeBytes: 4 * DEFAULT_XML_LIMITS.stanzaSizeBytes };

/**
 * A stanza that was stored as XML.
 * @throws {XmlError} when it is not what `writeXml` makes of a stanza
 */
export function readStored(xml: string): Element {
  const found: Element[] = [];
  const parser = new XmlParser({ limits: LIMITS, preset: { contentNs: NS.CLIENT } });
  parser.push(new TextEncoder().encode(xml), (event) => {
    if (event.kind === "element") found.push(event.element);
  });
  const [element] = found;
  if (element === undefined) {
    throw new Error(`Cannot read a stored stanza: ${xml.length} characters hold none`);
  }
  return element;
}
