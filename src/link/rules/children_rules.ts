import type { Stanza } from "../../stanza/mod.ts";
import { copy, type Element, elementsOf } from "../../xml/mod.ts";
import { childTest } from "./globs.ts";
import { isProtectedChild, isProtectedInPresence } from "./protected.ts";
import type { Decision, Rule } from "./rule.ts";

/** Leaves of a message only the children that are meant, and those that are protected. */
export function keepRule(selectors: readonly string[]): Rule {
  const isMeant = childTest(selectors);
  return (stanza) => {
    if (stanza.kind !== "message" || stanza.type === "error") return undefined;
    return reduced(
      stanza,
      (child) => isMeant(child) || isProtectedChild(child),
      "children not listed to be kept",
    );
  };
}

/** Takes the children that are meant out of a message or of presence, but for those that are protected. */
export function stripRule(selectors: readonly string[]): Rule {
  const isMeant = childTest(selectors);
  return (stanza) => {
    if (stanza.kind === "message") {
      if (stanza.type === "error") return undefined;
      return reduced(
        stanza,
        (child) => !isMeant(child) || isProtectedChild(child),
        "children listed to be stripped",
      );
    }
    if (stanza.kind !== "presence" || (stanza.type !== "" && stanza.type !== "unavailable")) return undefined;
    return reduced(
      stanza,
      (child) => !isMeant(child) || isProtectedInPresence(child),
      "children listed to be stripped",
    );
  };
}

function reduced(stanza: Stanza, stays: (child: Element) => boolean, why: string): Decision | undefined {
  const { element } = stanza;
  const children = elementsOf(element);
  const kept = children.filter(stays);
  if (kept.length === children.length) return undefined;
  if (kept.length === 0 && stanza.kind === "message") return { action: "drop", why: `nothing but ${why}` };
  const isKept = new Set<unknown>(kept);
  const rest = element.children.filter((child) => typeof child === "string" || isKept.has(child));
  return { action: "rewrite", element: copy(element, { children: rest }), why };
}
