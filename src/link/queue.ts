import type { Stanza } from "../stanza/mod.ts";
import { orderedPair, presenceSlot, type QueueClass, queueClass } from "./classes.ts";

/** Bounds of a peer's queue. */
export interface QueueLimits {
  /** Stanzas that may wait, unavailable presence not counted. */
  readonly stanzas: number;
  /** Their size together as XML, before compression. */
  readonly sizeBytes: number;
  /** How long messages and subscriptions wait before their sender is told. */
  readonly ageMs: number;
  /** How long IQ stanzas wait: no longer than clients do. */
  readonly iqAgeMs: number;
}

/** A stanza that waits for the link. */
export interface Waiting {
  /** Its place: what waits leaves in rising order. */
  readonly order: number;
  readonly stanza: Stanza;
  readonly sizeBytes: number;
  readonly class: QueueClass;
  /** The number under which the store keeps it; undefined while it is only in memory. */
  storeId: number | undefined;
}

/** What became of a stanza that was put into the queue. */
export interface Put {
  /** The stanza as it waits now; undefined when it does not wait. */
  readonly waiting: Waiting | undefined;
  /** Presence that a newer one made worthless; the newcomer too, when the far side need not hear of it at all. */
  readonly superseded: readonly Waiting[];
  /** What had to go for lack of room, the newcomer perhaps among it. */
  readonly evicted: readonly Waiting[];
}

/** Classes in the order in which room is made. */
const EVICTED: readonly QueueClass[] = ["noise", "presence", "iq", "message"];

/**
 * What waits for one peer, in the order in which it will leave. Pure: no clock, no store, no answers; it says what
 * goes and the caller deals with it.
 *
 * Of the presence of one resource to one address only the newest waits, and it never passes another stanza between
 * the two. When the bound is exceeded the oldest of the lowest class goes; unavailable presence is outside the bound
 * (there is at most one per resource and address).
 */
export class OutboundQueue {
  readonly #limits: QueueLimits;
  #nextOrder = 0;
  readonly #entries = new Map<number, Waiting>();
  readonly #classes: Record<QueueClass, Map<number, Waiting>> = {
    "noise": new Map(),
    "presence": new Map(),
    "iq": new Map(),
    "message": new Map(),
    "presence-end": new Map(),
  };
  /** What waits between two entities, in order: only this is searched when presence comes. */
  readonly #pairs = new Map<string, Set<Waiting>>();
  #sizeBytes = 0;
  /** The part of it that counts towards the bound. */
  #boundSizeBytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get stanzas(): number {
    return this.#entries.size;
  }

  /** Size of all that waits, as XML before compression. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** When the stanza that leaves next came in; undefined when nothing waits. */
  get oldestMs(): number | undefined {
    return this.first?.stanza.receivedMs;
  }

  /** What leaves next. */
  get first(): Waiting | undefined {
    return first(this.#entries);
  }

  /** All that waits, in order. */
  get all(): Waiting[] {
    return [...this.#entries.values()];
  }

  /**
   * Adds a stanza.
   * @param announced whether the far side may know the sending resource as available; if not, it need not hear that
   * the resource came and went while the link was busy
   */
  put(stanza: Stanza, sizeBytes: number, announced: boolean, storeId?: number): Put {
    const superseded = this.#rivals(stanza);
    const precursor = this.#placeHolder(stanza, superseded);
    const order = precursor?.order ?? this.#nextOrder++;
    const newcomer: Waiting = { order, stanza, sizeBytes, class: queueClass(stanza), storeId };
    // The precursor's place is kept in every map by setting its key again, not by taking it out first.
    for (const rival of superseded) this.#delete(rival, rival === precursor);
    const cameAndWent = newcomer.class === "presence-end" && !announced &&
      superseded.length > 0 && superseded.every((rival) => rival.class === "presence");
    if (cameAndWent) return { waiting: undefined, superseded: [...superseded, newcomer], evicted: [] };
    this.#insert(newcomer);
    const evicted = this.#makeRoom(newcomer);
    return { waiting: evicted.includes(newcomer) ? undefined : newcomer, superseded, evicted };
  }

  /** Takes a stanza out; harmless when it does not wait any more. */
  remove(waiting: Waiting): void {
    if (this.#entries.get(waiting.order) === waiting) this.#delete(waiting);
  }

  /**
   * Puts stanzas that were taken but not sent back to the head, in their order, the bound set aside.
   * @returns presence among them that is worthless by now, since a newer one waits
   */
  putBack(taken: readonly Waiting[]): Waiting[] {
    const stale = taken.filter((waiting) =>
      waiting.stanza.type === "" && this.#rivals(waiting.stanza).length > 0
    );
    const all = [...taken.filter((waiting) => !stale.includes(waiting)), ...this.clear()];
    for (const waiting of all) this.#insert({ ...waiting, order: this.#nextOrder++ });
    return stale;
  }

  /** Takes out what has waited too long. */
  expire(nowMs: number): Waiting[] {
    const expired: Waiting[] = [];
    for (const [name, ageMs] of this.#ages()) {
      for (const entry of this.#classes[name].values()) {
        if (entry.stanza.receivedMs + ageMs > nowMs) break;
        expired.push(entry);
      }
    }
    for (const entry of expired) this.remove(entry);
    return expired;
  }

  /** When something will have waited too long; undefined when nothing can. */
  get nextExpiryMs(): number | undefined {
    let nextMs: number | undefined;
    for (const [name, ageMs] of this.#ages()) {
      const oldest = first(this.#classes[name]);
      if (oldest === undefined) continue;
      const expiryMs = oldest.stanza.receivedMs + ageMs;
      if (nextMs === undefined || expiryMs < nextMs) nextMs = expiryMs;
    }
    return nextMs;
  }

  /** Takes everything out. */
  clear(): Waiting[] {
    const all = [...this.#entries.values()];
    for (const entry of all) this.#delete(entry);
    return all;
  }

  #ages(): readonly (readonly [QueueClass, number])[] {
    const { ageMs, iqAgeMs } = this.#limits;
    return [["message", ageMs], ["iq", iqAgeMs], ["noise", iqAgeMs]];
  }

  /**
   * Waiting presence that `stanza` makes worthless. An unavailable one ends a session, so it makes all before it
   * worthless; an available one behind it begins another session, and leaves it alone.
   */
  #rivals(stanza: Stanza): Waiting[] {
    const slot = presenceSlot(stanza);
    if (slot === undefined) return [];
    const pair = [...this.#pairs.get(orderedPair(stanza)) ?? []];
    return pair.filter((entry) =>
      presenceSlot(entry.stanza) === slot && (entry.class === "presence" || stanza.type === "unavailable")
    );
  }

  /** The rival whose place the newcomer may take over: no stanza between the two entities waits behind it. */
  #placeHolder(stanza: Stanza, rivals: readonly Waiting[]): Waiting | undefined {
    const last = [...this.#pairs.get(orderedPair(stanza)) ?? []].at(-1);
    return last !== undefined && rivals.includes(last) && last.stanza.type === stanza.type ? last : undefined;
  }

  #makeRoom(newcomer: Waiting): Waiting[] {
    const evicted: Waiting[] = [];
    const evict = (entry: Waiting) => {
      this.#delete(entry);
      evicted.push(entry);
    };
    // What could never fit must not push everything else out first.
    if (newcomer.sizeBytes > this.#limits.sizeBytes && newcomer.class !== "presence-end") evict(newcomer);
    while (this.#isOver()) {
      const victim = EVICTED.map((name) => first(this.#classes[name])).find((entry) => entry !== undefined);
      if (victim === undefined) break;
      evict(victim);
    }
    return evicted;
  }

  #isOver(): boolean {
    return this.#entries.size - this.#classes["presence-end"].size > this.#limits.stanzas ||
      this.#boundSizeBytes > this.#limits.sizeBytes;
  }

  #insert(entry: Waiting): void {
    this.#entries.set(entry.order, entry);
    this.#classes[entry.class].set(entry.order, entry);
    const key = orderedPair(entry.stanza);
    const pair = this.#pairs.get(key) ?? new Set();
    this.#pairs.set(key, pair.add(entry));
    this.#count(entry, 1);
  }

  /** @param keepPlace when another entry is about to be inserted under the same order */
  #delete(entry: Waiting, keepPlace = false): void {
    if (!keepPlace) {
      this.#entries.delete(entry.order);
      this.#classes[entry.class].delete(entry.order);
    }
    const key = orderedPair(entry.stanza);
    const pair = this.#pairs.get(key);
    pair?.delete(entry);
    if (pair?.size === 0) this.#pairs.delete(key);
    this.#count(entry, -1);
  }

  #count(entry: Waiting, sign: 1 | -1): void {
    this.#sizeBytes += sign * entry.sizeBytes;
    if (entry.class !== "presence-end") this.#boundSizeBytes += sign * entry.sizeBytes;
  }
}

function first(entries: Map<number, Waiting>): Waiting | undefined {
  for (const entry of entries.values()) return entry;
  return undefined;
}
