import type { Stanza } from "../stanza/mod.ts";
import type { Element } from "../xml/mod.ts";
import type { LinkContext } from "./context.ts";
import { type AddressFault, type Borders, inspect } from "./inbound.ts";
import type { PeerConfig } from "./peer_config.ts";
import type { Tally } from "./tally.ts";

/** Looks at what a peer sends before anything is done with it. What is wrong is counted and logged, no more. */
export class Inspector {
  readonly borders: Borders;
  readonly #name: string;
  readonly #context: LinkContext;
  readonly #tally: Tally;

  constructor({ name, domains }: PeerConfig, context: LinkContext, tally: Tally) {
    this.borders = { peerDomains: new Set(domains), servedDomains: new Set(context.servedDomains) };
    this.#name = name;
    this.#context = context;
    this.#tally = tally;
  }

  inspect(element: Element): Stanza | AddressFault {
    const { clock, log } = this.#context;
    const origin = { kind: "link", name: this.#name } as const;
    const inspected = inspect(element, this.borders, origin, clock.nowMs());
    if ("condition" in inspected) {
      const { condition, why } = inspected;
      this.#tally.addRefused();
      log.warn("link stanza refused", { peer: this.#name, condition, why });
    }
    return inspected;
  }
}
