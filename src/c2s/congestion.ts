import type { Clock } from "../base/mod.ts";

/**
 * Slows a sender down to what its receivers can take.
 *
 * While a session's input is handled, every session that was written to and holds more unsent bytes than the high
 * water mark notes itself here. The sender then waits for them, at most `longestWaitMs`, before it reads on: TCP
 * passes the pause on to its client. A receiver that takes nothing at all slows its senders a little and in the end
 * meets its own bound; it never stops them.
 */
export class Congestion {
  readonly #clock: Clock;
  readonly #longestWaitMs: number;
  #full = new Set<() => Promise<void>>();

  constructor(clock: Clock, longestWaitMs: number) {
    this.#clock = clock;
    this.#longestWaitMs = longestWaitMs;
  }

  /** Notes a receiver that is full; `drained` resolves when what it holds now has been taken. */
  note(drained: () => Promise<void>): void {
    this.#full.add(drained);
  }

  /** Undefined when the sender may read on at once; otherwise resolves when it may. */
  wait(): Promise<void> | undefined {
    if (this.#full.size === 0) return undefined;
    const receivers = [...this.#full];
    this.#full = new Set();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#longestWaitMs, resolve);
      Promise.all(receivers.map((drained) => drained())).then(() => {
        cancel();
        resolve();
      });
    });
  }
}
