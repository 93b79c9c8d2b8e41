import type { Precedence } from "../config/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import { elementSizeBytes } from "../xml/mod.ts";
import type { PeerConfig } from "./peer_config.ts";
import { type Outcome, RuleSet } from "./rules/mod.ts";
import type { Sizer } from "./sizer.ts";
import { termsOf } from "./terms.ts";

/** What would become of a stanza at a link. */
export interface Explained extends Outcome {
  /** The level in which it would wait. */
  readonly level: Precedence;
  /** As XML, as it came. */
  readonly sizeBytes: number;
  /** As XML, after the rules; 0 when it does not cross. */
  readonly leftBytes: number;
  /** On the link; 0 when it does not cross, undefined for what comes from the peer. */
  readonly linkBytes: number | undefined;
}

/** Shows what a peer's rules do to stanzas, by the code that does it. Sends nothing. */
export class Explainer {
  readonly #peer: Pick<PeerConfig, "rules" | "queue">;
  readonly #sizer: Sizer;
  readonly #carrier: readonly string[];
  readonly #rules: Readonly<Record<"out" | "in", RuleSet>>;

  /** @param carrier the names of the carrier that is taken to be in use */
  constructor(peer: Pick<PeerConfig, "rules" | "queue">, carrier: readonly string[], sizer: Sizer) {
    this.#peer = peer;
    this.#carrier = carrier;
    this.#sizer = sizer;
    this.#rules = { out: new RuleSet(peer.rules, "out"), in: new RuleSet(peer.rules, "in") };
  }

  /** Explains one stanza; the next is taken to leave behind it. */
  async explain(stanza: Stanza, direction: "out" | "in"): Promise<Explained> {
    const claimed = termsOf(stanza, this.#peer.queue.highestPrecedence ?? "flash").precedence;
    const outcome = this.#rules[direction].apply(stanza, { precedence: claimed, carrier: this.#carrier });
    const { result } = outcome;
    return {
      ...outcome,
      level: outcome.precedence ?? claimed,
      sizeBytes: elementSizeBytes(stanza.element),
      leftBytes: result === undefined ? 0 : elementSizeBytes(result.element),
      linkBytes: direction === "in"
        ? undefined
        : result === undefined
        ? 0
        : await this.#sizer.next(result.element),
    };
  }
}
