import { Deadlines } from "./deadlines.ts";
import type { Waiting } from "./queue.ts";

/** What waits for company, and until when at most. */
export class Holds {
  readonly #untilMs = new Map<Waiting, number>();
  readonly #ends = new Deadlines<Waiting>((waiting) => this.#untilMs.has(waiting));

  /** How many there are. */
  get size(): number {
    return this.#untilMs.size;
  }

  /** When the first has waited long enough; undefined when there is none. */
  get nextMs(): number | undefined {
    return this.#ends.nextMs;
  }

  /** Until when a stanza waits for company; undefined when it does not. */
  untilMs(waiting: Waiting): number | undefined {
    return this.#untilMs.get(waiting);
  }

  /**
   * Lets a newcomer wait for company. Presence waits no longer than that which it replaces, so that who changes often
   * does not wait for ever.
   * @param replaced until when the presence waited that it replaces; undefined for such as did not
   */
  add(waiting: Waiting, untilMs: number | undefined, replaced: readonly (number | undefined)[]): void {
    const isHeld = untilMs !== undefined && waiting.class !== "presence-end" && !replaced.includes(undefined);
    if (!isHeld) return;
    const earliestMs = Math.min(untilMs, ...replaced.filter((ms) => ms !== undefined));
    this.#untilMs.set(waiting, earliestMs);
    this.#ends.add(earliestMs, waiting.order, waiting);
  }

  /** One waits no more. */
  delete(waiting: Waiting): void {
    this.#untilMs.delete(waiting);
  }

  /** All have found company. */
  clear(): void {
    this.#untilMs.clear();
    this.#ends.clear();
  }
}
