import type { RcopHeader } from "./rcop_header.ts";

/** What to do with a segment that has come. */
export type SegmentVerdict =
  /** A new U_PDU begins with it. */
  | "first"
  /** It is the next one. */
  | "next"
  /** It has come already. */
  | "again"
  /** One before it is missing: what has come of this U_PDU is void. */
  | "gap"
  /** It belongs to a U_PDU whose beginning is missing. */
  | "orphan";

/** Puts the segments of one RCOP connection in their places (Annex F, section F.8). Holds no octets. */
export class Reassembly {
  /** The last segment that fitted; undefined while the beginning of a U_PDU is awaited. */
  #last: { readonly uPduId: number; readonly segment: number } | undefined;

  take({ uPduId, segment }: RcopHeader): SegmentVerdict {
    const last = this.#last;
    if (segment === 0) {
      this.#last = { uPduId, segment };
      return "first";
    }
    if (last === undefined) return "orphan";
    if (last.uPduId === uPduId && last.segment === segment) return "again";
    if (last.uPduId === uPduId && last.segment + 1 === segment) {
      this.#last = { uPduId, segment };
      return "next";
    }
    this.#last = undefined;
    return "gap";
  }
}
