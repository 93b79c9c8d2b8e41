/** Why a block cannot be inflated. */
export type InflateReason =
  /** It stops before it ends: the empty block of the flush is missing, or cut off. */
  | "truncated"
  /** It says that nothing follows; on a link something always does (RFC 1951, section 3.2.3, BFINAL). */
  | "final-block"
  /** Block type 3. */
  | "block-type"
  /** The length of a stored block and its complement disagree; so they do where octets follow the end. */
  | "stored-length"
  /** The lengths of a block's own codes make no code. */
  | "code-lengths"
  /** Bits that are no code, or the code of a symbol that may not occur. */
  | "symbol"
  /** A match begins before the history. */
  | "distance"
  /** More comes out than the caller allows. */
  | "too-long";

/** What a peer sent is no block we take. Never a mistake of our own. */
export class InflateError extends Error {
  override readonly name = "InflateError";

  constructor(readonly reason: InflateReason, why: string) {
    super(`Cannot inflate: ${why}`);
  }
}
