import { Jid, NS, type Stanza, stanzaOf } from "../stanza/mod.ts";
import type { QueuedStanza } from "../storage/mod.ts";
import { DEFAULT_XML_LIMITS, type Element, XmlParser } from "../xml/mod.ts";

/** A stanza may have been stored under wider limits than today's. */
const LIMITS = { ...DEFAULT_XML_LIMITS, stanzaSizeBytes: Number.MAX_SAFE_INTEGER };

/**
 * A stanza out of a queue that outlived a restart.
 * @throws {Error} when it is none
 */
export function readStored(stored: QueuedStanza): Stanza {
  const found: Element[] = [];
  new XmlParser({ limits: LIMITS, preset: { contentNs: NS.SERVER } })
    .push(new TextEncoder().encode(stored.xml), (event) => {
      if (event.kind === "element") found.push(event.element);
    });
  const [element] = found;
  const { from = "", to = "" } = element?.attrs ?? {};
  if (element === undefined) {
    throw new Error(`Cannot read a stored stanza: ${stored.xml.length} characters hold none`);
  }
  return stanzaOf(element, Jid.of(from), Jid.of(to), { kind: "local", name: "queue" }, stored.receivedMs);
}
