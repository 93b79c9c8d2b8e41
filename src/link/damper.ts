import { type Jid, ownStanza, type Stanza } from "../stanza/mod.ts";
import { orderedPair, presenceSlot } from "./classes.ts";

/** Pairs of accounts remembered; beyond that nothing more is held back. */
const MOST_PAIRS = 10_000;
/** By how much each further change in a row waits longer than the one before. */
const GROWTH = 3;
/** Longest time for which presence is held back, in units of the shortest. */
const LONGEST = 6;

/** What of one user's presence went to one account lately, and what is held back. */
interface Pair {
  /** Changes that passed in a row. */
  passed: number;
  /** When the last of them did. */
  lastMs: number;
  /** By slot. */
  readonly held: Map<string, Stanza>;
}

/** What became of presence that was offered. */
export interface Offer {
  /** It is held back until `due` gives it out. */
  readonly isHeld: boolean;
  /** What was held back before and is worthless now. */
  readonly dropped: readonly Stanza[];
}

const PASSES: Offer = { isHeld: false, dropped: [] };

/**
 * Keeps presence that changes all the time from crossing all the time. The first change passes at once; the next
 * waits until some time after it, a further one three times as long, at most six times, until one comes that need not
 * wait. Meanwhile only the newest of each resource is kept, and it always passes in the end. That a resource has gone
 * passes at once.
 *
 * Pure: stanzas and the time (wall clock) come in, stanzas come out. All resources of a user count together, so that
 * one who logs in again and again under new names is damped too.
 */
export class PresenceDamper {
  readonly #dampMs: number;
  readonly #pairs = new Map<string, Pair>();
  /** Those of which something is held back. */
  readonly #holding = new Set<Pair>();

  /** @param dampMs shortest time for which presence is held back; 0: nothing ever is */
  constructor(dampMs: number) {
    this.#dampMs = dampMs;
  }

  /** When `due` has something to give out; undefined while nothing is held back. */
  get nextDueMs(): number | undefined {
    let nextMs: number | undefined;
    for (const pair of this.#holding) nextMs = Math.min(nextMs ?? Infinity, this.#freeMs(pair));
    return nextMs;
  }

  /**
   * Takes a stanza that is about to be queued.
   * @param mayHold whether it is of any use to wait: it would leave at once, and is not known to the far side
   */
  offer(stanza: Stanza, mayHold: boolean, nowMs: number): Offer {
    const slot = presenceSlot(stanza);
    if (slot === undefined || this.#dampMs === 0) return PASSES;
    const key = pairKey(stanza.from, stanza.to);
    const pair = this.#pairs.get(key) ?? this.#add(key, nowMs);
    if (pair === undefined) return PASSES;
    const ends = stanza.type === "unavailable" && stanza.from.isBare ? [...pair.held.keys()] : [slot];
    const dropped = ends.map((one) => pair.held.get(one)).filter((one) => one !== undefined);
    this.#drop(pair, ends);
    if (stanza.type === "" && mayHold && !this.#isFree(pair, nowMs)) {
      const own = ownStanza(stanza);
      pair.held.set(presenceSlot(own) ?? slot, own);
      this.#holding.add(pair);
      return { isHeld: true, dropped };
    }
    // What comes when its time is over is not part of what came before.
    if (mayHold && this.#isFree(pair, nowMs)) pair.passed = 0;
    if (mayHold) this.#pass(pair, nowMs);
    return { isHeld: false, dropped };
  }

  /** Gives out what was held back long enough. */
  due(nowMs: number): Stanza[] {
    const due: Stanza[] = [];
    for (const pair of this.#holding) {
      if (!this.#isFree(pair, nowMs)) continue;
      due.push(...pair.held.values());
      this.#drop(pair, [...pair.held.keys()]);
      this.#pass(pair, nowMs);
    }
    return due;
  }

  /** Gives out what must not be passed by a stanza that is no mere state of a resource (RFC 6120 section 10.1). */
  releaseBefore(stanza: Stanza): Stanza[] {
    if (this.#dampMs === 0 || presenceSlot(stanza) !== undefined) return [];
    const pair = this.#pairs.get(pairKey(stanza.from, stanza.to));
    const between = orderedPair(stanza);
    if (pair === undefined || pair.held.size === 0) return [];
    const released = [...pair.held].filter(([, held]) => orderedPair(held) === between);
    this.#drop(pair, released.map(([slot]) => slot));
    return released.map(([, held]) => held);
  }

  /** The far side asks for the presence of an account: what comes next passes. */
  reopen(from: Jid, to: Jid): void {
    const pair = this.#pairs.get(pairKey(from, to));
    if (pair !== undefined) pair.passed = 0;
  }

  /** The same for all accounts. */
  reopenAll(): void {
    for (const pair of this.#pairs.values()) pair.passed = 0;
  }

  #drop(pair: Pair, slots: readonly string[]): void {
    for (const slot of slots) pair.held.delete(slot);
    if (pair.held.size === 0) this.#holding.delete(pair);
  }

  #pass(pair: Pair, nowMs: number): void {
    pair.passed++;
    pair.lastMs = nowMs;
  }

  /** Also when the clock was set back: nothing is held back for what is yet to come. */
  #isFree(pair: Pair, nowMs: number): boolean {
    return nowMs >= this.#freeMs(pair) || nowMs < pair.lastMs;
  }

  #freeMs({ passed, lastMs }: Pair): number {
    return passed === 0 ? lastMs : lastMs + this.#dampMs * Math.min(LONGEST, GROWTH ** (passed - 1));
  }

  #add(key: string, nowMs: number): Pair | undefined {
    if (this.#pairs.size >= MOST_PAIRS) this.#forgetRested(nowMs);
    if (this.#pairs.size >= MOST_PAIRS) return undefined;
    const pair: Pair = { passed: 0, lastMs: nowMs, held: new Map() };
    this.#pairs.set(key, pair);
    return pair;
  }

  #forgetRested(nowMs: number): void {
    for (const [key, pair] of this.#pairs) {
      if (pair.held.size === 0 && nowMs - pair.lastMs >= this.#dampMs * LONGEST) this.#pairs.delete(key);
    }
  }
}

function pairKey(from: Jid, to: Jid): string {
  return `${from.bare}\n${to.bare}`;
}
