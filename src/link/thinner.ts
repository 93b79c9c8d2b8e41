import type { Precedence, RuleConfig } from "../config/mod.ts";
import { errorReply } from "../router/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import { type Outcome, RuleSet } from "./rules/mod.ts";
import type { Tally } from "./tally.ts";
import { type Terms, termsOf } from "./terms.ts";

/** What a thinner stands on. */
export interface ThinnerOptions {
  readonly rules: readonly RuleConfig[];
  readonly direction: "out" | "in";
  /** The highest precedence that a sender may claim; `flash` unless given. */
  readonly highestPrecedence?: Precedence | undefined;
  readonly tally: Pick<Tally, "addSaving">;
  /** Takes the answers to requests that a rule keeps from crossing. */
  readonly answer: (stanza: Stanza) => void;
  /** What was last answered to such a request, however old; undefined when nothing is known. */
  readonly cached?: ((request: Stanza) => Stanza | undefined) | undefined;
}

/** A stanza that is to cross. */
export interface Admitted {
  readonly stanza: Stanza;
  readonly terms: Terms;
  /** How long it may wait for company; undefined when it leaves as soon as it can. */
  readonly holdMs: number | undefined;
}

const ANSWER_TEXT = "A rule of this server keeps it from crossing the link";

/**
 * Runs the rules of a peer in one direction, counts what they save and answers requests that do not cross.
 *
 * Where a rule asks for the carrier, what is left of a stanza is decided when it leaves, by the carrier over which it
 * does; until then it waits as it came.
 */
export class Thinner {
  readonly #options: ThinnerOptions;
  readonly #rules: RuleSet;
  /** The names of the carrier in use; empty while there is none. */
  carrier: readonly string[] = [];

  constructor(options: ThinnerOptions) {
    this.#options = options;
    this.#rules = new RuleSet(options.rules, options.direction);
  }

  /** Whether and on what terms a stanza crosses; undefined when it does not, and all is said and counted. */
  admit(stanza: Stanza): Admitted | undefined {
    const claimed = termsOf(stanza, this.#options.highestPrecedence ?? "flash");
    const outcome = this.#rules.apply(stanza, { precedence: claimed.precedence, carrier: this.carrier });
    const isFinal = !this.#rules.dependsOnCarrier || this.#options.direction === "in";
    if (isFinal || outcome.result === undefined) this.#note(stanza, outcome);
    if (outcome.result === undefined) return undefined;
    const { precedence, expireMs, holdMs } = outcome;
    const terms = precedence === undefined && expireMs === undefined ? claimed : {
      ...claimed,
      precedence: precedence ?? claimed.precedence,
      expiresMs: expireMs === undefined ? undefined : stanza.receivedMs + expireMs,
    };
    return { stanza: isFinal ? outcome.result : stanza, terms, holdMs };
  }

  /** What is left of a stanza as it leaves; undefined when nothing is, and all is said and counted. */
  leave(stanza: Stanza, terms: Terms): Stanza | undefined {
    if (!this.#rules.dependsOnCarrier) return stanza;
    const outcome = this.#rules.apply(stanza, { precedence: terms.precedence, carrier: this.carrier });
    this.#note(stanza, outcome);
    return outcome.result;
  }

  /** What would be left of it if it left now; nothing is said or counted. */
  preview(stanza: Stanza, { precedence }: Terms): Stanza | undefined {
    if (!this.#rules.dependsOnCarrier) return stanza;
    return this.#rules.apply(stanza, { precedence, carrier: this.carrier }).result;
  }

  #note(stanza: Stanza, { verdicts, answer }: Outcome): void {
    const { tally, direction } = this.#options;
    for (const { rule, action, why, savedBytes } of verdicts) {
      if (action === "allow" || action === "terms") continue;
      // What has come has crossed already: nothing is saved by what is done to it now.
      if (direction === "out") tally.addSaving(rule, why, savedBytes);
      else tally.addSaving(rule, `${why}, from the peer`, 0);
    }
    if (answer === undefined) return;
    const cached = answer === "cached" ? this.#options.cached?.(stanza) : undefined;
    const condition = answer === "cached" ? "service-unavailable" : answer;
    const reply = cached ?? errorReply(stanza, { condition, text: ANSWER_TEXT });
    if (reply !== undefined) this.#options.answer(reply);
  }
}
