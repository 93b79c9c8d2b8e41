import { Jid, type Stanza, stanzaOf } from "../../stanza/mod.ts";
import { type Element, readXml } from "../../xml/mod.ts";

/** One element out of its XML, as it would come in a stream. */
export function element(xml: string): Element {
  return readXml(xml);
}

/** A stanza out of its XML; from romeo on the ship to juliet on the shore where it does not say. */
export function stanza(xml: string, receivedMs = 0): Stanza {
  const made = readXml(xml);
  const from = Jid.of(made.attrs.from ?? "romeo@ship.example/deck");
  const to = Jid.of(made.attrs.to ?? "juliet@shore.example");
  return stanzaOf(made, from, to, { kind: "c2s", name: "test" }, receivedMs);
}
