import { randomFraction, type RandomSource } from "./random.ts";

/** Share of a pause that chance decides, so that two sides that lost the same link do not call in step. */
const JITTER = 0.5;

/** Pauses between calls: doubling from the first to the longest, each shortened by up to a half at random. */
export class Backoff {
  readonly #random: RandomSource;
  #pauseMs: number | undefined;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  /** The next pause. */
  next(firstMs: number, mostMs: number): number {
    const pauseMs = Math.min(this.#pauseMs === undefined ? firstMs : this.#pauseMs * 2, mostMs);
    this.#pauseMs = pauseMs;
    return Math.round(pauseMs * (1 - JITTER * randomFraction(this.#random)));
  }

  /** The link has worked: the next pause is the first again. */
  reset(): void {
    this.#pauseMs = undefined;
  }
}
