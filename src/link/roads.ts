import type { Clock, CloseReason } from "../base/mod.ts";
import type { Callers } from "./callers.ts";
import type { LinkEngine } from "./flow/mod.ts";
import type { Road } from "./road.ts";

/** How long a call over a better carrier may take to show that somebody is there. */
const PROVING_MS = 60_000;
/** How long a carrier that nobody here can call may be away before a later one takes its place. */
const AWAY_MS = 10_000;
/** Connections so close to each other may come from two calls made at the same moment. */
const SAME_MOMENT_MS = 30_000;
/** A better carrier that took over and broke sooner is not called again at once. */
const STEADY_MS = 60_000;
/** How long stanzas may stay unacknowledged on a stream, unless the carrier is configured otherwise. */
const ACK_TIMEOUT_MS = 120_000;

export interface RoadsOptions {
  readonly engine: LinkEngine;
  readonly callers: Callers;
  readonly clock: Clock;
  /** Of two calls made at the same moment, whether ours is the one that stands. */
  readonly oursStands: boolean;
  /** Whether the link has a key: then nobody takes the place of what is in use who has not shown that he holds it. */
  readonly mustProve: boolean;
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
  /** When it took over from a worse one, if it did. */
  tookOverMs: number | undefined;
  /** The callers know that it has ended. */
  isOver: boolean;
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
    const known: Known = {
      road,
      sinceMs: nowMs,
      waitingSinceMs: nowMs,
      hasAsked: false,
      busyMs: nowMs,
      lastSent: 0,
      tookOverMs: undefined,
      isOver: false,
    };
    this.#closeForerunners(road);
    this.#all.push(known);
    const inUse = this.#inUse?.road;
    // A node is there all the time; only of connections there may be one too many.
    if (inUse === undefined || road.channel.kind === "block") return;
    if (road.rank > inUse.rank) {
      // One that the peer has opened stays: it may see the better carrier broken where this side does not yet.
      if (road.isOurs && !this.#isWanted(road)) road.close("replaced");
    } else if (road.rank < inUse.rank) this.#ask(known);
    else if (this.#olderStands(road)) road.close("replaced");
    else if (this.#options.mustProve) this.#ask(known);
    else this.#use(known);
  }

  /** Something has come over a road. */
  heard(road: Road): void {
    const known = this.#all.find((one) => one.road === road);
    if (known === undefined) return;
    known.waitingSinceMs = this.#nowMs;
    known.busyMs = this.#nowMs;
    known.hasAsked = false;
    if (!road.isProven) return;
    this.#options.callers.succeeded(road.rank);
    if (this.#isHeir(known)) this.#use(known);
  }

  remove(road: Road, reason: CloseReason): void {
    const known = this.#all.find((one) => one.road === road);
    if (known === undefined) return;
    this.#over(known, reason);
    this.#all.splice(this.#all.indexOf(known), 1);
  }

  /** Nothing could be sent for some time, nor anybody called: what failed meanwhile says nothing. */
  resume(): void {
    this.#isIdle = false;
    this.#options.callers.refresh();
    for (const known of this.#all) {
      known.waitingSinceMs = this.#nowMs;
      known.hasAsked = false;
    }
  }

  withdraw(): void {
    for (const { road } of this.#all) road.withdraw();
  }

  closeAll(reason: CloseReason): void {
    for (const { road } of [...this.#all]) road.close(reason);
  }

  /** Puts the best road to use, and calls for those that would be better. */
  settle(hasToSay: boolean): void {
    const { callers } = this.#options;
    this.#closeWorn(hasToSay);
    for (const known of this.#all) {
      const { closing } = known.road;
      if (closing !== undefined) this.#over(known, closing);
    }
    if (this.#inUse?.road.isOpen === false) this.#use(undefined);
    const best = this.#best();
    if (best !== undefined && best !== this.#inUse) this.#use(best);
    if (this.#isIdle && hasToSay) {
      callers.refresh();
      this.#noneSinceMs = this.#nowMs;
    }
    if (hasToSay || best !== undefined) this.#isIdle = false;
    if (this.#isIdle) return callers.rest();
    const connected = this.#all.filter(({ road }) => road.isOpen && road.channel.kind === "stream");
    callers.want(this.#inUse?.road.rank, new Set(connected.map(({ road }) => road.rank)));
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
      if (before !== undefined && before.road.rank > known.road.rank) known.tookOverMs = this.#nowMs;
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
    // A node is always there: that is no reason to use it while there is nothing to say.
    return road.channel.kind === "stream" || (!this.#isIdle && this.#isWanted(road));
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

  /** Since when an answer is overdue: what is still on the air cannot be answered. */
  #overdueMs({ road, waitingSinceMs }: Known): number {
    return waitingSinceMs + (road.underWayMs ?? 0);
  }

  /** Of two connections over the same carrier, whether the older one stays. */
  #olderStands(road: Road): boolean {
    const inUse = this.#inUse;
    if (inUse === undefined || inUse.road.isOurs === road.isOurs) return false;
    // Later than that, a call says that the peer has lost the older one.
    const isSameMoment = this.#nowMs - inUse.sinceMs <= SAME_MOMENT_MS;
    return isSameMoment && inUse.road.isOurs === this.#options.oursStands;
  }

  /** A side that calls once more over a carrier has lost its call before; so at most two lie on each. */
  #closeForerunners({ rank, isOurs }: Road): void {
    for (const known of this.#all) {
      const { road } = known;
      const isSame = road.rank === rank && road.isOurs === isOurs && road.channel.kind === "stream";
      if (isSame && known !== this.#inUse) road.close("replaced");
    }
  }

  /** A connection has ended, or is about to. */
  #over(known: Known, reason: CloseReason): void {
    if (known.isOver) return;
    known.isOver = true;
    const { callers, engine } = this.#options;
    const { road } = known;
    callers.ended(road.rank, this.#wasGood(known, reason));
    if (this.#inUse !== known) return;
    // The peer, too, closes in good order what it does not need, where that is the custom of the link.
    const hasNothingToSay = engine.unacknowledged === 0 && road.channel.dueMs === undefined;
    if (reason === "closed-by-peer" && road.idleCloseMs !== undefined && hasNothingToSay) this.#isIdle = true;
    this.#use(undefined);
  }

  #wasGood({ road, tookOverMs }: Known, reason: CloseReason): boolean {
    if (reason === "replaced" || reason === "idle") return true;
    const isFlapping = tookOverMs !== undefined && this.#nowMs - tookOverMs < STEADY_MS;
    return road.isProven && reason !== "timeout" && !isFlapping;
  }

  /** Moments at which this road is to be looked at: asked, given up, closed for want of use. */
  #deadlines(known: Known): number[] {
    const { road, sinceMs, busyMs, hasAsked } = known;
    if (road.channel.kind !== "stream" || !road.isOpen) return [];
    const deadlines: number[] = [];
    if (this.#isWaiting(known)) {
      const timeoutMs = this.#ackTimeoutMs(known);
      deadlines.push(this.#overdueMs(known) + (hasAsked ? timeoutMs : timeoutMs / 2));
    }
    if (this.#isProving(known)) deadlines.push(sinceMs + PROVING_MS);
    const { idleCloseMs } = road;
    if (idleCloseMs !== undefined && road.isOurs) deadlines.push(busyMs + idleCloseMs);
    return deadlines;
  }

  /** Asks where an answer is overdue, and closes what has died or is not needed. */
  #closeWorn(hasToSay: boolean): void {
    const nowMs = this.#nowMs;
    for (const known of [...this.#all]) {
      const { road, sinceMs, busyMs } = known;
      if (road.channel.kind !== "stream" || !road.isOpen) continue;
      const waitedMs = this.#isWaiting(known) ? nowMs - this.#overdueMs(known) : 0;
      const timeoutMs = this.#ackTimeoutMs(known);
      const isIdle = road.isOurs && !hasToSay && road.channel.dueMs === undefined &&
        nowMs - busyMs >= (road.idleCloseMs ?? Number.POSITIVE_INFINITY);
      if (waitedMs >= timeoutMs) road.close("timeout");
      else if (waitedMs >= timeoutMs / 2 && !known.hasAsked) this.#ask(known);
      else if (this.#isProving(known) && nowMs - sinceMs >= PROVING_MS) road.close("timeout");
      else if (isIdle) {
        this.#isIdle ||= known === this.#inUse;
        road.close("idle");
      }
    }
  }

  /** Whether it would take the place of what is in use, if only anything came over it. */
  #isProving(known: Known): boolean {
    const { road } = known;
    const inUse = this.#inUse?.road;
    return inUse !== undefined && (road.rank < inUse.rank || this.#isHeir(known)) && !road.isProven;
  }

  /** Whether it is a later connection over the carrier in use, whose place it takes once it is proven. */
  #isHeir(known: Known): boolean {
    const { road } = known;
    const inUse = this.#inUse;
    return this.#options.mustProve && inUse !== undefined && inUse !== known && road.isOpen &&
      road.rank === inUse.road.rank && this.#all.indexOf(known) > this.#all.indexOf(inUse);
  }

  #ask(known: Known): void {
    known.road.prepare();
    known.hasAsked = known === this.#inUse;
    known.road.channel.ask();
  }
}
