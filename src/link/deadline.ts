import type { CancelTimer, Clock } from "../base/mod.ts";

/** Longest timer that is set; later moments are reached in several steps. Some clocks cannot hold weeks. */
const LONGEST_MS = 86_400_000;

/** One moment of the wall clock that is moved about, and at which something is to be done. */
export class Deadline {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #atMs: number | undefined;
  #cancel: CancelTimer | undefined;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Moves the moment; undefined when there is none any more. */
  set(atMs: number | undefined): void {
    if (atMs === this.#atMs) return;
    this.#atMs = atMs;
    this.#arm();
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#atMs === undefined) return;
    const waitMs = Math.min(LONGEST_MS, Math.max(0, this.#atMs - this.#clock.nowMs()));
    this.#cancel = this.#clock.after(waitMs, () => this.#fire());
  }

  #fire(): void {
    if (this.#atMs === undefined) return;
    if (this.#clock.nowMs() < this.#atMs) return this.#arm();
    this.#atMs = undefined;
    this.#cancel = undefined;
    this.#onDue();
  }
}
