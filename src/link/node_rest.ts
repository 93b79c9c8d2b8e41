import { Backoff, type CancelTimer, type Clock, type RandomSource } from "../base/mod.ts";
import { type Outcome, UNIDATA_REJECTED } from "../stanag5066/mod.ts";

/** Pauses after a node has rejected what it was given. */
const FIRST_MS = 5_000;
const MOST_MS = 300_000;
/** Turnarounds that a pause may take where the far node does not answer: our node has been calling it all the time. */
const CALL_TURNAROUNDS = 1;

/**
 * When to give a node something again after it has rejected something. A far node that does not respond is called again
 * almost at once, so that a link that is back is found within one call; other refusals are given time.
 */
export class NodeRest {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #callAgainMs: number;
  readonly #onOver: () => void;
  #cancel: CancelTimer | undefined;

  constructor(clock: Clock, random: RandomSource, turnaroundMs: number, onOver: () => void) {
    this.#clock = clock;
    this.#backoff = new Backoff(random);
    this.#callAgainMs = CALL_TURNAROUNDS * turnaroundMs;
    this.#onOver = onOver;
  }

  /** Whether nothing is to be given to the node now. */
  get isResting(): boolean {
    return this.#cancel !== undefined;
  }

  /** Something has had its outcome at the node. */
  outcome(outcome: Outcome): void {
    if (outcome.kind === "confirmed") this.well();
    if (outcome.kind !== "rejected" || this.isResting) return;
    const pauseMs = this.#backoff.next(FIRST_MS, MOST_MS);
    const isCall = outcome.reason === UNIDATA_REJECTED.nodeNotResponding;
    this.#cancel = this.#clock.after(isCall ? Math.min(pauseMs, this.#callAgainMs) : pauseMs, () => {
      this.#cancel = undefined;
      this.#onOver();
    });
  }

  /** The far node is there: pauses begin small again, and the present one ends. */
  well(): void {
    this.#backoff.reset();
    if (this.#cancel === undefined) return;
    this.stop();
    this.#onOver();
  }

  /** Awaits nothing. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
