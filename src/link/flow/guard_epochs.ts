import type { Clock } from "../../base/mod.ts";
import type { LinkEpochs, LinkEpochStore } from "../../storage/mod.ts";
import { EPOCH_MOST } from "./guard_frame.ts";

/** Between two answers on block carriers: whoever repeats blocks to us must not make us use up the air. */
export const ANSWER_PAUSE_MS = 60_000;
/** A clock that is mad may not use up the epochs: it counts up to here, the year 10,680. */
const CLOCK_MOST_S = 2 ** 38;

/** The epochs of one link: which may be used next, and which were accepted (docs/link-authentication.md section 3). */
export class GuardEpochs {
  readonly #store: LinkEpochStore;
  readonly #clock: Pick<Clock, "nowMs" | "monotonicMs">;
  #known: LinkEpochs;
  #answeredMs = Number.NEGATIVE_INFINITY;

  constructor(store: LinkEpochStore, clock: Pick<Clock, "nowMs" | "monotonicMs">) {
    this.#store = store;
    this.#clock = clock;
    this.#known = store.load();
  }

  /** The highest that was accepted; 0 when there was none. */
  get accepted(): number {
    return this.#known.in;
  }

  /**
   * An epoch of ours that was never used. The clock puts it above those that a restored backup does not know of.
   * @throws {Error} when there is none left, after some 10^11 connections
   */
  next(): number {
    const clockS = Math.min(Math.floor(this.#clock.nowMs() / 1_000), CLOCK_MOST_S);
    const epoch = Math.max(this.#known.out + 1, clockS);
    if (epoch > EPOCH_MOST) throw new Error("Cannot authenticate: the epochs of this link are used up");
    this.#saveOut(epoch);
    return epoch;
  }

  /** Makes sure that the next one is above `floor` + 1. @returns false when there is none */
  raise(floor: number): boolean {
    if (floor + 2 > EPOCH_MOST) return false;
    if (floor + 1 > this.#known.out) this.#saveOut(floor + 1);
    return true;
  }

  accept(epoch: number): void {
    this.#known = { ...this.#known, in: epoch };
    this.#store.saveIn(epoch);
  }

  /** Whether an answer on a block carrier is allowed now; if so the pause begins. */
  mayAnswer(): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#answeredMs < ANSWER_PAUSE_MS) return false;
    this.#answeredMs = nowMs;
    return true;
  }

  #saveOut(epoch: number): void {
    this.#known = { ...this.#known, out: epoch };
    this.#store.saveOut(epoch);
  }
}
