/** The rules that thin stanzas before a link: one file each, pure, run in the order configured. */
export { explainRules, type Explanation, type Verdict } from "./apply.ts";
export { hasContent, isChild } from "./children.ts";
export { isStandaloneState } from "./drop_chat_states.ts";
export type { Decision, Rule } from "./rule.ts";
