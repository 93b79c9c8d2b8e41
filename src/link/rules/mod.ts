/** The rules that thin stanzas before a link: pure, and compiled from what the operator wrote. */
export { hasContent, isChild } from "./children.ts";
export { isStandaloneState } from "./drop_chat_states.ts";
export type { Facts } from "./match.ts";
export type { Decision, Rule } from "./rule.ts";
export { type Outcome, RuleSet, type Verdict } from "./rule_set.ts";
