import { earliest } from "../base/mod.ts";
import { dateTime, errorElement, Jid, NS, type Stanza, stanzaOf } from "../stanza/mod.ts";
import { type Element, elementsOf, xml } from "../xml/mod.ts";
import { isChild } from "./rules/mod.ts";

/** What a sender may want done when a message would arrive too late (XEP-0079 section 3.4). */
const ACTIONS = ["alert", "drop", "error", "notify"] as const;

/** A sender's rule about a message that would arrive too late: condition `expire-at` of XEP-0079 section 3.3.2. */
export interface LateRule {
  readonly action: typeof ACTIONS[number];
  /** From when on the condition is met, wall clock. */
  readonly atMs: number;
}

/** Rules that are read of one message; what stands behind them has no effect. */
const MOST_RULES = 16;

const LOCAL = { kind: "local", name: "amp" } as const;

/**
 * The `expire-at` rules of a message, in its sender's order. Other conditions are not ours: they speak of how the far
 * server delivers. A rule set with a `status` reports on another message, and asks for nothing.
 */
export function lateRules(stanza: Stanza): readonly LateRule[] {
  if (stanza.kind !== "message" || stanza.type === "error") return NONE;
  const sets = elementsOf(stanza.element).filter((child) =>
    isChild(child, "amp", NS.AMP) && child.attrs.status === undefined
  );
  if (sets.length === 0) return NONE;
  const rules = sets.flatMap((set) => elementsOf(set).filter((child) => isChild(child, "rule", undefined)));
  return rules.slice(0, MOST_RULES).map(lateRule).filter((rule) => rule !== undefined);
}

const NONE: readonly LateRule[] = [];

/** Reads one `<rule/>`; undefined when it is about something else, or says nothing that can be understood. */
export function lateRule({ attrs }: Element): LateRule | undefined {
  const action = ACTIONS.find((one) => one === attrs.action);
  const atMs = attrs.condition === "expire-at" ? parseDateTime(attrs.value ?? "") : undefined;
  return action === undefined || atMs === undefined ? undefined : { action, atMs };
}

/** The `<rule/>` of which it was read, its time in whole seconds. */
export function ruleElement({ action, atMs }: LateRule): Element {
  return xml("rule", { action, condition: "expire-at", value: dateTime(atMs) });
}

/** The moment from which on the rules keep a message from crossing; undefined when they never do. */
export function tooLateMs(rules: readonly LateRule[]): number | undefined {
  return earliest(...rules.filter(({ action }) => action !== "notify").map(({ atMs }) => atMs));
}

/** The rule that keeps a message from crossing at `nowMs`: of those that are met, the first of its sender. */
export function lateRuleAt(rules: readonly LateRule[], nowMs: number): LateRule | undefined {
  return rules.find(({ action, atMs }) => action !== "notify" && atMs <= nowMs);
}

/** The rules by which a message that crosses at `nowMs` has to be reported as late, though it crosses. */
export function noticesAt(rules: readonly LateRule[], nowMs: number): readonly LateRule[] {
  const until = rules.findIndex(({ action, atMs }) => action !== "notify" && atMs <= nowMs);
  const before = until < 0 ? rules : rules.slice(0, until);
  return before.filter(({ action, atMs }) => action === "notify" && atMs <= nowMs);
}

/**
 * What the sender of a message is told under one of his rules; undefined under `drop`, which "MUST NOT result in other
 * responses" (XEP-0079 section 3.4.2). It comes from the sender's own server, as the specification shows it.
 */
export function lateReply(stanza: Stanza, rule: LateRule): Stanza | undefined {
  if (rule.action === "drop") return undefined;
  const { from, to, id } = stanza;
  const amp = xml(
    "amp",
    { xmlns: NS.AMP, status: rule.action, from: from.toString(), to: to.toString() },
    ruleElement(rule),
  );
  const isError = rule.action === "error";
  const element = xml(
    "message",
    { ...(isError ? { type: "error" } : {}), ...(id === "" ? {} : { id }) },
    amp,
    isError ? failedRules(rule) : undefined,
  );
  return stanzaOf(element, Jid.of(from.domain), from, LOCAL, stanza.receivedMs);
}

/** XEP-0079 section 3.4.3: of type `modify`, `undefined-condition`, with the rules that were met. */
function failedRules(rule: LateRule): Element {
  const error = errorElement({ condition: "undefined-condition", type: "modify" });
  error.append(xml("failed-rules", { xmlns: NS.AMP_ERRORS }, ruleElement(rule)));
  return error;
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** A time as XEP-0082 section 3.2 writes it. */
function parseDateTime(text: string): number | undefined {
  const timeMs = DATE_TIME.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
