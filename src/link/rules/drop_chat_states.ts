import { NS, type Stanza } from "../../stanza/mod.ts";
import { copy, type Element, elementsOf } from "../../xml/mod.ts";
import { hasContent, isChild } from "./children.ts";
import type { Decision } from "./rule.ts";

/**
 * Drops standalone chat state notifications and takes the state out of other messages (XEP-0085 section 5.1: a
 * client that gets a reply without a state must stop sending states). So states that do not cross soon are not even
 * sent any more.
 */
export function dropChatStates(stanza: Stanza): Decision | undefined {
  if (stanza.kind !== "message" || stanza.type === "error") return undefined;
  if (!elementsOf(stanza.element).some(isState)) return undefined;
  if (isStandaloneState(stanza)) return { action: "drop", why: "only a chat state" };
  const kept = stanza.element.children.filter((child) => typeof child === "string" || !isState(child));
  return {
    action: "rewrite",
    element: copy(stanza.element, { children: kept }),
    why: "chat state beside other content",
  };
}

/**
 * Whether a message says nothing but a chat state: besides it only a thread, hints (XEP-0334) and ids of the message
 * itself (XEP-0359). Anything unknown is content.
 */
export function isStandaloneState(stanza: Stanza): boolean {
  if (stanza.kind !== "message" || stanza.type === "error") return false;
  if (hasContent(stanza.element, "body") || hasContent(stanza.element, "subject")) return false;
  const children = elementsOf(stanza.element);
  return children.some(isState) && children.every((child) => isState(child) || accompanies(child));
}

function isState(child: Element): boolean {
  return child.attrs.xmlns === NS.CHAT_STATES;
}

function accompanies(child: Element): boolean {
  return isChild(child, "thread", undefined) || child.attrs.xmlns === NS.HINTS ||
    child.attrs.xmlns === NS.STANZA_ID;
}
