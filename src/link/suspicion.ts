import type { Log } from "../base/mod.ts";
import { GUARD_FAULTS, type GuardFault } from "./flow/mod.ts";
import type { Road } from "./road.ts";

/** What is wrong with what comes over the roads of a link with a key. One line of the log for each new trouble. */
export class Suspicion {
  readonly #peer: string;
  readonly #log: Log;
  readonly #inUse: () => Road | undefined;
  /** Why what came last was not taken. */
  #fault: GuardFault | undefined;

  /** @param inUse the road on which stanzas leave */
  constructor(peer: string, log: Log, inUse: () => Road | undefined) {
    this.#peer = peer;
    this.#log = log;
    this.#inUse = inUse;
  }

  /** For the operator; undefined while nothing is wrong. */
  get trouble(): string | undefined {
    return this.#fault === undefined ? undefined : GUARD_FAULTS[this.#fault];
  }

  /** Notes what the guard said of a frame. */
  note(road: Road, fault: GuardFault | undefined): void {
    const peer = this.#peer;
    // While the peer is there it is somebody else who calls: no trouble of the link.
    const inUse = this.#inUse();
    if (fault !== undefined && inUse !== road && inUse?.isProven === true) {
      return this.#log.warn("link caller not authentic", { peer, fault });
    }
    if (fault === "replay" || fault === this.#fault) return;
    this.#fault = fault;
    if (fault === undefined) this.#log.info("link authentic again", { peer });
    else this.#log.warn("link not authentic", { peer, fault, why: GUARD_FAULTS[fault] });
  }
}
