/**
 * Why a connection ended: one closed list, used alike in code, log and metric label. Every end has exactly one.
 *
 * - `closed-by-peer`: the other side closed in good order.
 * - `closed-by-us`: we were done, or an operator asked for it.
 * - `lost`: the connection broke (reset, network gone, half a stanza left).
 * - `refused`: nobody listens there.
 * - `unreachable`: no route, or the name does not resolve.
 * - `timeout`: the other side took too long.
 * - `tls-failed`: the TLS handshake failed, or the pinned certificate was another.
 * - `stream-error`: the other side, or we, ended the stream with a named stream error.
 * - `not-allowed`: the caller is not on the list of who may call.
 * - `not-authentic`: what came does not fit the key that the link is configured with.
 * - `limit`: a bound was exceeded.
 * - `idle`: there was nothing to say for long; the next word opens it again.
 * - `replaced`: a newer connection took its place.
 * - `shutdown`: the server is stopping.
 * - `internal`: a mistake of our own; the log has the details.
 */
export type CloseReason =
  | "closed-by-peer"
  | "closed-by-us"
  | "lost"
  | "refused"
  | "unreachable"
  | "timeout"
  | "tls-failed"
  | "stream-error"
  | "not-allowed"
  | "not-authentic"
  | "limit"
  | "idle"
  | "replaced"
  | "shutdown"
  | "internal";

/** Makes the compiler prove that a union is exhausted. */
export function unreachable(value: never): never {
  throw new Error(`Cannot happen: unexpected ${JSON.stringify(value)}`);
}
