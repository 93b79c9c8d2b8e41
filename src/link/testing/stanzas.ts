import { Jid, NS, type Stanza, stanzaOf } from "../../stanza/mod.ts";
import { DEFAULT_XML_LIMITS, type Element, XmlParser } from "../../xml/mod.ts";

/** One element out of its XML, as it would come in a stream. */
export function element(xml: string): Element {
  const found: Element[] = [];
  new XmlParser({ limits: DEFAULT_XML_LIMITS, preset: { contentNs: NS.SERVER } })
    .push(new TextEncoder().encode(xml), (event) => {
      if (event.kind === "element") found.push(event.element);
    });
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`Cannot test with ${xml}: not one element`);
  return only;
}

/** A stanza out of its XML; from romeo on the ship to juliet on the shore where it does not say. */
export function stanza(xml: string, receivedMs = 0): Stanza {
  const made = element(xml);
  const from = Jid.of(made.attrs.from ?? "romeo@ship.example/deck");
  const to = Jid.of(made.attrs.to ?? "juliet@shore.example");
  return stanzaOf(made, from, to, { kind: "c2s", name: "test" }, receivedMs);
}
