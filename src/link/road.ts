import type { CloseReason } from "../base/mod.ts";
import type { Channel, GuardFault, Outgoing, Room } from "./flow/mod.ts";
import type { CarrierConfig } from "./peer_config.ts";

/** One connection to a peer in profile `halyard`, over whatever carrier. */
export interface Road {
  readonly carrier: CarrierConfig;
  /** Place of the carrier in the configuration: the lowest is preferred. */
  readonly rank: number;
  /** Whether this side called. */
  readonly isOurs: boolean;
  readonly channel: Channel;
  /** Whether it can be used: a stream until it ends, a node while it is bound and may send. */
  readonly isOpen: boolean;
  /** On streams that are being closed: why. */
  readonly closing?: CloseReason | undefined;
  /** Whether anything has come over it. */
  readonly isProven: boolean;
  /** What the carrier takes now; undefined: nothing. */
  readonly room: Room | undefined;
  /** When to look for room again though nothing happens, in how many milliseconds; undefined: no need to. */
  readonly waitMs: number | undefined;
  /** How long stanzas that are ready wait for company, when nothing is under way. */
  readonly gatherMs: number;
  /** On streams: after how long without a word our call is closed, and how long an acknowledgement may take. */
  readonly idleCloseMs?: number | undefined;
  readonly ackTimeoutMs?: number | undefined;
  /** On streams: how long the carrier may need for what it was given and nobody has acknowledged. */
  readonly underWayMs?: number | undefined;
  /** Makes it ready for sending, a turn before anything is sent: what that takes has to be on disk. */
  prepare(): void;
  /** Whether there is something to send beside frames: a word of the guard's. */
  readonly isAnswerDue: boolean;
  /** Hands frames to the carrier. To be called after the turn's commit. */
  send(outgoing: readonly Outgoing[]): void;
  /** Takes back what the carrier was given and has not sent, where that can be: for silence from now on. */
  withdraw(): void;
  /** Ends it, once the carrier has taken what it was given. */
  close(reason: CloseReason): void;
}

/** What a road tells its peer. */
export interface RoadEvents {
  /** Something has come: the engine has taken it in. */
  received(): void;
  /** What came was not authentic, or all is well again. */
  faulty(fault: GuardFault | undefined): void;
  /** What came could not be read, so the connection ends. */
  damaged(why: string): void;
  /** The carrier takes more, or has told what became of something. */
  changed(): void;
  /** Comes once; nothing follows. */
  ended(reason: CloseReason): void;
}

/** Most text that leaves together over a stream, octets. */
const MOST_TEXT_SIZE_BYTES = 4_096;
/** Least: a few short stanzas, however slow the carrier. */
const LEAST_TEXT_SIZE_BYTES = 512;
/** Air time that is handed over together, where the rate is known. */
const BATCH_MS = 4_000;
/** What compression is taken to leave of text. */
const RATIO = 0.35;

/** Text that leaves together over a stream of this rate: seconds of air time, never minutes. */
export function batchSizeBytes(rateBps: number | undefined): number {
  if (rateBps === undefined) return MOST_TEXT_SIZE_BYTES;
  const textBytes = rateBps * BATCH_MS / 8_000 / RATIO;
  return Math.round(Math.min(MOST_TEXT_SIZE_BYTES, Math.max(LEAST_TEXT_SIZE_BYTES, textBytes)));
}

/** Longest that stanzas wait for company. */
const LONGEST_GATHER_MS = 2_000;
/** Share of a turnaround that is worth waiting so that more goes with the same one. */
const GATHER_SHARE = 0.25;

/** How long to gather where a change of direction takes so long: not at all on a fast link. */
export function gatherMs(turnaroundMs: number): number {
  return Math.min(LONGEST_GATHER_MS, Math.round(turnaroundMs * GATHER_SHARE));
}
