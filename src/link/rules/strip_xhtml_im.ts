import { NS, type Stanza } from "../../stanza/mod.ts";
import { copy, type Element } from "../../xml/mod.ts";
import { hasContent, isChild } from "./children.ts";
import type { Decision } from "./rule.ts";

/**
 * Takes the formatted copy out of a message that has a plain body: the meaning "MUST always be represented as best as
 * possible in the normal <body/>" (XEP-0071 section 4). Without a body the formatted text is all there is, and stays.
 */
export function stripXhtmlIm(stanza: Stanza): Decision | undefined {
  if (stanza.kind !== "message" || stanza.type === "error" || !hasContent(stanza.element, "body")) {
    return undefined;
  }
  const kept = stanza.element.children.filter((child) => typeof child === "string" || !isXhtml(child));
  if (kept.length === stanza.element.children.length) return undefined;
  return {
    action: "rewrite",
    element: copy(stanza.element, { children: kept }),
    why: "formatted copy of the body",
  };
}

function isXhtml(child: Element): boolean {
  return isChild(child, "html", NS.XHTML_IM);
}
