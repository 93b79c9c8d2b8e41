import type { Element } from "../xml/mod.ts";
import type { LinkContext } from "./context.ts";
import type { LinkIds } from "./ids/mod.ts";
import type { Borders } from "./inbound.ts";
import { Inspector } from "./inspector.ts";
import type { PeerConfig } from "./peer_config.ts";
import type { Tally } from "./tally.ts";
import { Thinner } from "./thinner.ts";
import type { Unfolder } from "./unfolder.ts";

/** What the way in works with. */
export interface FlowInboundOptions {
  readonly config: PeerConfig;
  readonly context: LinkContext;
  readonly tally: Tally;
  readonly ids: LinkIds;
  readonly unfolder: Unfolder;
}

/**
 * The way of a stanza from the engine to the router, in profile `halyard`: the ids that local clients know, the borders,
 * presence for many made one for each, the rules for what comes.
 */
export class FlowInbound {
  readonly #options: FlowInboundOptions;
  readonly #inspector: Inspector;
  readonly #thinner: Thinner;

  constructor(options: FlowInboundOptions) {
    const { config, context, tally } = options;
    this.#options = options;
    this.#inspector = new Inspector(config, context, tally);
    this.#thinner = new Thinner({
      rules: config.rules,
      direction: "in",
      tally,
      answer: (stanza) => context.router.route(stanza),
    });
  }

  /** Whose stanzas may come, and for whom. */
  get borders(): Borders {
    return this.#inspector.borders;
  }

  /** Stanzas come over another carrier, or over none. @param names by which rules know it */
  use(names: readonly string[]): void {
    this.#thinner.carrier = names;
  }

  /** Takes a stanza that came, once. */
  deliver(element: Element): void {
    const { context, tally, ids, unfolder } = this.#options;
    const stanza = this.#inspector.inspect(ids.incoming(element));
    if ("condition" in stanza) return;
    tally.addStanzas("in", 1);
    for (const one of unfolder.unfold(stanza)) {
      const admitted = this.#thinner.admit(one);
      if (admitted !== undefined) context.router.route(admitted.stanza);
    }
  }
}
