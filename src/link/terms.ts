import { earliest } from "../base/mod.ts";
import type { Precedence } from "../config/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import { type LateRule, lateRules, tooLateMs } from "./amp.ts";
import { claimedPrecedence, lower } from "./precedence.ts";

/** On what terms a stanza waits: what its sender and the operator's rules ask for. */
export interface Terms {
  readonly precedence: Precedence;
  /** What its sender wants when it would arrive too late (XEP-0079). */
  readonly lateRules: readonly LateRule[];
  /** When its time to live by an operator's rule is over, wall clock; undefined when no rule gave it one. */
  readonly expiresMs: number | undefined;
}

/** The terms of a stanza of which nobody has said anything. */
export const ROUTINE: Terms = { precedence: "routine", lateRules: [], expiresMs: undefined };

/**
 * The terms on which a stanza waits.
 * @param highest the highest precedence that its sender may claim
 */
export function termsOf(stanza: Stanza, highest: Precedence): Terms {
  const claimed = claimedPrecedence(stanza);
  const rules = lateRules(stanza);
  if (claimed === undefined && rules.length === 0) return ROUTINE;
  return { ...ROUTINE, precedence: lower(claimed ?? "routine", highest), lateRules: rules };
}

/** When a stanza is worthless by its own terms, wall clock; undefined when it never is. */
export function worthlessMs({ lateRules, expiresMs }: Terms): number | undefined {
  return earliest(tooLateMs(lateRules), expiresMs);
}
