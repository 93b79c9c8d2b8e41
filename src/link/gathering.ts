import type { Outbox } from "./outbox.ts";

/**
 * Whether what is ready waits for company, so that one turnaround carries more. Nothing waits behind something that is
 * under way, since that is time enough; nothing urgent waits, and nothing when a block is full. Times are monotonic.
 */
export class Gathering {
  #untilMs: number | undefined;

  /** When it is over; undefined while nothing waits. */
  get untilMs(): number | undefined {
    return this.#untilMs;
  }

  /**
   * @param gatherMs how long what is ready may wait; 0: not at all
   * @param wantedBytes octets of text that would fill what can be handed over now
   */
  isOn(
    gatherMs: number,
    wantedBytes: number,
    { byPrecedence, hasToSay, sizeBytes }: Pick<Outbox, "byPrecedence" | "hasToSay" | "sizeBytes">,
    nowMs: number,
  ): boolean {
    const isUrgent = byPrecedence.flash + byPrecedence.immediate > 0;
    if (gatherMs === 0 || !hasToSay || isUrgent || sizeBytes >= wantedBytes) {
      this.end();
      return false;
    }
    this.#untilMs ??= nowMs + gatherMs;
    if (nowMs < this.#untilMs) return true;
    this.end();
    return false;
  }

  /** Nothing waits any more. */
  end(): void {
    this.#untilMs = undefined;
  }
}
