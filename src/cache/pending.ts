import type { CancelTimer, Clock } from "../base/mod.ts";
import { ownStanza, type Stanza } from "../stanza/mod.ts";
import type { Change } from "./known.ts";
import type { Question } from "./question.ts";

/** Requests that cross at a time and are remembered; what is more crosses without being remembered. */
export const MOST_PENDING = 1_000;
/** Others that wait for one answer; what is more crosses by itself. */
export const MOST_WAITING = 500;
/** Others that wait in all; the same. */
export const MOST_WAITING_IN_ALL = 5_000;

/** A request that has crossed. */
export interface Pending {
  readonly question: Question;
  readonly request: Stanza;
  /** Those who asked the same meanwhile. */
  readonly waiting: Stanza[];
  /** Under what others find it; undefined when nobody may wait for it. */
  readonly group: string | undefined;
  readonly cancel: CancelTimer;
  /** Something has changed since: the answer may be one of before. */
  isVoid: boolean;
}

/** The requests of one cache that are on their way, and who waits for them. Each is answered, or its time is up. */
export class PendingRequests {
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #onTimeout: (pending: Pending) => void;
  /** By addresses and id. */
  readonly #pending = new Map<string, Pending>();
  readonly #groups = new Map<string, Pending>();
  #waiting = 0;

  /** @param onTimeout told of a request whose time is up, once it is forgotten */
  constructor(clock: Clock, waitMs: number, onTimeout: (pending: Pending) => void) {
    this.#clock = clock;
    this.#waitMs = waitMs;
    this.#onTimeout = onTimeout;
  }

  /** Whether a request is remembered as one that crosses. */
  has(request: Stanza): boolean {
    return this.#pending.has(requestKey(request));
  }

  /** Lets a request wait for another one's answer. @returns false when there is none it may wait for */
  join(request: Stanza, group: string): boolean {
    const pending = this.#groups.get(group);
    if (pending === undefined || pending.waiting.length >= MOST_WAITING) return false;
    if (this.#waiting >= MOST_WAITING_IN_ALL) return false;
    this.#waiting++;
    pending.waiting.push(ownStanza(request));
    return true;
  }

  /**
   * Remembers a request that is about to cross.
   * @returns false when it is not remembered: there are too many, or one with the same addresses and id
   */
  add(question: Question, given: Stanza, group: string | undefined): boolean {
    const key = requestKey(given);
    if (this.#pending.size >= MOST_PENDING || this.#pending.has(key)) return false;
    const request = ownStanza(given);
    const cancel = this.#clock.after(this.#waitMs, () => {
      this.#end(pending);
      this.#onTimeout(pending);
    });
    const pending: Pending = { question, request, waiting: [], group, cancel, isVoid: false };
    this.#pending.set(requestKey(request), pending);
    if (group !== undefined && !this.#groups.has(group)) this.#groups.set(group, pending);
    return true;
  }

  /** Forgets the request that a stanza answers. @returns it, or undefined when the stanza answers none */
  take({ from, to, id }: Stanza): Pending | undefined {
    const pending = this.#pending.get(`${to}\n${from}\n${id}`);
    if (pending !== undefined) this.#end(pending);
    return pending;
  }

  /** Answers on their way may be of before the change; whoever asks from now on asks anew. */
  void({ address, withResources = false, kinds }: Change): void {
    for (const pending of this.#pending.values()) {
      const { question, group } = pending;
      const asked = withResources ? question.address.bare : question.address;
      if (asked.toString() !== address || !kinds.includes(question.kind)) continue;
      pending.isVoid = true;
      if (group !== undefined && this.#groups.get(group) === pending) this.#groups.delete(group);
    }
  }

  /** Lets go of the clock. */
  stop(): void {
    for (const pending of this.#pending.values()) pending.cancel();
  }

  #end(pending: Pending): void {
    const { request, group, waiting, cancel } = pending;
    cancel();
    this.#waiting -= waiting.length;
    this.#pending.delete(requestKey(request));
    if (group !== undefined && this.#groups.get(group) === pending) this.#groups.delete(group);
  }
}

function requestKey({ from, to, id }: Stanza): string {
  return `${from}\n${to}\n${id}`;
}
