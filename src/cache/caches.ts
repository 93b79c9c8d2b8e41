import type { Clock, Metrics } from "../base/mod.ts";
import { type Hop, resultReply } from "../router/mod.ts";
import { type Jid, NS, type Stanza } from "../stanza/mod.ts";
import type { AnswerStore } from "../storage/mod.ts";
import { elementSizeBytes, xml } from "../xml/mod.ts";
import { PeerCache } from "./peer_cache.ts";
import type { CachePolicy } from "./policy.ts";
import { asksLastActivity } from "./question.ts";
import { type CacheStatus, CacheTally } from "./tally.ts";

/** What `Caches` needs of the server around it. */
export interface CachesOptions {
  /** The links whose far sides' answers are kept. */
  readonly peers: readonly {
    readonly name: string;
    readonly domains: readonly string[];
    readonly policy: CachePolicy;
  }[];
  readonly store: AnswerStore;
  readonly router: { route(stanza: Stanza): void };
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Whether a local account sees the presence of a contact, by its own roster. */
  readonly sees: (account: Jid, contact: Jid) => boolean;
  /**
   * How long ago a contact was last there, in seconds, 0 when he is there now; undefined when that is not known, or not
   * for this account.
   */
  readonly lastActivity: (account: Jid, contact: Jid) => number | undefined;
}

/**
 * Answers on the near side to requests that would cross a link, and never crosses twice with the same. The first hop:
 * it sees requests before the links do, and what comes from there before anybody else.
 */
export class Caches implements Hop {
  readonly name = "cache";
  readonly #options: CachesOptions;
  readonly #caches: readonly {
    readonly cache: PeerCache;
    readonly tally: CacheTally;
    readonly peer: string;
  }[];
  readonly #byDomain = new Map<string, { readonly cache: PeerCache; readonly tally: CacheTally }>();

  constructor(options: CachesOptions) {
    const { store, router, clock, metrics, sees } = options;
    this.#options = options;
    this.#caches = options.peers.map(({ name, domains, policy }) => {
      const tally = new CacheTally(name, metrics);
      const cache = new PeerCache({
        peer: name,
        policy,
        store,
        clock,
        tally,
        route: (stanza) => router.route(stanza),
        sees: ({ from, to }) => to.local !== "" && sees(from.bare, to.bare),
      });
      for (const domain of domains) this.#byDomain.set(domain, { cache, tally });
      return { cache, tally, peer: name };
    });
  }

  accept(stanza: Stanza): boolean {
    const { kind, type, from, to, origin } = stanza;
    const behind = this.#byDomain.get(from.domain);
    if (behind !== undefined) {
      if (kind === "iq" && (type === "result" || type === "error")) return behind.cache.answered(stanza);
      if (origin.kind === "link") behind.cache.notice(stanza);
      return false;
    }
    if (kind !== "iq") return false;
    const ahead = this.#byDomain.get(to.domain);
    if (ahead === undefined) return false;
    if (type === "set") ahead.cache.notice(stanza);
    if (type !== "get") return false;
    return asksLastActivity(stanza) ? this.#tellLastActivity(stanza, ahead.tally) : ahead.cache.ask(stanza);
  }

  /** What was last answered to a request that would cross, however old; undefined when nothing is known. */
  last(request: Stanza): Stanza | undefined {
    return this.#byDomain.get(request.to.domain)?.cache.last(request);
  }

  /** One entry for each link, in the order of the configuration. */
  status(): CacheStatus[] {
    return this.#caches.map(({ cache, tally, peer }) => ({
      peer,
      entries: cache.entries,
      sizeBytes: cache.sizeBytes,
      voided: tally.voided,
      kinds: tally.kinds,
    }));
  }

  /** Lets go of the clock; for the end of the server. */
  stop(): void {
    for (const { cache } of this.#caches) cache.stop();
  }

  /** XEP-0012 section 4: when an account was last there is what its presence told. */
  #tellLastActivity(request: Stanza, tally: CacheTally): boolean {
    const { from, to } = request;
    if (!to.isBare || to.local === "") return false;
    const seconds = this.#options.lastActivity(from.bare, to);
    if (seconds === undefined) {
      tally.count("last-activity", "asked");
      return false;
    }
    const reply = resultReply(request, xml("query", { xmlns: NS.LAST_ACTIVITY, seconds: String(seconds) }));
    tally.count("last-activity", "hits", elementSizeBytes(request.element) + elementSizeBytes(reply.element));
    this.#options.router.route(reply);
    return true;
  }
}
