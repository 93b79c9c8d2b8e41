import type { CancelTimer, Clock } from "../base/mod.ts";

/**
 * One timer for many deadlines: it fires at the earliest that was asked for, and then has to be asked again.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #due: () => void;
  #timer: { readonly atMs: number; readonly cancel: CancelTimer } | undefined;

  constructor(clock: Clock, due: () => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** Fires at `atMs` (monotonic) at the latest. */
  noLaterThan(atMs: number): void {
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    this.cancel();
    const cancel = this.#clock.after(Math.max(0, atMs - this.#clock.monotonicMs()), () => {
      this.#timer = undefined;
      this.#due();
    });
    this.#timer = { atMs, cancel };
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
