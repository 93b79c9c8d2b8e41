import type { Outcome } from "./outstanding.ts";

/** What is asked for a U_PDU. */
export interface BlockOptions {
  /** 0 to 15, 15 the most urgent. */
  readonly priority: number;
  /** After it the node gives up, and rejects. Undefined: as long as the server lets it live. */
  readonly ttlMs: number | undefined;
}

/**
 * A road for blocks to one peer: one RCOP connection to one client of one node. Order is kept among U_PDUs of the same
 * priority as long as nothing is rejected or lost; what is sent again goes behind what was sent meanwhile. What
 * arrives may arrive twice, and what was lost may have arrived.
 */
export interface BlockRoad {
  /** Octets that fit one U_PDU without segmentation: MTU - 6. Changes when the SIS client is bound anew; 0 before. */
  readonly mostBytes: number;
  /** Bound, data flow on, and the node able to send. */
  readonly isOpen: boolean;
  /** Whether a U_PDU can be submitted now: open, and not too many are outstanding. */
  readonly hasRoom: boolean;
  /** U_PDUs without an outcome. */
  readonly outstanding: number;
  /**
   * Submits one U_PDU, under an id of its own; in mode `segments` it may be larger than `mostBytes`. What was rejected
   * or lost is sent again by submitting it again: parts of it are never sent again under the old id.
   * @returns a handle for its outcome, never used before
   * @throws {RangeError} unless `hasRoom`, or when it is too large: our own mistake
   */
  submit(octets: Uint8Array, options: BlockOptions): number;
  /**
   * Takes back what has no outcome and is not on the air: all of it is lost, with what other roads of the bind have
   * outstanding. Does nothing when nothing is outstanding.
   */
  withdraw(): void;
  /** Forgets the road: no more events come, and what arrives for it is dropped. */
  close(): void;
}

/** Why a road is closed: not bound (with the client's reason), or bound and not to be used now. */
export interface RoadClosed {
  readonly why: "unbound" | "flow-off";
  readonly detail: string;
}

/** What a road tells. Each is called after the road's state has changed. */
export interface BlockRoadEvents {
  /**
   * `isOpen` has become true; `mostBytes` may be another.
   * @param how.isNewBind it was not bound since it was last open: what came meanwhile is lost, though the node may have
   * confirmed it
   */
  opened(how: { readonly isNewBind: boolean }): void;
  /**
   * `isOpen` has become false; told once until it opens again, though the bind may end later. After `unbound` nothing
   * is outstanding; after `flow-off` what is may still have any outcome.
   */
  closed(why: RoadClosed): void;
  /** Something has changed, and `hasRoom` is true; told also if it was before. */
  room(): void;
  /** Once for every U_PDU, unless the road was closed by its owner. */
  outcome(handle: number, outcome: Outcome): void;
  /**
   * Octets have come. RCOP does not say where a U_PDU ends (section F.8): in mode `segments` the receiver must know.
   * In mode `whole` each is a whole U_PDU, and `isFirst` always true.
   * @param isFirst a U_PDU begins; if another was not complete it never will be
   */
  received(octets: Uint8Array, part: { readonly uPduId: number; readonly isFirst: boolean }): void;
  /** In mode `segments`: a segment is missing; what has come of the U_PDU is void. */
  reset(): void;
}
