import type { Clock } from "../base/mod.ts";
import { isOneBreak, type LinkState } from "./status.ts";

/** How a link stands, and since when. */
export class Standing {
  readonly #clock: Clock;
  #state: LinkState = "down";
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.nowMs();
  }

  get state(): LinkState {
    return this.#state;
  }

  /** When the state began, wall clock. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  note(state: LinkState): void {
    if (state === this.#state) return;
    if (!isOneBreak(state, this.#state)) this.#sinceMs = this.#clock.nowMs();
    this.#state = state;
  }
}
