import { type Jid, ownStanza, type Stanza } from "../stanza/mod.ts";
import { orderedPair, presenceSlot } from "./classes.ts";

/** Pairs of accounts remembered; beyond that nothing more is held back. */
const MOST_PAIRS = 10_000;
/** By how much each further change in a row waits longer than the one before. */
const GROWTH = 3;
/** Longest time for which presence is held back, in units of the shortest. */
const LONGEST = 6;
/** Within what time all that answers one question of the far side comes. */
const ANSWER_MS = 100;

/** Presence that may be held back, and what the caller wants to have again with it. */
export interface Damped {
  readonly stanza: Stanza;
}

/** The far side is about to hear of every resource of a user, of each once. */
interface Answer {
  /** When the first of it came; undefined until then. */
  sinceMs: number | undefined;
  readonly slots: Set<string>;
}

/** What of one user's presence went to one account lately, and what is held back. */
interface Pair<T> {
  /** Changes that passed in a row. */
  passed: number;
  /** When the last of them did. */
  lastMs: number;
  /** What of an answer to the far side has passed; undefined when no answer is due. */
  answer: Answer | undefined;
  /** By slot. */
  readonly held: Map<string, T>;
}

/** What became of presence that was offered. */
export interface Offer<T> {
  /** It is held back until `due` gives it out. */
  readonly isHeld: boolean;
  /** What was held back before and is worthless now. */
  readonly dropped: readonly T[];
}

const PASSES: Offer<never> = { isHeld: false, dropped: [] };

/**
 * Keeps presence that changes all the time from crossing all the time. The first change passes at once; the next
 * waits until some time after it, a further one three times as long, at most six times, until one comes that need not
 * wait. Meanwhile only the newest of each resource is kept, and it always passes in the end. That a resource has gone
 * passes at once.
 *
 * Pure: stanzas and the time (wall clock) come in, stanzas come out. All resources of a user count together, so that
 * one who logs in again and again under new names is damped too.
 */
export class PresenceDamper<T extends Damped> {
  readonly #dampMs: number;
  readonly #pairs = new Map<string, Pair<T>>();
  /** Those of which something is held back. */
  readonly #holding = new Set<Pair<T>>();

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
   * Takes presence that is about to be queued.
   * @param mayHold whether it is of any use to wait: it would leave at once, and is not known to the far side
   */
  offer(one: T, mayHold: boolean, nowMs: number): Offer<T> {
    const { stanza } = one;
    const slot = presenceSlot(stanza);
    if (slot === undefined || this.#dampMs === 0) return PASSES;
    const key = pairKey(stanza.from, stanza.to);
    const pair = this.#pairs.get(key) ?? this.#add(key, nowMs);
    if (pair === undefined) return PASSES;
    const ends = stanza.type === "unavailable" && stanza.from.isBare ? [...pair.held.keys()] : [slot];
    const dropped = ends.map((end) => pair.held.get(end)).filter((held) => held !== undefined);
    this.#drop(pair, ends);
    if (!mayHold) return { isHeld: false, dropped };
    const answers = stanza.type === "" && isAnswer(pair, slot, nowMs);
    const isFree = this.#isFree(pair, nowMs);
    if (stanza.type === "" && !isFree && !answers) {
      const own = ownStanza(stanza);
      pair.held.set(presenceSlot(own) ?? slot, { ...one, stanza: own });
      this.#holding.add(pair);
      return { isHeld: true, dropped };
    }
    // What comes when its time is over is not part of what came before.
    if (isFree) pair.passed = 0;
    // All of an answer counts as one.
    if (isFree || !answers) this.#pass(pair, nowMs);
    return { isHeld: false, dropped };
  }

  /** Gives out what was held back long enough. */
  due(nowMs: number): T[] {
    const due: T[] = [];
    for (const pair of this.#holding) {
      if (!this.#isFree(pair, nowMs)) continue;
      due.push(...pair.held.values());
      this.#drop(pair, [...pair.held.keys()]);
      this.#pass(pair, nowMs);
    }
    return due;
  }

  /** Gives out what must not be passed by a stanza that is no mere state of a resource (RFC 6120 section 10.1). */
  releaseBefore(stanza: Stanza): T[] {
    if (this.#dampMs === 0 || presenceSlot(stanza) !== undefined) return [];
    const pair = this.#pairs.get(pairKey(stanza.from, stanza.to));
    const between = orderedPair(stanza);
    if (pair === undefined || pair.held.size === 0) return [];
    const released = [...pair.held].filter(([, held]) => orderedPair(held.stanza) === between);
    this.#drop(pair, released.map(([slot]) => slot));
    return released.map(([, held]) => held);
  }

  /** The far side asks for the presence of an account: what comes next passes, of each resource. */
  reopen(from: Jid, to: Jid): void {
    const pair = this.#pairs.get(pairKey(from, to));
    if (pair !== undefined) this.#reopen(pair);
  }

  /** The same for all accounts. */
  reopenAll(): void {
    for (const pair of this.#pairs.values()) this.#reopen(pair);
  }

  #reopen(pair: Pair<T>): void {
    pair.passed = 0;
    pair.answer = { sinceMs: undefined, slots: new Set() };
  }

  #drop(pair: Pair<T>, slots: readonly string[]): void {
    for (const slot of slots) pair.held.delete(slot);
    if (pair.held.size === 0) this.#holding.delete(pair);
  }

  #pass(pair: Pair<T>, nowMs: number): void {
    pair.passed++;
    pair.lastMs = nowMs;
  }

  /** Also when the clock was set back: nothing is held back for what is yet to come. */
  #isFree(pair: Pair<T>, nowMs: number): boolean {
    return nowMs >= this.#freeMs(pair) || nowMs < pair.lastMs;
  }

  #freeMs({ passed, lastMs }: Pair<T>): number {
    return passed === 0 ? lastMs : lastMs + this.#dampMs * Math.min(LONGEST, GROWTH ** (passed - 1));
  }

  #add(key: string, nowMs: number): Pair<T> | undefined {
    if (this.#pairs.size >= MOST_PAIRS) this.#forgetRested(nowMs);
    if (this.#pairs.size >= MOST_PAIRS) return undefined;
    const pair: Pair<T> = {
      passed: 0,
      lastMs: nowMs,
      answer: { sinceMs: undefined, slots: new Set() },
      held: new Map(),
    };
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

/** Whether it is the first word of a resource in an answer that is due; if so it is the last that passes as such. */
function isAnswer(pair: Pick<Pair<Damped>, "answer">, slot: string, nowMs: number): boolean {
  const { answer } = pair;
  if (answer === undefined) return false;
  answer.sinceMs ??= nowMs;
  const isOver = nowMs < answer.sinceMs || nowMs - answer.sinceMs >= ANSWER_MS;
  if (isOver) pair.answer = undefined;
  if (isOver || answer.slots.has(slot)) return false;
  answer.slots.add(slot);
  return true;
}
