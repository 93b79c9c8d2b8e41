import { NS, type Stanza } from "../../stanza/mod.ts";
import type { Element } from "../../xml/mod.ts";
import { isRoomExtension, isRoomPresence } from "../rooms.ts";

/** Encrypted payloads (XEP-0384, XEP-0373, XEP-0027, RFC 3923) of any version: only the two ends can read them. */
const ENCRYPTED_NAMES: readonly string[] = ["encrypted", "openpgp"];
const ENCRYPTED_NAMESPACES: readonly string[] = [
  "jabber:x:encrypted",
  "urn:xmpp:openpgp:0",
  "urn:ietf:params:xml:ns:xmpp-e2e",
];

/** What nobody but a policy may take away, and what says when a stanza was sent. */
const KEPT_NAMESPACES: readonly string[] = [NS.DELAY, NS.SECURITY_LABEL];

/** Whether a child stays whatever a rule says. */
export function isProtectedChild(child: Element): boolean {
  const { xmlns } = child.attrs;
  if (xmlns === undefined) return false;
  return ENCRYPTED_NAMES.includes(child.name) || ENCRYPTED_NAMESPACES.includes(xmlns) ||
    KEPT_NAMESPACES.includes(xmlns);
}

/** The same for a child of presence, where what is said about rooms stays too. */
export function isProtectedInPresence(child: Element): boolean {
  return isProtectedChild(child) || isRoomExtension(child);
}

/**
 * Whether a rule may keep a stanza from crossing. Not results and errors, which somebody waits for; not the end of
 * presence, subscriptions, probes, errors of presence and the question that stands for many probes, by which servers
 * keep each other's view true; not what joins a room.
 */
export function mayBeDropped(stanza: Stanza): boolean {
  switch (stanza.kind) {
    case "iq":
      return (stanza.type === "get" || stanza.type === "set") && !isQuestionOfServer(stanza);
    case "message":
      return stanza.type !== "error";
    case "presence":
      return stanza.type === "" && !isRoomPresence(stanza);
  }
}

/** Whether it is what one Halyard asks another about all its users (docs/link-protocol.md, section 10.2). */
function isQuestionOfServer({ from, to, element }: Stanza): boolean {
  return from.toString() === from.domain && to.toString() === to.domain &&
    element.getChild("known", NS.HALYARD) !== undefined;
}
