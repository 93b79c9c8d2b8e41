import type { NamedRule, Precedence, RuleConfig, RuleName } from "../../config/mod.ts";
import { type Stanza, type StanzaErrorCondition, withElement } from "../../stanza/mod.ts";
import { elementSizeBytes } from "../../xml/mod.ts";
import { keepRule, stripRule } from "./children_rules.ts";
import { dropChatStates } from "./drop_chat_states.ts";
import { foldPresence, foldToOnline } from "./fold_presence.ts";
import { type Facts, type Match, matchOf } from "./match.ts";
import { mayBeDropped } from "./protected.ts";
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
  readonly rule: string;
  readonly action: "rewrite" | "drop" | "answer" | "allow" | "terms";
  /** A constant text. */
  readonly why: string;
  /** XML octets that need not be sent, before compression. */
  readonly savedBytes: number;
}

/** What a list of rules did to a stanza, rule by rule, up to the one that dropped it. */
export interface Outcome {
  readonly verdicts: readonly Verdict[];
  /** What is to be sent; undefined when it was dropped. */
  readonly result: Stanza | undefined;
  /** What its sender is told, since it was dropped; undefined when he is told nothing. */
  readonly answer: StanzaErrorCondition | "cached" | undefined;
  /** The level that a rule gave it. */
  readonly precedence: Precedence | undefined;
  /** How long it may wait by a rule before it is worthless. */
  readonly expireMs: number | undefined;
  /** How long it may wait by a rule for company. */
  readonly holdMs: number | undefined;
}

interface Filter {
  readonly name: string;
  readonly match: Match;
  /** Undefined: it crosses. Otherwise what its sender is told: of a message that is simply dropped, nothing. */
  readonly verdict: "allow" | "drop" | "cached" | StanzaErrorCondition;
}

interface Change {
  readonly name: string;
  /** Of those in one stage only the first that is for a stanza acts on it. */
  readonly stage: string;
  readonly match: Match;
  readonly rule: Rule;
}

interface Terms {
  readonly name: string;
  readonly match: Match;
  readonly precedence: Precedence | undefined;
  readonly expireMs: number | undefined;
  readonly holdMs: number | undefined;
}

/** Passes over the changes: each makes the stanza shorter, and two are the rule. */
const MOST_PASSES = 64;

const NO_TERMS = { precedence: undefined, expireMs: undefined, holdMs: undefined } as const;
const NO_VERDICTS: readonly Verdict[] = [];

/**
 * The rules of a peer in one direction, compiled. Pure: looks at nothing but what it is given.
 *
 * Three stages, in each of which the first rule that is for a stanza decides: whether it crosses (allow, drop, answer)
 * and on what terms it waits, both seen by the stanza as it came; then what is left of it, for each kind of change on
 * its own. Changes are made again until nothing changes, so that what has passed the rules passes them unchanged.
 */
export class RuleSet {
  readonly #filters: readonly Filter[];
  readonly #changes: readonly Change[];
  readonly #terms: readonly Terms[];
  /** Whether anything depends on the carrier. */
  readonly dependsOnCarrier: boolean;

  constructor(rules: readonly RuleConfig[], direction: "out" | "in") {
    const named = rules.filter((rule): rule is NamedRule =>
      typeof rule !== "string" && isFor(rule, direction)
    );
    this.#filters = named.flatMap(filterOf);
    this.#terms = direction === "in" ? [] : named.map(termsOf).filter((terms) => terms !== undefined);
    this.#changes = rules.flatMap((rule) => {
      if (typeof rule !== "string") return isFor(rule, direction) ? changesOf(rule) : [];
      return direction === "out" ? [{ name: rule, stage: rule, match: always, rule: RULES[rule] }] : [];
    });
    this.dependsOnCarrier = named.some(({ match }) => match.carrier !== undefined);
  }

  /** Runs the rules. */
  apply(stanza: Stanza, facts: Facts): Outcome {
    const filter = mayBeDropped(stanza) ? this.#filters.find(({ match }) => match(stanza, facts)) : undefined;
    if (filter !== undefined && filter.verdict !== "allow") return dropped(stanza, filter);
    const verdicts: Verdict[] = [];
    if (filter !== undefined) {
      verdicts.push({ rule: filter.name, action: "allow", why: "allowed", savedBytes: 0 });
    }
    const terms = this.#terms.length === 0 ? NO_TERMS : this.#termsFor(stanza, facts, verdicts);
    const result = this.#changed(stanza, facts, verdicts);
    return { verdicts: verdicts.length === 0 ? NO_VERDICTS : verdicts, result, answer: undefined, ...terms };
  }

  #termsFor(stanza: Stanza, facts: Facts, verdicts: Verdict[]): Pick<Outcome, keyof typeof NO_TERMS> {
    // What always crosses neither waits for company nor is worthless after a time.
    const mayExpire = mayBeDropped(stanza);
    const mayHold = stanza.kind !== "iq" && mayExpire;
    let { precedence, expireMs, holdMs }: Pick<Outcome, keyof typeof NO_TERMS> = NO_TERMS;
    for (const terms of this.#terms) {
      if (!terms.match(stanza, facts)) continue;
      const note = (why: string) => verdicts.push({ rule: terms.name, action: "terms", why, savedBytes: 0 });
      if (precedence === undefined && terms.precedence !== undefined) {
        precedence = terms.precedence;
        note(`waits as ${precedence}`);
      }
      if (mayExpire && expireMs === undefined && terms.expireMs !== undefined) {
        expireMs = terms.expireMs;
        note("is worthless after a time");
      }
      if (mayHold && holdMs === undefined && terms.holdMs !== undefined) {
        holdMs = terms.holdMs;
        note("may wait for company");
      }
    }
    return { precedence, expireMs, holdMs };
  }

  /** @returns undefined when a change left nothing */
  #changed(stanza: Stanza, facts: Facts, verdicts: Verdict[]): Stanza | undefined {
    if (stanza.kind === "iq") return stanza;
    let current = stanza;
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const before = current;
      const decided = new Set<string>();
      for (const { name, stage, match, rule } of this.#changes) {
        if (decided.has(stage) || !match(current, facts)) continue;
        decided.add(stage);
        const decision = rule(current);
        if (decision === undefined) continue;
        const { action, why } = decision;
        const sizeBytes = elementSizeBytes(current.element);
        if (action === "drop") {
          verdicts.push({ rule: name, action, why, savedBytes: sizeBytes });
          return undefined;
        }
        current = withElement(current, decision.element);
        verdicts.push({ rule: name, action, why, savedBytes: sizeBytes - elementSizeBytes(current.element) });
      }
      if (current === before) break;
    }
    return current;
  }
}

const always: Match = () => true;

function isFor({ direction }: NamedRule, wanted: "out" | "in"): boolean {
  return direction === "both" || direction === wanted;
}

function filterOf({ name, match, allow, drop, answer }: NamedRule): Filter[] {
  const verdict = allow === true ? "allow" : drop === true ? "drop" : answer;
  return verdict === undefined ? [] : [{ name, match: matchOf(match), verdict }];
}

function termsOf({ name, match, precedence, expireMs, holdMs }: NamedRule): Terms | undefined {
  if (precedence === undefined && expireMs === undefined && holdMs === undefined) return undefined;
  return { name, match: matchOf(match), precedence, expireMs, holdMs };
}

function changesOf(rule: NamedRule): Change[] {
  const { name, keep, strip, "fold-presence": level } = rule;
  const match = matchOf(rule.match);
  const changes: Change[] = [];
  if (level !== undefined) changes.push({ name, stage: "fold", match, rule: FOLDS[level] });
  if (keep !== undefined) changes.push({ name, stage: "keep", match, rule: keepRule(keep) });
  if (strip !== undefined) changes.push({ name, stage: "strip", match, rule: stripRule(strip) });
  return changes;
}

const FOLDS: Readonly<Record<NonNullable<NamedRule["fold-presence"]>, Rule>> = {
  "full": () => undefined,
  "show-and-status": foldPresence,
  "online-offline": foldToOnline,
  "none": (stanza) =>
    stanza.kind === "presence" && mayBeDropped(stanza)
      ? { action: "drop", why: "all presence but its end" }
      : foldToOnline(stanza),
};

/** What does not cross. A request is answered in any case: nobody is to wait for what does not come. */
function dropped(stanza: Stanza, { name, verdict }: Filter): Outcome {
  const answer = answerTo(stanza, verdict);
  const why = answer === undefined
    ? "dropped"
    : `answered ${answer === "cached" ? "out of the cache" : `with ${answer}`}`;
  const verdictOf: Verdict = {
    rule: name,
    action: answer === undefined ? "drop" : "answer",
    why,
    savedBytes: elementSizeBytes(stanza.element),
  };
  return { verdicts: [verdictOf], result: undefined, answer, ...NO_TERMS };
}

function answerTo({ kind, type }: Stanza, verdict: Filter["verdict"]): Outcome["answer"] {
  if (verdict === "drop" || verdict === "allow") return kind === "iq" ? "service-unavailable" : undefined;
  if (kind === "presence") return undefined;
  return verdict === "cached" && type !== "get" ? "service-unavailable" : verdict;
}
