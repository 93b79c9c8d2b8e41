import type { Outbox } from "./outbox.ts";

/**
 * Waiting for company: what is ready may wait a moment, so that more goes with the same change of direction. Nothing
 * waits behind something that is under way, since that is time enough; nothing urgent waits, and nothing when a block
 * is full.
 */
export class Gathering {
  #untilMs: number | undefined;

  /** Until when ready stanzas wait; monotonic. */
  get untilMs(): number | undefined {
    return this.#untilMs;
  }

  /** Another road is in use: what was waited for is over. */
  end(): void {
    this.#untilMs = undefined;
  }

  /**
   * Whether what is ready waits on.
   * @param gatherMs for how long it may
   * @param wantedBytes what the road takes now
   */
  waits(
    { byPrecedence, hasToSay, sizeBytes }: Pick<Outbox, "byPrecedence" | "hasToSay" | "sizeBytes">,
    gatherMs: number,
    wantedBytes: number,
    nowMs: number,
  ): boolean {
    const isReady = gatherMs === 0 || byPrecedence.flash + byPrecedence.immediate > 0 ||
      sizeBytes >= wantedBytes;
    if (!hasToSay || isReady) {
      this.#untilMs = undefined;
      return false;
    }
    this.#untilMs ??= nowMs + gatherMs;
    if (nowMs < this.#untilMs) return true;
    this.#untilMs = undefined;
    return false;
  }
}
