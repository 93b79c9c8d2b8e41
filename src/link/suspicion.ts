import type { Log } from "../base/mod.ts";
import { GUARD_FAULTS, type GuardFault } from "./flow/mod.ts";
import type { Road } from "./road.ts";

/**
 * What is wrong with what comes over the roads of a link: it cannot be read, or, on a link with a key, is not the peer's.
 * Of the latter one line of the log for each new trouble.
 */
export class Suspicion {
  readonly #peer: string;
  readonly #log: Log;
  readonly #inUse: () => Road | undefined;
  /** Why what came last was not taken. */
  #fault: GuardFault | undefined;
  /** Why a connection was ended that brought nothing legal last. */
  #damage: string | undefined;

  /** @param inUse the road on which stanzas leave */
  constructor(peer: string, log: Log, inUse: () => Road | undefined) {
    this.#peer = peer;
    this.#log = log;
    this.#inUse = inUse;
  }

  /** For the operator; undefined while nothing is wrong. */
  get trouble(): string | undefined {
    return this.#fault === undefined ? this.#damage : GUARD_FAULTS[this.#fault];
  }

  /** What came over a road could not be read. */
  damaged(road: Road, why: string): void {
    if (!this.#isSomebodyElse(road)) this.#damage = why;
  }

  /** What came could be read. */
  sound(): void {
    this.#damage = undefined;
  }

  /** Notes what the guard said of a frame. */
  note(road: Road, fault: GuardFault | undefined): void {
    const peer = this.#peer;
    if (fault !== undefined && this.#isSomebodyElse(road)) {
      return this.#log.warn("link caller not authentic", { peer, fault });
    }
    if (fault === "replay" || fault === this.#fault) return;
    this.#fault = fault;
    if (fault === undefined) this.#log.info("link authentic again", { peer });
    else this.#log.warn("link not authentic", { peer, fault, why: GUARD_FAULTS[fault] });
  }

  /** While the peer is there it is somebody else who calls: no trouble of the link. */
  #isSomebodyElse(road: Road): boolean {
    const inUse = this.#inUse();
    return inUse !== road && inUse?.isProven === true;
  }
}
