import { type Precedence, PRECEDENCES } from "../config/mod.ts";
import { NS, type Stanza } from "../stanza/mod.ts";
import { elementsOf } from "../xml/mod.ts";
import { isChild } from "./rules/mod.ts";

/**
 * What a header may say, in lower case. `Urgency` knows `high`, `medium` and `low` (XEP-0131 section 4.6). For
 * `Precedence`, which is not registered there but carried by the same means, stand the words of military messages with
 * their prosigns, numbers that rise with the level, and the words of mail.
 */
const WORDS: ReadonlyMap<string, Precedence> = new Map<string, Precedence>([
  ...["flash", "override", "z", "4", "5"].map((word) => [word, "flash"] as const),
  ...["immediate", "o", "3", "high", "urgent"].map((word) => [word, "immediate"] as const),
  ...["priority", "p", "2", "medium", "special-delivery"].map((word) => [word, "priority"] as const),
  ...["routine", "r", "1", "0", "deferred", "low", "normal", "non-urgent"].map((word) =>
    [word, "routine"] as const
  ),
  ...["first-class", "list", "bulk", "junk"].map((word) => [word, "routine"] as const),
]);

/**
 * The precedence that a message claims by its headers (XEP-0131). `Precedence` is the finer scale and is believed
 * first. Undefined when it claims none in words that are known; always so for presence, IQ stanzas and errors.
 */
export function claimedPrecedence(stanza: Stanza): Precedence | undefined {
  if (stanza.kind !== "message" || stanza.type === "error") return undefined;
  const headers = elementsOf(stanza.element)
    .filter((child) => isChild(child, "headers", NS.SHIM))
    .flatMap((child) => elementsOf(child).filter((header) => isChild(header, "header", undefined)));
  for (const name of ["precedence", "urgency"]) {
    for (const header of headers) {
      if (header.attrs.name?.toLowerCase() !== name) continue;
      const claimed = WORDS.get(header.getText().trim().toLowerCase());
      if (claimed !== undefined) return claimed;
    }
  }
  return undefined;
}

/** The lower of two levels. */
export function lower(a: Precedence, b: Precedence): Precedence {
  return PRECEDENCES.indexOf(a) <= PRECEDENCES.indexOf(b) ? a : b;
}
