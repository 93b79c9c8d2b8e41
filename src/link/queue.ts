import { earliest } from "../base/mod.ts";
import { type Precedence, PRECEDENCES } from "../config/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import { CLASSES, presenceSlot, type QueueClass, queueClass } from "./classes.ts";
import { Deadlines } from "./deadlines.ts";
import { Holds } from "./holds.ts";
import { inOrder, Line } from "./line.ts";
import { Pairs } from "./pairs.ts";
import { lower } from "./precedence.ts";
import { isRoomPresence } from "./rooms.ts";
import { type Terms, worthlessMs } from "./terms.ts";

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
  /** The highest precedence that a sender may claim; more counts as this. `flash` unless given. */
  readonly highestPrecedence?: Precedence;
}

/** A stanza that is to wait. */
export interface Newcomer {
  readonly stanza: Stanza;
  readonly sizeBytes: number;
  readonly terms: Terms;
  /** Until when it may wait for company; undefined when it leaves as soon as it can. */
  readonly heldUntilMs?: number | undefined;
  /** The number under which the store keeps it already. */
  readonly storeId?: number | undefined;
}

/** A stanza that waits for the link. */
export interface Waiting {
  /** Its place: within a level, what waits leaves in rising order. */
  readonly order: number;
  readonly stanza: Stanza;
  readonly sizeBytes: number;
  readonly class: QueueClass;
  /** Its level. Not always that of its terms: see `OutboundQueue`. */
  readonly precedence: Precedence;
  readonly terms: Terms;
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

const HIGHEST_FIRST: readonly Precedence[] = PRECEDENCES.toReversed();
/** Classes in the order in which room is made within a level. */
const EVICTED: readonly QueueClass[] = ["noise", "presence", "iq", "message"];

type Level = Readonly<Record<QueueClass, Line<Waiting>>>;

/**
 * What waits for one peer, in the order in which it will leave. Pure: no clock, no store, no answers; it says what
 * goes and the caller deals with it.
 *
 * A higher precedence overtakes all that is lower; within a level the order of arrival is kept. So between two entities
 * a stanza passes another only if it is of higher precedence, with two exceptions that keep presence true: presence
 * never passes other presence between the two, and what is said in a room never passes the joining of it, which is
 * raised with it.
 *
 * Of the presence of one resource to one address only the newest waits, and it never passes another stanza between
 * the two. When the bound is exceeded the oldest of the lowest level goes, within a level that of the lowest class;
 * unavailable presence is outside the bound (there is at most one per resource and address).
 */
export class OutboundQueue {
  readonly #limits: QueueLimits;
  #nextOrder = 0;
  readonly #entries = new Map<number, Waiting>();
  readonly #levels = new Map<Precedence, Level>(PRECEDENCES.map((precedence) => [precedence, emptyLevel()]));
  readonly #pairs = new Pairs();
  readonly #expiries = new Deadlines<Waiting>((waiting) => this.has(waiting));
  readonly #holds = new Holds();
  #sizeBytes = 0;
  /** The part of it that counts towards the bound. */
  #boundSizeBytes = 0;
  #boundStanzas = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get stanzas(): number {
    return this.#entries.size;
  }

  /** Whether anything waits but for company. */
  get hasToSay(): boolean {
    return this.#entries.size > this.#holds.size;
  }

  /** Size of all that waits, as XML before compression. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Stanzas that wait in each level. */
  get byPrecedence(): Readonly<Record<Precedence, number>> {
    const count = (precedence: Precedence) =>
      CLASSES.reduce((sum, name) => sum + this.#line(precedence, name).size, 0);
    return {
      flash: count("flash"),
      immediate: count("immediate"),
      priority: count("priority"),
      routine: count("routine"),
    };
  }

  /** Messages and subscriptions that wait. */
  get messages(): number {
    return PRECEDENCES.reduce((sum, precedence) => sum + this.#line(precedence, "message").size, 0);
  }

  /** When the stanza came in that has waited longest; undefined when nothing waits. */
  get oldestMs(): number | undefined {
    return earliest(...PRECEDENCES.map((precedence) => this.#headOf(precedence)?.stanza.receivedMs));
  }

  /** What leaves next. */
  get first(): Waiting | undefined {
    for (const precedence of HIGHEST_FIRST) {
      const head = this.#headOf(precedence);
      if (head !== undefined) return head;
    }
    return undefined;
  }

  /** What leaves next, and behind it what else waits in its level, in order: as far as it is asked for. */
  *leaving(): Generator<Waiting> {
    const level = this.first?.precedence;
    if (level !== undefined) yield* this.#inOrder(level);
  }

  /** Whether it still waits. */
  has(waiting: Waiting): boolean {
    return this.#entries.get(waiting.order) === waiting;
  }

  /** All that waits, in the order in which it would leave. */
  get all(): Waiting[] {
    return HIGHEST_FIRST.flatMap((precedence) => [...this.#inOrder(precedence)]);
  }

  /** Whether presence of the same resource to the same address waits. */
  hasPresence(stanza: Stanza): boolean {
    const slot = presenceSlot(stanza);
    return slot !== undefined &&
      this.#pairs.presence(stanza).some((one) => presenceSlot(one.stanza) === slot);
  }

  /**
   * Adds a stanza.
   * @param announced whether the far side may know the sending resource as available; if not, it need not hear that
   * the resource came and went while the link was busy
   */
  put(newcomer: Newcomer, announced: boolean): Put {
    const { stanza, sizeBytes, terms, storeId } = newcomer;
    const superseded = this.#rivals(stanza);
    const precedence = this.#levelOf(newcomer, superseded);
    const precursor = this.#placeHolder(stanza, precedence, superseded);
    const held = superseded.map((rival) => this.#holds.untilMs(rival));
    this.#raiseJoining(stanza, precedence);
    const order = precursor?.order ?? this.#nextOrder++;
    const kind = queueClass(stanza);
    const waiting: Waiting = { order, stanza, sizeBytes, class: kind, precedence, terms, storeId };
    // The precursor's place is kept in every line by putting another there, not by taking it out first.
    for (const rival of superseded) this.#delete(rival, rival === precursor);
    const cameAndWent = kind === "presence-end" && !announced &&
      superseded.length > 0 && superseded.every((rival) => rival.class === "presence");
    if (cameAndWent) return { waiting: undefined, superseded: [...superseded, waiting], evicted: [] };
    this.#holds.add(waiting, newcomer.heldUntilMs, held);
    this.#insert(waiting);
    const evicted = this.#makeRoom(waiting);
    return { waiting: evicted.includes(waiting) ? undefined : waiting, superseded, evicted };
  }

  /** Whether a stanza waits for company. */
  isHeld(waiting: Waiting): boolean {
    return this.#holds.untilMs(waiting) !== undefined;
  }

  /** When something will have waited long enough for company; undefined when nothing does. */
  get nextReleaseMs(): number | undefined {
    return this.#holds.nextMs;
  }

  /** Whether anything may leave. If so all may, since what waits for company has found it. */
  mayLeave(nowMs: number): boolean {
    const { nextMs, size } = this.#holds;
    const isDue = nextMs !== undefined && nextMs <= nowMs;
    if (!isDue && size === this.#entries.size) return false;
    this.#holds.clear();
    return true;
  }

  /** Takes a stanza out; harmless when it does not wait any more. */
  remove(waiting: Waiting): void {
    if (this.has(waiting)) this.#delete(waiting);
  }

  /**
   * Puts stanzas that were taken but not sent back to the head of their levels, in their order, the bound set aside.
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

  /** Takes out what has waited too long or is worthless by its own terms, that which was due first first. */
  expire(nowMs: number): Waiting[] {
    const expired: Waiting[] = [];
    for (;;) {
      const due = this.#expiries.take(nowMs);
      if (due === undefined) return expired;
      this.#delete(due);
      expired.push(due);
    }
  }

  /** When something will have waited too long; undefined when nothing can. */
  get nextExpiryMs(): number | undefined {
    return this.#expiries.nextMs;
  }

  /** Takes everything out. */
  clear(): Waiting[] {
    const all = this.all;
    for (const entry of all) this.#delete(entry);
    this.#expiries.clear();
    return all;
  }

  #line(precedence: Precedence, name: QueueClass): Line<Waiting> {
    const level = this.#levels.get(precedence);
    if (level === undefined) throw new Error(`Cannot find the level ${precedence}`);
    return level[name];
  }

  #inOrder(precedence: Precedence): Generator<Waiting> {
    return inOrder(CLASSES.map((name) => this.#line(precedence, name)));
  }

  #headOf(precedence: Precedence): Waiting | undefined {
    let head: Waiting | undefined;
    for (const name of CLASSES) {
      const { first } = this.#line(precedence, name);
      if (first !== undefined && (head === undefined || first.order < head.order)) head = first;
    }
    return head;
  }

  #expiryMs({ class: kind, stanza, terms }: Waiting): number | undefined {
    // That somebody has gone is never worthless.
    if (kind === "presence-end") return undefined;
    const { ageMs, iqAgeMs } = this.#limits;
    if (kind === "presence") return worthlessMs(terms);
    return earliest(worthlessMs(terms), stanza.receivedMs + (kind === "message" ? ageMs : iqAgeMs));
  }

  /** The level of a newcomer: presence waits behind other presence between the two, whatever is asked for it. */
  #levelOf({ stanza, terms }: Newcomer, superseded: readonly Waiting[]): Precedence {
    if (stanza.kind !== "presence") return terms.precedence;
    return this.#pairs.presence(stanza)
      .filter((entry) => !superseded.includes(entry))
      .reduce((level, entry) => lower(level, entry.precedence), terms.precedence);
  }

  /** A room refuses what is said in it by those who have not joined it: what is raised takes the joining with it. */
  #raiseJoining(stanza: Stanza, precedence: Precedence): void {
    if (stanza.kind !== "message" || precedence === "routine") return;
    const presence = this.#pairs.presence(stanza).filter((entry) => isBelow(entry.precedence, precedence));
    if (!presence.some((entry) => isRoomPresence(entry.stanza))) return;
    for (const entry of presence) {
      this.#delete(entry);
      this.#insert({ ...entry, order: this.#nextOrder++, precedence });
    }
  }

  /**
   * Waiting presence that `stanza` makes worthless. An unavailable one ends a session, so it makes all before it
   * worthless; an available one behind it begins another session, and leaves it alone.
   */
  #rivals(stanza: Stanza): Waiting[] {
    const slot = presenceSlot(stanza);
    if (slot === undefined) return [];
    return this.#pairs.presence(stanza).filter((entry) =>
      presenceSlot(entry.stanza) === slot && (entry.class === "presence" || stanza.type === "unavailable")
    );
  }

  /** The rival whose place the newcomer may take over: no stanza between the two entities waits behind it. */
  #placeHolder(stanza: Stanza, precedence: Precedence, rivals: readonly Waiting[]): Waiting | undefined {
    if (rivals.length === 0) return undefined;
    const last = this.#pairs.last(stanza);
    const isRival = last !== undefined && rivals.includes(last) && last.stanza.type === stanza.type;
    return isRival && last.precedence === precedence ? last : undefined;
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
      const victim = this.#oldestOfLowest();
      if (victim === undefined) break;
      evict(victim);
    }
    return evicted;
  }

  #oldestOfLowest(): Waiting | undefined {
    for (const precedence of PRECEDENCES) {
      for (const name of EVICTED) {
        const { first } = this.#line(precedence, name);
        if (first !== undefined) return first;
      }
    }
    return undefined;
  }

  #isOver(): boolean {
    return this.#boundStanzas > this.#limits.stanzas || this.#boundSizeBytes > this.#limits.sizeBytes;
  }

  #insert(entry: Waiting): void {
    this.#entries.set(entry.order, entry);
    this.#line(entry.precedence, entry.class).put(entry);
    this.#pairs.add(entry);
    const expiryMs = this.#expiryMs(entry);
    if (expiryMs !== undefined) this.#expiries.add(expiryMs, entry.order, entry);
    this.#count(entry, 1);
  }

  /** @param keepPlace when another entry is about to be inserted under the same order */
  #delete(entry: Waiting, keepPlace = false): void {
    if (!keepPlace) this.#line(entry.precedence, entry.class).delete(entry.order);
    this.#entries.delete(entry.order);
    this.#holds.delete(entry);
    this.#pairs.delete(entry);
    this.#count(entry, -1);
  }

  #count(entry: Waiting, sign: 1 | -1): void {
    this.#sizeBytes += sign * entry.sizeBytes;
    if (entry.class === "presence-end") return;
    this.#boundSizeBytes += sign * entry.sizeBytes;
    this.#boundStanzas += sign;
  }
}

function isBelow(a: Precedence, b: Precedence): boolean {
  return a !== b && lower(a, b) === a;
}

function emptyLevel(): Level {
  return {
    "noise": new Line(),
    "presence": new Line(),
    "iq": new Line(),
    "message": new Line(),
    "presence-end": new Line(),
  };
}
