import { NS, type Stanza } from "../../stanza/mod.ts";
import { copy, type Element, elementsOf } from "../../xml/mod.ts";
import { isRoomExtension } from "../rooms.ts";
import type { Decision } from "./rule.ts";

/** What presence is to people and to routing (RFC 6121 section 4.7.2). */
const AVAILABLE_CONTENT: readonly string[] = ["show", "status", "priority"];
const UNAVAILABLE_CONTENT: readonly string[] = ["status"];

/** More than decoration: when it was sent, and security labels, which nobody but a policy may take away. */
const KEPT_NAMESPACES: readonly string[] = [NS.DELAY, NS.SECURITY_LABEL];

/**
 * Folds presence to what people read: show, status and priority; of unavailable presence the status. Capabilities,
 * avatar hashes, idle times and the like stay behind, so that most updates become equal to the last one sent. What
 * joins a room or shows an occupant stays. Subscriptions, probes and errors are not touched.
 */
export function foldPresence(stanza: Stanza): Decision | undefined {
  if (stanza.kind !== "presence" || (stanza.type !== "" && stanza.type !== "unavailable")) return undefined;
  const content = stanza.type === "" ? AVAILABLE_CONTENT : UNAVAILABLE_CONTENT;
  const kept = elementsOf(stanza.element).filter((child) => isKept(child, content));
  if (kept.length === stanza.element.children.length) return undefined;
  return { action: "rewrite", element: copy(stanza.element, { children: kept }), why: "presence extensions" };
}

function isKept(child: Element, content: readonly string[]): boolean {
  const { xmlns } = child.attrs;
  if (xmlns === undefined) return content.includes(child.name);
  return KEPT_NAMESPACES.includes(xmlns) || isRoomExtension(child);
}
