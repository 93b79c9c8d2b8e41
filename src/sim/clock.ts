import { type CancelTimer, type Clock, settled } from "../base/mod.ts";

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Turns of the real loop given to streams and compressors between two virtual timers. */
const SETTLE_TURNS = 6;

/**
 * Time that passes only when told to. Timers fire in order of their time, equal ones in order of their making;
 * between two of them everything asynchronous comes to rest, so a run is the same every time.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #startMs: number;
  #order = 0;
  #timers: Timer[] = [];

  /** @param startMs wall-clock time at the start; 2026-01-01T00:00Z unless given */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
    this.#startMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs - this.#startMs;
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.length;
  }

  after(delayMs: number, callback: () => void): CancelTimer {
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback };
    const index = this.#timers.findLastIndex((other) => other.atMs <= timer.atMs);
    this.#timers.splice(index + 1, 0, timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  /** Lets everything that needs no time come to rest. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS; turn++) await settled();
  }

  /** Lets `durationMs` pass. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    await this.settle();
    for (;;) {
      const [next] = this.#timers;
      if (next === undefined || next.atMs > untilMs) break;
      this.#timers.shift();
      this.#nowMs = next.atMs;
      next.callback();
      await this.settle();
    }
    this.#nowMs = untilMs;
  }

  /**
   * Lets time pass until `condition` holds, at most `limitMs`.
   * @throws {Error} when it does not hold by then
   */
  async until(condition: () => boolean, limitMs: number): Promise<void> {
    const untilMs = this.#nowMs + limitMs;
    await this.settle();
    while (!condition()) {
      const [next] = this.#timers;
      if (next === undefined || next.atMs > untilMs) {
        throw new Error(`Cannot go on: the condition does not hold within ${limitMs} ms`);
      }
      await this.advance(next.atMs - this.#nowMs);
    }
  }
}
