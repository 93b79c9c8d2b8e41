import type { Clock } from "../base/mod.ts";
import type { PresenceStore } from "../storage/mod.ts";

/**
 * Of what is known of a domain's users:
 *
 * - `unasked`: nothing was asked yet; what is known is what its server told by itself.
 * - `complete`: all there is to know is known, as long as nothing is lost.
 * - `doubtful`: some may be missing, or true no longer.
 */
export type Knowledge = "unasked" | "complete" | "doubtful";

/** How much is known of the presence of each domain behind a link as a whole; kept over a restart. */
export class KnownDomains {
  readonly #store: PresenceStore;
  readonly #clock: Clock;
  readonly #isLinked: (domain: string) => boolean;
  readonly #knowledge = new Map<string, Knowledge>();
  /** When the link to a domain was last known to be up, before this start; wall clock. */
  readonly #untilMs = new Map<string, number>();

  constructor(store: PresenceStore, clock: Clock, isLinked: (domain: string) => boolean) {
    this.#store = store;
    this.#clock = clock;
    this.#isLinked = isLinked;
    for (const { domain, isComplete, untilMs } of store.domains()) {
      if (!isLinked(domain)) {
        // What was known of its users goes as well, and should the link come back it is not complete.
        store.removeDomain(domain);
        continue;
      }
      this.#knowledge.set(domain, isComplete ? "complete" : "doubtful");
      if (untilMs !== undefined) this.#untilMs.set(domain, untilMs);
    }
  }

  /** Before this start: until when all that was known of a domain stood; undefined when that is not known. */
  completeUntilMs(domain: string): number | undefined {
    return this.of(domain) === "complete" ? this.#untilMs.get(domain) : undefined;
  }

  of(domain: string): Knowledge {
    return this.#knowledge.get(domain) ?? "unasked";
  }

  /** All there is to know is known from now on. */
  complete(domain: string): void {
    this.#set(domain, "complete");
  }

  doubt(domain: string): void {
    this.#set(domain, "doubtful");
  }

  /** The link to domains has ended now, or the server does. */
  end(domains: readonly string[]): void {
    for (const domain of domains) {
      this.#store.putDomain(domain, this.of(domain) === "complete", this.#clock.nowMs());
    }
  }

  #set(domain: string, knowledge: Knowledge): void {
    if (this.of(domain) === knowledge || !this.#isLinked(domain)) return;
    this.#knowledge.set(domain, knowledge);
    this.#store.putDomain(domain, knowledge === "complete", undefined);
  }
}
