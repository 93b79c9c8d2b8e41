import { NS } from "../../stanza/mod.ts";

/** Elements whose attribute `id` names an earlier message, as `namespace name` (docs/link-protocol.md section 12.2). */
const REFERENCES: ReadonlySet<string> = new Set([
  // XEP-0184
  `${NS.RECEIPTS} received`,
  // XEP-0333
  `${NS.CHAT_MARKERS} received`,
  `${NS.CHAT_MARKERS} displayed`,
  `${NS.CHAT_MARKERS} acknowledged`,
  // XEP-0308
  "urn:xmpp:message-correct:0 replace",
  // XEP-0461
  "urn:xmpp:reply:0 reply",
  // XEP-0444
  "urn:xmpp:reactions:0 reactions",
  // XEP-0424, today and before
  "urn:xmpp:message-retract:1 retract",
  "urn:xmpp:message-retract:1 retracted",
  "urn:xmpp:message-retract:0 retracted",
  "urn:xmpp:fasten:0 apply-to",
  // XEP-0367
  "urn:xmpp:message-attaching:1 attach-to",
]);

/**
 * Namespaces of children that are known to have no other use for the id of their message: one with any other child, an
 * encrypted one above all, crosses with the id that it came with.
 */
const HARMLESS: ReadonlySet<string> = new Set([
  NS.CHAT_STATES,
  NS.RECEIPTS,
  NS.CHAT_MARKERS,
  NS.STANZA_ID,
  NS.HINTS,
  NS.DELAY,
  NS.XHTML_IM,
  NS.MUC,
  NS.MUC_USER,
  NS.SHIM,
  NS.AMP,
  NS.SECURITY_LABEL,
  "urn:xmpp:message-correct:0",
  "urn:xmpp:reply:0",
  "urn:xmpp:reactions:0",
  "urn:xmpp:message-retract:0",
  "urn:xmpp:message-retract:1",
  "urn:xmpp:fasten:0",
  "urn:xmpp:message-attaching:1",
  "urn:xmpp:fallback:0",
  "urn:xmpp:feature-fallback:0",
  "urn:xmpp:reference:0",
  "urn:xmpp:styling:0",
  "urn:xmpp:spoiler:0",
  "urn:xmpp:attention:0",
  // What rooms and archives add.
  "urn:xmpp:occupant-id:0",
  "urn:xmpp:mam:tmp",
  "http://jabber.org/protocol/address",
  "http://jabber.org/protocol/nick",
  "jabber:x:oob",
  "jabber:x:conference",
  "jabber:x:delay",
]);

const STANZAS: ReadonlySet<string> = new Set(["message", "presence", "iq"]);

/** Whether the attribute `id` of an element is that of an earlier message. */
export function isReference(ns: string, name: string): boolean {
  return REFERENCES.has(`${ns} ${name}`);
}

/** Whether an element has an id of XEP-0359 that the sender's client gave. */
export function isOriginId(ns: string, name: string): boolean {
  return ns === NS.STANZA_ID && name === "origin-id";
}

/** Whether an element has an id of XEP-0359 that a room or an archive gave. */
export function isArchiveId(ns: string, name: string): boolean {
  return ns === NS.STANZA_ID && name === "stanza-id";
}

/** Whether an element is a stanza within another, as in a forwarded one (XEP-0297). */
export function isInnerStanza(ns: string, name: string): boolean {
  return (ns === NS.CLIENT || ns === NS.SERVER) && STANZAS.has(name);
}

/** Whether a child of that namespace leaves the id of its message to us; undefined: the content namespace. */
export function isHarmless(ns: string | undefined): boolean {
  return ns === undefined || HARMLESS.has(ns);
}
