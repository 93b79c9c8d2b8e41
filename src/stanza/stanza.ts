import { type Element, ownCopy, withAttrs } from "../xml/mod.ts";
import type { Jid } from "./jid.ts";

export type StanzaKind = "message" | "presence" | "iq";

/** Through which door a stanza came in; `name` is the session, peer or service. */
export interface Origin {
  readonly kind: "c2s" | "s2s" | "link" | "local";
  readonly name: string;
}

/**
 * The one type a stanza has on its way through the server. Immutable: made once at a door, its addresses parsed
 * there; a rewrite makes a new one.
 */
export interface Stanza {
  readonly kind: StanzaKind;
  /** The `type` attribute; `""` when there is none (available presence; for messages read `messageType`). */
  readonly type: string;
  /** The `id` attribute; `""` when there is none. */
  readonly id: string;
  readonly from: Jid;
  readonly to: Jid;
  /** Carries `from` and `to` as attributes, equal to the fields. */
  readonly element: Element;
  readonly origin: Origin;
  /** When it came in, wall clock, milliseconds since 1970. */
  readonly receivedMs: number;
}

/** Whether an element's name is one of the three stanzas in the stream's content namespace. */
export function isStanzaElement(element: Element): boolean {
  return element.attrs.xmlns === undefined &&
    (element.name === "message" || element.name === "presence" || element.name === "iq");
}

/**
 * Makes a stanza of an element, stamping the addresses on it.
 * @throws {TypeError} when the element is no message, presence or iq
 */
export function stanzaOf(
  element: Element,
  from: Jid,
  to: Jid,
  origin: Origin,
  receivedMs: number,
): Stanza {
  const kind = element.name;
  if (kind !== "message" && kind !== "presence" && kind !== "iq") {
    throw new TypeError(`Cannot make a stanza of <${kind}/>`);
  }
  const stamped = element.attrs.from === from.toString() && element.attrs.to === to.toString()
    ? element
    : withAttrs(element, { from: from.toString(), to: to.toString() });
  const { type = "", id = "" } = element.attrs;
  return { kind, type, id, from, to, element: stamped, origin, receivedMs };
}

/** The same stanza with another element (a rewrite), its addresses kept. */
export function withElement(stanza: Stanza, element: Element): Stanza {
  return stanzaOf(element, stanza.from, stanza.to, stanza.origin, stanza.receivedMs);
}

/** The same stanza in memory of its own, for one that may have to wait: see `ownCopy` of an element. */
export function ownStanza({ element, from, to, origin, receivedMs }: Stanza): Stanza {
  return stanzaOf(ownCopy(element), from.ownCopy(), to.ownCopy(), origin, receivedMs);
}

/** Types of message; an absent or unknown one counts as normal (RFC 6121 section 5.2.2). */
export type MessageType = "chat" | "error" | "groupchat" | "headline" | "normal";

/** The type of a message stanza. */
export function messageType(stanza: Stanza): MessageType {
  switch (stanza.type) {
    case "chat":
    case "error":
    case "groupchat":
    case "headline":
      return stanza.type;
    default:
      return "normal";
  }
}

/** The four subscription types of presence (RFC 6121 section 3), and `undefined` for any other. */
export type SubscriptionType = "subscribe" | "subscribed" | "unsubscribe" | "unsubscribed";

/** The subscription type of a presence stanza, if it has one. */
export function subscriptionType(stanza: Stanza): SubscriptionType | undefined {
  switch (stanza.type) {
    case "subscribe":
    case "subscribed":
    case "unsubscribe":
    case "unsubscribed":
      return stanza.type;
    default:
      return undefined;
  }
}
