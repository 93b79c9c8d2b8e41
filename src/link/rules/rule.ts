import type { Stanza } from "../../stanza/mod.ts";
import type { Element } from "../../xml/mod.ts";

/**
 * What a rule wants done with a stanza, and why. The reason is a constant text: it is counted, shown by `explain`
 * and searched for in logs.
 */
export type Decision =
  | { readonly action: "drop"; readonly why: string }
  | { readonly action: "rewrite"; readonly element: Element; readonly why: string };

/**
 * Changes a stanza for a link. Pure: looks at nothing but the stanza. Undefined means that the rule has nothing to say
 * and the stanza goes on as it is.
 *
 * Every rule keeps four promises: the result is never longer, a second pass changes nothing, what decides about
 * presence (unavailable, subscriptions, probes, errors) is never dropped, and what only the two ends can read
 * (encryption) or nobody but a policy may take away (security labels) is never touched.
 */
export type Rule = (stanza: Stanza) => Decision | undefined;
