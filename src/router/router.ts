import type { Log } from "../base/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import { errorReply } from "./replies.ts";

/** Part of the server that may take a stanza on its way. */
export interface Hop {
  readonly name: string;
  /** @returns true when this hop has taken responsibility: it delivers, answers or drops with a count */
  accept(stanza: Stanza): boolean;
}

/**
 * Where a stanza goes: the first hop in the list that accepts it. The list stands in `server.ts`; nobody
 * registers from afar. What no hop accepts is bounced.
 *
 * Synchronous: stanzas of one sender reach a hop in the order in which they came (RFC 6120 section 10.1).
 */
export class Router {
  #hops: readonly Hop[] = [];
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Sets the list, once, when the server is put together. */
  use(hops: readonly Hop[]): void {
    this.#hops = hops;
  }

  route(stanza: Stanza): void {
    if (this.#hops.some((hop) => hop.accept(stanza))) return;
    this.#log.debug("stanza without a way", { kind: stanza.kind, domain: stanza.to.domain });
    const bounce = errorReply(stanza, {
      condition: "remote-server-not-found",
      text: `No server is configured for ${stanza.to.domain}`,
    });
    if (bounce !== undefined) this.route(bounce);
  }
}
