/**
 * Why octets from the other side were not taken (docs/link-authentication.md section 6): one closed list.
 *
 * - `plain`: a frame that nothing protects.
 * - `guarded`: a protected frame, and this side has no key.
 * - `other-mode`: protected by the other of the two modes.
 * - `wrong-key`: the first that came on this connection, and it does not fit the key.
 * - `damaged`: it does not fit the key though others did, or has no legal form.
 * - `behind`: of an epoch that is not above all that were accepted: a replay, or the sender was set back.
 * - `unknown`: of an epoch that was not told here; on block carriers only.
 * - `replay`: a block that came again; does no harm.
 */
export type GuardFault =
  | "plain"
  | "guarded"
  | "other-mode"
  | "wrong-key"
  | "damaged"
  | "behind"
  | "unknown"
  | "replay";

/** The same for the operator, in status and log. */
export const GUARD_FAULTS: Readonly<Record<GuardFault, string>> = {
  plain: "the peer does not authenticate; configure `auth` on both sides or on none",
  guarded: "the peer authenticates; configure `auth` here with the same key",
  "other-mode": "the peer has another `auth: mode`; both sides need the same",
  "wrong-key": "the peer has another key, or its domain is not the first in `domains`",
  damaged: "a frame was forged or damaged",
  behind: "a connection was replayed, or the peer was set back; it has been told where to go on",
  unknown: "a block of a connection whose beginning was not seen here; the peer has been told",
  replay: "a block came twice",
};
