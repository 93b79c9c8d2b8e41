import type { Clock, CloseReason } from "../base/mod.ts";
import type { Callers } from "./callers.ts";
import type { LinkEngine } from "./flow/mod.ts";
import type { Road } from "./road.ts";

/** How long a call over a better carrier may take to show that somebody is there. */
const PROVING_MS = 60_000;
/** How long a carrier that nobody here can call may be away before a later one takes its place. */
const AWAY_MS = 10_000;
/** How long stanzas may stay unacknowledged on a stream, unless the carrier is configured otherwise. */
export const ACK_TIMEOUT_MS = 120_000;

export interface RoadsOptions {
  readonly engine: LinkEngine;
  readonly callers: Callers;
  readonly clock: Clock;
  /** Of two calls made at the same moment, whether ours is the one that stands. */
  readonly oursStands: boolean;
  /** Another road is in use, or none. */
  readonly onUse: (road: Road | undefined) => void;
}

/** A road, with when things happened to it; monotonic. */
interface Known {
  readonly road: Road;
  readonly sinceMs: number;
  /** Since when nothing has come over it, or been acknowledged, that should have. */
  waitingSinceMs: number;
  hasAsked: boolean;
  /** The highest number that has left on it. */
  lastSent: number;
  /** When something last went or came. */
  busyMs: number;
}

/**
 * The connections to one peer, and which of them is in use: the one over the carrier that stands first in the
 * configuration. A better one takes over once something has come over it; the one before is closed. What was not
 * acknowledged goes again over the new one, so changing costs some octets and never a stanza.
 */
export class Roads {
  readonly #options: RoadsOptions;
  readonly #all: Known[] = [];
  #inUse: Known | undefined;
  /** Since when none is in use; monotonic. */
  #noneSinceMs: number;
  #isIdle = false;

  constructor(options: RoadsOptions) {
    this.#options = options;
    this.#noneSinceMs = options.clock.monotonicMs();
  }

  get inUse(): Road | undefined {
    return this.#inUse?.road;
  }

  get size(): number {
    return this.#all.length;
  }

  /** Whether there is a connection over the carrier of that place. */
  has(rank: number): boolean {
    return this.#all.some(({ road }) => road.rank === rank);
  }

  /** Whether there is no connection because there was nothing to say: the next stanza makes one. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** Whether the peer has been silent for suspiciously long. */
  get isSuspect(): boolean {
    return this.#inUse?.hasAsked === true;
  }

  /** A connection has come about. */
  add(road: Road): void {
    const nowMs = this.#nowMs;
    const known = {
      road,
      sinceMs: nowMs,
      waitingSinceMs: nowMs,
      hasAsked: false,
      busyMs: nowMs,
      lastSent: 0,
    };
    this.#all.push(known);
    const inUse = this.#inUse?.road;
    // A node is there all the time; only of connections there may be one too many.
    if (inUse === undefined || road.channel.kind === "block") return;
    if (road.rank > inUse.rank) return this.#isWanted(road) ? undefined : road.close("replaced");
    if (road.rank < inUse.rank) return this.#ask(known);
    // The same carrier once more: both have called at the same moment, or the peer has lost the one before.
    const olderStands = inUse.isOurs !== road.isOurs && inUse.isOurs === this.#options.oursStands;
    if (olderStands) return road.close("replaced");
    this.#use(known);
  }

  /** Something has come over a road. */
  heard(road: Road): void {
    const known = this.#all.find((one) => one.road === road);
    if (known === undefined) return;
    known.waitingSinceMs = this.#nowMs;
    known.busyMs = this.#nowMs;
    known.hasAsked = false;
    this.#options.callers.succeeded(road.rank);
  }

  remove(road: Road): void {
    const at = this.#all.findIndex((one) => one.road === road);
    if (at < 0) return;
    this.#all.splice(at, 1);
    this.#options.callers.ended(road.rank, road.isProven);
    if (this.#inUse?.road === road) this.#use(undefined);
  }

  closeAll(reason: CloseReason): void {
    for (const { road } of [...this.#all]) road.close(reason);
  }

  /** Puts the best road to use, and calls for those that would be better. */
  settle(hasToSay: boolean): void {
    if (this.#inUse?.road.isOpen === false) this.#use(undefined);
    const best = this.#best();
    if (best !== undefined && best !== this.#inUse) this.#use(best);
    if (hasToSay || best !== undefined) this.#isIdle = false;
    if (this.#isIdle) this.#options.callers.rest();
    else this.#options.callers.want(this.#inUse?.road.rank);
    this.#closeWorn(hasToSay);
  }

  /** Hands over what is due, on whichever road. */
  send(nowMs: number): void {
    for (const known of this.#all) {
      const { road } = known;
      const { room } = road;
      if (room === undefined) continue;
      const outgoing = road.channel.flush(nowMs, known === this.#inUse ? room : { ...room, textBytes: 0 });
      if (outgoing.length === 0 && !road.isAnswerDue) continue;
      if (!this.#isWaiting(known)) known.waitingSinceMs = nowMs;
      known.lastSent = Math.max(known.lastSent, ...outgoing.map(({ last }) => last));
      known.busyMs = nowMs;
      road.send(outgoing);
    }
  }

  /** When something is due though nothing happens; monotonic. */
  moments(nowMs: number): number[] {
    const moments: number[] = [];
    for (const known of this.#all) {
      const { road } = known;
      const { waitMs } = road;
      const { dueMs } = road.channel;
      if (waitMs !== undefined) moments.push(nowMs + waitMs);
      if (dueMs !== undefined) moments.push(dueMs);
      moments.push(...this.#deadlines(known));
    }
    if (this.#inUse === undefined && this.#all.length > 0) moments.push(this.#noneSinceMs + AWAY_MS);
    return moments.filter((ms) => ms > nowMs);
  }

  get #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }

  #use(known: Known | undefined): void {
    const before = this.#inUse;
    if (before === known) return;
    this.#inUse = known;
    this.#noneSinceMs = this.#nowMs;
    this.#options.engine.use(known?.road.channel);
    if (known !== undefined) {
      known.road.prepare();
      known.waitingSinceMs = this.#nowMs;
      known.hasAsked = false;
    }
    // A stream that was left is never used again; blocks have no connection that could be closed.
    if (before !== undefined && before.road.channel.kind === "stream") before.road.close("replaced");
    this.#options.onUse(known?.road);
  }

  /** The road to use: the best that works, where better ones are not about to. */
  #best(): Known | undefined {
    const usable = this.#all.filter(({ road }) => this.#isUsable(road));
    return usable.sort((a, b) => a.road.rank - b.road.rank)[0];
  }

  #isUsable(road: Road): boolean {
    if (!road.isOpen) return false;
    const inUse = this.#inUse?.road;
    if (road === inUse) return true;
    if (inUse !== undefined) return road.rank < inUse.rank && road.isProven;
    return road.channel.kind === "stream" || this.#isWanted(road);
  }

  /** Whether those before it have failed, or have been away for some time, or the peer speaks on it. */
  #isWanted(road: Road): boolean {
    if (road.rank === 0) return true;
    const isAway = this.#inUse === undefined && this.#nowMs - this.#noneSinceMs >= AWAY_MS;
    return this.#options.callers.haveFailedBefore(road.rank) || isAway;
  }

  #isWaiting(known: Known): boolean {
    return known === this.#inUse && known.road.channel.kind === "stream" &&
      known.lastSent > this.#options.engine.acknowledged;
  }

  #ackTimeoutMs({ road }: Known): number {
    return road.ackTimeoutMs ?? ACK_TIMEOUT_MS;
  }

  /** Moments at which this road is to be looked at: asked, given up, closed for want of use. */
  #deadlines(known: Known): number[] {
    const { road, sinceMs, waitingSinceMs, busyMs, hasAsked } = known;
    if (road.channel.kind !== "stream") return [];
    const deadlines: number[] = [];
    if (this.#isWaiting(known)) {
      const timeoutMs = this.#ackTimeoutMs(known);
      deadlines.push(waitingSinceMs + (hasAsked ? timeoutMs : timeoutMs / 2));
    }
    if (known !== this.#inUse && !road.isProven) deadlines.push(sinceMs + PROVING_MS);
    const { idleCloseMs } = road;
    if (idleCloseMs !== undefined && road.isOurs) deadlines.push(busyMs + idleCloseMs);
    return deadlines;
  }

  /** Asks where an answer is overdue, and closes what has died or is not needed. */
  #closeWorn(hasToSay: boolean): void {
    const nowMs = this.#nowMs;
    for (const known of [...this.#all]) {
      const { road, sinceMs, waitingSinceMs, busyMs } = known;
      if (road.channel.kind !== "stream") continue;
      const waitedMs = this.#isWaiting(known) ? nowMs - waitingSinceMs : 0;
      const timeoutMs = this.#ackTimeoutMs(known);
      const { idleCloseMs } = road;
      if (waitedMs >= timeoutMs) road.close("timeout");
      else if (waitedMs >= timeoutMs / 2 && !known.hasAsked) this.#ask(known);
      else if (known !== this.#inUse && !road.isProven && nowMs - sinceMs >= PROVING_MS) {
        road.close("timeout");
      } else if (idleCloseMs !== undefined && road.isOurs && !hasToSay && nowMs - busyMs >= idleCloseMs) {
        this.#isIdle = true;
        road.close("idle");
      }
    }
  }

  #ask(known: Known): void {
    known.road.prepare();
    known.hasAsked = known === this.#inUse;
    known.road.channel.ask();
  }
}
