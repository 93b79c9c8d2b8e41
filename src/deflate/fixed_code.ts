import { STATIC_DISTANCE_LENGTHS, STATIC_LITERAL_LENGTHS } from "./tables.ts";

/**
 * The code of blocks of type 1, which need no header, by the lengths of its codes in bits (RFC 1951, section 3.2.2).
 * Both codes must be complete, none longer than 15 bits.
 */
export interface FixedCode {
  /** Of literals and lengths: 288 symbols, of which the last two must not occur. */
  readonly literalLengths: Uint8Array;
  /** Of distances: 32 symbols, of which the last two must not occur. */
  readonly distanceLengths: Uint8Array;
}

/** That of RFC 1951, section 3.2.6. */
export const STATIC_CODE: FixedCode = {
  literalLengths: STATIC_LITERAL_LENGTHS,
  distanceLengths: STATIC_DISTANCE_LENGTHS,
};
