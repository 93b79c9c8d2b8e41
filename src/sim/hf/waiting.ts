import type { CPdu } from "./dpdu.ts";

/** What became of a U_PDU. */
export type UPduOutcome = "delivered" | "ttl-expired" | "sap-not-bound" | "not-responding";

/** A C_PDU with what the node has to know of it until it is settled. */
export interface Outgoing {
  readonly cPdu: CPdu;
  /** 0 to 15, 15 the most urgent; 16 for expedited ones and the node's own. */
  readonly priority: number;
  /** SAPs at both ends: a hard link may be for some only. */
  readonly sourceSap: number;
  readonly destinationSap: number;
  /** The other node has all of it (`delivered`), or it was given up. Called once. */
  settled(outcome: UPduOutcome): void;
}

/** Priority of expedited U_PDUs and of what nodes say to one another. */
export const EXPEDITED = 16;

/** What waits for one node: the most urgent first, equal ones in their order. Its bound is the SIS server's. */
export class WaitingQueue {
  #waiting: Outgoing[] = [];

  add(outgoing: Outgoing): void {
    const before = this.#waiting.findLastIndex(({ priority }) => priority >= outgoing.priority);
    this.#waiting.splice(before + 1, 0, outgoing);
  }

  /** The first one that may go now. */
  first(mayGo: (outgoing: Outgoing) => boolean): Outgoing | undefined {
    return this.#waiting.find(mayGo);
  }

  /** Takes one out. @returns false when it is not there any more */
  remove(outgoing: Outgoing): boolean {
    const at = this.#waiting.indexOf(outgoing);
    if (at >= 0) this.#waiting.splice(at, 1);
    return at >= 0;
  }

  /** Takes all out. */
  clear(): Outgoing[] {
    return this.#waiting.splice(0);
  }
}
