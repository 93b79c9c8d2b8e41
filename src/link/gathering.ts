import type { Outbox } from "./outbox.ts";

/**
 * Whether what is ready waits for company. Nothing waits behind something that is under way, since that is time
 * enough; nothing urgent waits, and nothing when a block is full.
 */
export class Gathering {
  readonly #outbox: Pick<Outbox, "byPrecedence" | "hasToSay" | "sizeBytes">;
  #untilMs: number | undefined;

  constructor(outbox: Pick<Outbox, "byPrecedence" | "hasToSay" | "sizeBytes">) {
    this.#outbox = outbox;
  }

  /** Until when ready stanzas wait for company; monotonic. Undefined while none does. */
  get untilMs(): number | undefined {
    return this.#untilMs;
  }

  /** Another road is in use: what has waited has waited long enough. */
  end(): void {
    this.#untilMs = undefined;
  }

  /**
   * Whether it goes on, or begins.
   * @param gatherMs for how long the road in use lets stanzas wait
   * @param wantedBytes what fills a block
   */
  goesOn(gatherMs: number, wantedBytes: number, nowMs: number): boolean {
    const { byPrecedence, hasToSay, sizeBytes } = this.#outbox;
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
