import type { RuleName } from "../../config/mod.ts";
import { type Stanza, withElement } from "../../stanza/mod.ts";
import { elementSizeBytes } from "../../xml/mod.ts";
import { dropChatStates } from "./drop_chat_states.ts";
import { foldPresence } from "./fold_presence.ts";
import type { Rule } from "./rule.ts";
import { stripXhtmlIm } from "./strip_xhtml_im.ts";

/** The rules by the names under which a configuration lists them. */
const RULES = {
  "drop-chat-states": dropChatStates,
  "fold-presence": foldPresence,
  "strip-xhtml-im": stripXhtmlIm,
} as const satisfies Record<RuleName, Rule>;

/** What one rule did to a stanza. */
export interface Verdict {
  readonly rule: RuleName;
  readonly action: "pass" | "rewrite" | "drop";
  /** Empty when the stanza passed untouched. */
  readonly why: string;
  /** XML octets that need not be sent, before compression. */
  readonly savedBytes: number;
}

/** What a list of rules did to a stanza, rule by rule, up to the one that dropped it. */
export interface Explanation {
  readonly verdicts: readonly Verdict[];
  /** What is to be sent; undefined when it was dropped. */
  readonly result: Stanza | undefined;
}

/** Runs the rules in the order given, each on what the one before it left. */
export function explainRules(stanza: Stanza, rules: readonly RuleName[]): Explanation {
  const verdicts: Verdict[] = [];
  let current = stanza;
  for (const rule of rules) {
    const decision = RULES[rule](current);
    if (decision === undefined) {
      verdicts.push({ rule, action: "pass", why: "", savedBytes: 0 });
      continue;
    }
    const { action, why } = decision;
    const sizeBytes = elementSizeBytes(current.element);
    if (action === "drop") {
      verdicts.push({ rule, action, why, savedBytes: sizeBytes });
      return { verdicts, result: undefined };
    }
    current = withElement(current, decision.element);
    verdicts.push({ rule, action, why, savedBytes: sizeBytes - elementSizeBytes(current.element) });
  }
  return { verdicts, result: current };
}
