import type { Precedence } from "../config/mod.ts";

/**
 * How a link stands.
 *
 * - `up`: stanzas can be sent.
 * - `calling`: no connection yet; a call is under way.
 * - `down`: no connection; the next call, ours or the peer's, is awaited.
 * - `silent`: connected, but the peer has not answered for long; the connection is about to be given up.
 * - `idle`: closed for want of use; the next stanza opens it.
 * - `quiet`: receive-only, by the operator's wish or the hour: nothing is sent.
 * - `disabled`: an operator has switched it off.
 */
export type LinkState = "up" | "calling" | "down" | "silent" | "idle" | "quiet" | "disabled";

/** Whether two states are of one break of a link: calls come and go in it. */
export function isOneBreak(a: LinkState, b: LinkState): boolean {
  const isBreak = (state: LinkState) => state === "calling" || state === "down";
  return isBreak(a) && isBreak(b);
}

/** One peer as an operator sees it. Counts run from the start of the server. */
export interface PeerStatus {
  readonly name: string;
  readonly domains: readonly string[];
  readonly state: LinkState;
  /** Kind of the carrier in use; undefined unless up. */
  readonly carrier: string | undefined;
  /** When the state began, wall clock. A call changes nothing: `calling` and `down` are one break. */
  readonly sinceMs: number;
  /** When something last came from the peer, wall clock; undefined when nothing ever did. */
  readonly lastHeardMs: number | undefined;
  readonly queue: QueueStatus;
  /** In profile `halyard`: stanzas that have left and that the peer has not yet confirmed. They are on disk here. */
  readonly unacknowledged?: number;
  /** In profile `halyard`: why what came last is not taken; undefined while all is well. */
  readonly trouble?: string | undefined;
  readonly bytes: ByteCounts;
  readonly stanzas: { readonly out: number; readonly in: number };
  readonly savings: readonly Saving[];
  /** Stanzas of the peer that were dropped because of their addresses. */
  readonly refused: number;
}

/** What waits for a link. */
export interface QueueStatus {
  readonly stanzas: number;
  /** As XML, before compression. */
  readonly sizeBytes: number;
  /** Stanzas in each level. */
  readonly byPrecedence: Readonly<Record<Precedence, number>>;
  /** Undefined when nothing waits. */
  readonly oldestAgeMs: number | undefined;
  /** Estimate for all of it, at the compression achieved so far; undefined when the rate is not known. */
  readonly airtimeMs: number | undefined;
}

/** Bytes in each direction: as XML, and as handed to or taken from the carrier. */
export interface ByteCounts {
  readonly rawOut: number;
  readonly linkOut: number;
  readonly rawIn: number;
  readonly linkIn: number;
}

/**
 * Who saves bytes: a rule, by its name or its place (`rule 3`); `unchanged`, presence equal to what the far side knows;
 * `superseded`, presence that a newer one overtook while it waited; `damped`, the same before it was queued, since it
 * changes so often; `by-domain`, presence that crossed once for all of a user's contacts in a domain; `short-ids`, ids of
 * clients that crossed as short ones; `shortened`, stanzas that were said by what is new in them.
 */
export type Saver = string;

/** What one saver saved for one reason. */
export interface Saving {
  readonly rule: Saver;
  readonly why: string;
  readonly stanzas: number;
  /** As XML, before compression. */
  readonly savedBytes: number;
}
