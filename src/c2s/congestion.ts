import type { Clock } from "../base/mod.ts";

/** Waits until what a receiver holds now has been taken; undefined when its session has ended. */
export type Drained = () => Promise<unknown> | undefined;

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
  readonly #full = new Set<Drained>();

  constructor(clock: Clock, longestWaitMs: number) {
    this.#clock = clock;
    this.#longestWaitMs = longestWaitMs;
  }

  /** Forgets what a link or a timer has filled: the client that is read next has no part in it. */
  clear(): void {
    this.#full.clear();
  }

  /** Notes a receiver that is full. */
  note(receiver: Drained): void {
    this.#full.add(receiver);
  }

  /** Undefined when the sender may read on at once; otherwise resolves when it may. */
  wait(): Promise<void> | undefined {
    const draining = [...this.#full].map((drained) => drained()).filter((drained) => drained !== undefined);
    this.clear();
    if (draining.length === 0) return undefined;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#longestWaitMs, resolve);
      void Promise.all(draining).then(() => {
        cancel();
        resolve();
      });
    });
  }
}
