/** How far to trust what was once heard of the contacts behind a link. */
export interface PresencePolicy {
  /**
   * What users see of contacts behind a link that is down. `hold`: their last presence, until `maxStaleMs`
   * have passed; who logs in meanwhile is told since when. `keep`: the same, but nobody is told since when.
   * `strict`: that they are gone, once `graceMs` have passed.
   */
  readonly whenDown: "keep" | "hold" | "strict";
  /** The link is said to be down only when that time has passed already: over a shorter break nothing is lost. */
  readonly isToldLate?: boolean;
  /** What was known before a break may be said to be true after it, so that it is kept however long a break is. */
  readonly survivesBreaks?: boolean;
  /** How long a link may be down before `strict` says that the contacts behind it are gone. */
  readonly graceMs: number;
  /**
   * How long presence is held that went stale (the link went down, or came up anew) and that nothing
   * confirms.
   */
  readonly maxStaleMs: number;
  /** Age at which presence is delivered as stale although the link never failed. */
  readonly maxAgeMs: number;
  /** Whether a log-in that was answered with stale presence also sends a probe. */
  readonly probeStale: boolean;
  /**
   * Whether the contacts' server is a Halyard that answers one question about all contacts of its domain, which then
   * takes the place of a probe for each.
   */
  readonly asksByDomain?: boolean;
  /** How long a probe may be on its way, there and back, before another one may follow. */
  readonly probeTimeoutMs: number;
}

/** Suits HF: a link that breaks for minutes costs nothing and nobody notices. */
export const DEFAULT_PRESENCE_POLICY: PresencePolicy = {
  whenDown: "hold",
  graceMs: 30_000,
  maxStaleMs: 30 * 60_000,
  maxAgeMs: 24 * 3_600_000,
  probeStale: true,
  probeTimeoutMs: 5 * 60_000,
};

/** The domains behind one link, and how far to trust what was once heard from there. */
export interface PresenceLink {
  readonly domains: readonly string[];
  readonly policy: PresencePolicy;
}
