import type { Clock } from "../base/mod.ts";

/** Air time that may lie below the queue: enough to keep the carrier busy until the next batch is ready. */
const BELOW_US_MS = 1_000;

/**
 * Holds stanzas back where they can still be folded, reordered or expired. A socket takes far more than a slow link
 * bears; so when the rate is known, a new batch waits until the bytes below us are about to run out.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #rateBps: number | undefined;
  #busyUntilMs = 0;

  /** @param rateBps bits a second; undefined when only back-pressure of the carrier paces */
  constructor(clock: Clock, rateBps: number | undefined) {
    this.#clock = clock;
    this.#rateBps = rateBps;
  }

  /** How long the next batch must wait; 0 when it may go. In whole milliseconds, rounded up. */
  get waitMs(): number {
    return Math.max(0, Math.ceil(this.#busyUntilMs - this.#clock.monotonicMs() - BELOW_US_MS));
  }

  /** Notes what the carrier has taken. */
  sent(sizeBytes: number): void {
    if (this.#rateBps === undefined) return;
    const startMs = Math.max(this.#busyUntilMs, this.#clock.monotonicMs());
    this.#busyUntilMs = startMs + sizeBytes * 8_000 / this.#rateBps;
  }
}
