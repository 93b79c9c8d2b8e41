import type { Stanza } from "../../stanza/mod.ts";
import { copy, type Element, elementsOf } from "../../xml/mod.ts";
import { isProtectedInPresence } from "./protected.ts";
import type { Decision } from "./rule.ts";

/** What presence is to people and to routing (RFC 6121 section 4.7.2). */
const AVAILABLE_CONTENT: readonly string[] = ["show", "status", "priority"];
const UNAVAILABLE_CONTENT: readonly string[] = ["status"];

/**
 * Folds presence to what people read: show, status and priority; of unavailable presence the status. Capabilities,
 * avatar hashes, idle times and the like stay behind, so that most updates become equal to the last one sent. What
 * joins a room or shows an occupant stays. Subscriptions, probes and errors are not touched.
 */
export function foldPresence(stanza: Stanza): Decision | undefined {
  return foldedTo(stanza, AVAILABLE_CONTENT, UNAVAILABLE_CONTENT, "presence extensions");
}

/** Folds presence to whether somebody is there, and for messages to which priority. */
export function foldToOnline(stanza: Stanza): Decision | undefined {
  return foldedTo(stanza, ["priority"], [], "all of presence but online or offline");
}

function foldedTo(
  stanza: Stanza,
  available: readonly string[],
  unavailable: readonly string[],
  why: string,
): Decision | undefined {
  if (stanza.kind !== "presence" || (stanza.type !== "" && stanza.type !== "unavailable")) return undefined;
  const content = stanza.type === "" ? available : unavailable;
  const kept = elementsOf(stanza.element).filter((child) => isKept(child, content));
  if (kept.length === stanza.element.children.length) return undefined;
  return { action: "rewrite", element: copy(stanza.element, { children: kept }), why };
}

function isKept(child: Element, content: readonly string[]): boolean {
  return child.attrs.xmlns === undefined ? content.includes(child.name) : isProtectedInPresence(child);
}
