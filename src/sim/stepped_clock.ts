import type { CancelTimer, Clock } from "../base/mod.ts";

/** Another clock, whose time of day somebody sets right, or wrong; its timers and its monotonic time do not care. */
export class SteppedClock implements Clock {
  readonly #clock: Clock;
  #offsetMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowMs(): number {
    return this.#clock.nowMs() + this.#offsetMs;
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  after(delayMs: number, callback: () => void): CancelTimer {
    return this.#clock.after(delayMs, callback);
  }

  /** Puts the time of day forward, or back when below 0. */
  step(byMs: number): void {
    this.#offsetMs += byMs;
  }
}
