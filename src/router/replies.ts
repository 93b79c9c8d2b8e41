import { errorElement, type Stanza, type StanzaError, stanzaOf } from "../stanza/mod.ts";
import { type Element, xml } from "../xml/mod.ts";

const LOCAL = { kind: "local", name: "reply" } as const;

/** The result of an IQ request, with `payload` if there is any (RFC 6120 section 8.2.3). */
export function resultReply(iq: Stanza, payload?: Element): Stanza {
  const element = xml("iq", { type: "result", id: iq.element.attrs.id }, payload);
  return stanzaOf(element, iq.to, iq.from, LOCAL, iq.receivedMs);
}

/**
 * The error that answers a stanza, addressed to its sender; undefined where no answer may be: to an error (RFC 6120
 * section 8.3.1), to an IQ result, and to unavailable presence, whose sender is gone. Available presence is answered:
 * it may ask for something, such as to join a room.
 */
export function errorReply(stanza: Stanza, error: StanzaError): Stanza | undefined {
  if (stanza.type === "error") return undefined;
  if (stanza.kind === "iq" && stanza.type === "result") return undefined;
  if (stanza.kind === "presence" && stanza.type === "unavailable") return undefined;
  const element = xml(stanza.kind, { type: "error", id: stanza.element.attrs.id }, errorElement(error));
  return stanzaOf(element, stanza.to, stanza.from, LOCAL, stanza.receivedMs);
}
