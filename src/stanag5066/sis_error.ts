/**
 * What can be wrong with octets that should be an S_PRIMITIVE.
 *
 * - `preamble`: they do not begin with 90 EB.
 * - `version`: the version octet is not 0 (the first edition had none).
 * - `size`: the size is 0, or not the one that the type has.
 * - `layout`: the fields do not fill the frame.
 * - `truncated`: they end before the frame does (only where a whole frame is given).
 * - `unknown-type`: the frame is good, its type is none of Annex A.
 * - `value`: the frame is good, a field has a value that Annex A does not allow.
 *
 * The first five mean that the stream cannot be trusted any more; after the last two it can be read on.
 */
export type SisErrorKind =
  | "preamble"
  | "version"
  | "size"
  | "layout"
  | "truncated"
  | "unknown-type"
  | "value";

/** Octets that are no S_PRIMITIVE. A mistake of the other side, never of our own. */
export class SisError extends Error {
  override readonly name = "SisError";

  /** @param why detail for the log; quotes no user data */
  constructor(readonly kind: SisErrorKind, why: string) {
    super(`Cannot read S_PRIMITIVE: ${why}`);
  }
}
