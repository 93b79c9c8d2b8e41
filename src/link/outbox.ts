import { type Clock, earliest, errorText, type Log } from "../base/mod.ts";
import type { Precedence } from "../config/mod.ts";
import { type Jid, ownStanza, type Stanza } from "../stanza/mod.ts";
import type { LinkQueueStore } from "../storage/mod.ts";
import { type Element, elementSizeBytes, writeXml, type XmlLimits } from "../xml/mod.ts";
import { lateReply, lateRuleAt, noticesAt } from "./amp.ts";
import type { AudienceFolder } from "./audience.ts";
import { queueClass } from "./classes.ts";
import { PresenceDamper } from "./damper.ts";
import { FoldedExit } from "./folded_exit.ts";
import { PresenceLedger } from "./ledger.ts";
import { lossWhileDown, stamped } from "./keeping.ts";
import { shortened } from "./limits.ts";
import type { PeerConfig } from "./peer_config.ts";
import { OutboundQueue, type Waiting } from "./queue.ts";
import { refusalOf } from "./refusal.ts";
import { Shelf } from "./shelf.ts";
import type { PeerStatus } from "./status.ts";
import { readStored } from "./stored.ts";
import type { AnsweredLoss, Tally } from "./tally.ts";
import { Teller } from "./teller.ts";
import { type Terms, termsOf, worthlessMs } from "./terms.ts";
import { type Admitted, Thinner, type ThinnerOptions } from "./thinner.ts";

/** For what was held back: it leaves with what leaves next. */
const UNHURRIED: LinkView = { isUp: true, roomBytes: 0 };

/** What an outbox stands on. */
export interface OutboxOptions {
  readonly peer: Pick<PeerConfig, "name" | "domains" | "rules" | "queue" | "tellWaitingMs" | "dampMs">;
  readonly store: LinkQueueStore;
  /** Bounds on one stanza as it is written; the peer has to be able to read it. */
  readonly limits: XmlLimits;
  /** Takes the answers to senders whose stanzas do not cross. */
  readonly answer: (stanza: Stanza) => void;
  /** How the link stands, for senders who are told why their message waits. */
  readonly status: () => Pick<PeerStatus, "state" | "sinceMs" | "queue">;
  /** The last change to what leaves; none when not given. */
  readonly finish?: ((element: Element) => Element) | undefined;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly log: Log;
  /** See `ThinnerOptions`. */
  readonly cached?: ThinnerOptions["cached"];
  /** Makes one of presence to many, where the far side can unfold it. */
  readonly folder?: AudienceFolder | undefined;
}

/** What the link can do for a newcomer. */
export interface LinkView {
  readonly isUp: boolean;
  /** Bytes that will leave when the turn ends; 0 when the carrier is busy. What exceeds them waits longer. */
  readonly roomBytes: number;
}

/** Stanzas that leave together. */
export interface Batch {
  readonly xml: string;
  readonly stanzas: readonly Waiting[];
  /** How many they are as they cross: one may stand for many. */
  readonly crossing: number;
}

/** A stanza that has passed the rules and is to be queued, or held back before that. */
interface Sendable {
  readonly stanza: Stanza;
  readonly terms: Terms;
  /** Until when it may wait for company; undefined when it leaves as soon as it can. */
  readonly heldUntilMs: number | undefined;
}

/**
 * All that happens to a stanza between the router and the carrier: rules, queue, store, ledger. Messages and
 * subscriptions that cannot leave in the turn in which they came are stored in that turn, and stay stored until the
 * carrier has taken them.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queue: OutboundQueue;
  readonly #ledger = new PresenceLedger();
  readonly #damper: PresenceDamper<Sendable>;
  readonly #shelf: Shelf;
  readonly #teller: Teller;
  readonly #thinner: Thinner;
  readonly #folded: FoldedExit;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const { rules, queue } = options.peer;
    const { tally, answer, cached, clock } = options;
    const { highestPrecedence } = queue;
    this.#thinner = new Thinner({ rules, direction: "out", highestPrecedence, tally, answer, cached });
    this.#damper = new PresenceDamper(options.peer.dampMs ?? 0);
    this.#shelf = new Shelf(options.store, options.peer.name);
    this.#queue = new OutboundQueue(options.peer.queue);
    this.#teller = new Teller(options.peer, (waiting) => this.#queue.has(waiting));
    const [queued, thinner, ledger] = [this.#queue, this.#thinner, this.#ledger];
    this.#folded = new FoldedExit({ folder: options.folder, queue: queued, thinner, ledger, clock, tally });
  }

  get stanzas(): number {
    return this.#queue.stanzas;
  }

  /** Whether anything waits that would leave if it could, and not only what waits for company or is damped. */
  get hasToSay(): boolean {
    return this.#queue.hasToSay;
  }

  /** Size of what waits, as XML before compression. */
  get sizeBytes(): number {
    return this.#queue.sizeBytes;
  }

  /** Stanzas that wait in each level. */
  get byPrecedence(): Readonly<Record<Precedence, number>> {
    return this.#queue.byPrecedence;
  }

  /** When the stanza came in that has waited longest; undefined when nothing waits. */
  get oldestMs(): number | undefined {
    return this.#queue.oldestMs;
  }

  /** When `expire` has something to do, wall clock; undefined when it never has. */
  get nextExpiryMs(): number | undefined {
    const { nextExpiryMs, nextReleaseMs } = this.#queue;
    return earliest(nextExpiryMs, nextReleaseMs, this.#teller.nextMs, this.#damper.nextDueMs);
  }

  /** Takes back what waited when the server stopped. Once, before anything else. */
  load(): void {
    const { store, peer, log } = this.#options;
    // In the order in which it was stored: the clock may have been put back since.
    for (const one of store.list(peer.name)) {
      try {
        // It has passed the rules, so what they said stands in its envelope.
        const { stanza, terms = termsOf(stanza, this.#highest) } = readStored(one);
        this.#put({ stanza, terms, holdMs: undefined }, { isUp: false, roomBytes: 0 }, one.id);
      } catch (error) {
        // Nobody can be answered: it does not say whom.
        log.error("stored stanza is unreadable", { peer: peer.name, id: one.id, error: errorText(error) });
        this.#options.tally.addLoss("unreadable");
        store.remove(peer.name, [one.id]);
      }
    }
  }

  /** Takes responsibility for a stanza: it will leave, or be dropped for a reason that is counted, or answered. */
  accept(stanza: Stanza, link: LinkView): void {
    const admitted = this.#thinner.admit(stanza);
    if (admitted !== undefined) this.#put(admitted, link, undefined);
  }

  /** Stanzas leave over another carrier, or over none. @param names by which rules know it */
  use(names: readonly string[]): void {
    this.#thinner.carrier = names;
  }

  /**
   * The next stanzas to leave.
   * @param mostBytes size as XML that ends the batch; a single stanza may be larger
   * @param hasRoom whether the link bears a stanza of that size now
   * @returns undefined when nothing waits, nothing that the link bears, or nothing but what waits for company
   */
  take(mostBytes: number, hasRoom: (sizeBytes: number) => boolean = () => true): Batch | undefined {
    // What is worthless when its turn comes must not cross, however late the timer is.
    this.expire();
    if (!this.#queue.mayLeave(this.#options.clock.nowMs())) return undefined;
    const stanzas: Waiting[] = [];
    let sizeBytes = 0;
    let crossing = 0;
    let xml = "";
    for (let next = this.#queue.first; next !== undefined; next = this.#queue.first) {
      if (stanzas.length > 0 && sizeBytes + next.sizeBytes > mostBytes) break;
      if (!hasRoom(next.sizeBytes)) break;
      const folded = this.#folded.take();
      if (folded !== undefined) {
        stanzas.push(...folded.members.map(({ waiting }) => waiting));
        crossing++;
        sizeBytes += next.sizeBytes;
        xml += this.#written(folded.element);
        continue;
      }
      this.#queue.remove(next);
      const left = this.#thinner.leave(next.stanza, next.terms);
      if (left === undefined) {
        this.#shelf.clear([next]);
        continue;
      }
      if (this.#ledger.repeats(left)) {
        this.#options.tally.addSaving("unchanged", "the far side knows this presence", next.sizeBytes);
        continue;
      }
      this.#ledger.sent(left);
      stanzas.push(next);
      crossing++;
      sizeBytes += next.sizeBytes;
      xml += this.#written(stamped(left, this.#options.clock.nowMs()));
    }
    return stanzas.length === 0 ? undefined : { xml, stanzas, crossing };
  }

  /** A stanza as it crosses. */
  #written(element: Element): string {
    return writeXml(this.#options.finish?.(element) ?? element);
  }

  /** The carrier has taken a batch. */
  handedOver(batch: Batch): void {
    this.#options.tally.addStanzas("out", batch.crossing);
    this.#shelf.clear(batch.stanzas);
    const nowMs = this.#options.clock.nowMs();
    const late = batch.stanzas.map(({ stanza, terms }) => ({
      stanza,
      rules: noticesAt(terms.lateRules, nowMs),
    }));
    for (const { stanza, rules } of late) for (const rule of rules) this.#answer(lateReply(stanza, rule));
    if (this.#queue.messages === 0) this.#teller.endOutage();
  }

  /** Puts batches that may not have arrived back to the head of the queue, in their order. */
  takeBack(batches: readonly Batch[]): void {
    const stanzas = batches.flatMap((batch) => batch.stanzas);
    for (const { stanza } of stanzas) {
      if (stanza.kind === "presence") this.#ledger.reopen(stanza.from, stanza.to);
    }
    for (const stale of this.#queue.putBack(stanzas)) this.#addSuperseded(stale);
    const nowMs = this.#options.clock.nowMs();
    for (const waiting of this.#queue.all) this.#teller.waits(waiting, nowMs);
    this.storeAll();
  }

  /**
   * Stores what is to be stored and waits in memory only, since the link has failed or the server stops. What was
   * stored before and waits behind it in its level is stored anew: the store knows the order by nothing else.
   */
  storeAll(): void {
    const moved = new Set<Precedence>();
    for (const waiting of this.#queue.all) {
      if (moved.has(waiting.precedence)) this.#shelf.clear([waiting]);
      if (this.#shelf.put(waiting)) moved.add(waiting.precedence);
    }
  }

  /**
   * Does what is due: queues presence that was held back long enough, answers those whose stanzas have waited too long,
   * ends the waiting for company, tells those who are to know that theirs still wait.
   */
  expire(): void {
    const { clock, status } = this.#options;
    const nowMs = clock.nowMs();
    for (const held of this.#damper.due(nowMs)) this.#enqueue(held, UNHURRIED, undefined);
    this.#refuse(this.#queue.expire(nowMs), "expired");
    // Also while the link is down: what is due must not be due again and again.
    this.#queue.mayLeave(nowMs);
    if (this.#queue.messages === 0) this.#teller.endOutage();
    for (const notice of this.#teller.due(nowMs, status, this.#queue.messages)) this.#answer(notice);
  }

  /** Drops what waits, each stanza answered. @returns how many there were */
  flush(): number {
    const all = this.#queue.clear();
    this.#teller.endOutage();
    this.#refuse(all, "flushed");
    return all.length;
  }

  /** The link begins anew: what the far side was told may be forgotten there. */
  beginEpoch(): void {
    this.#ledger.beginEpoch();
    this.#damper.reopenAll();
  }

  /** The far side wants to hear of `from` again, even if nothing has changed. */
  reopen(from: Jid, to: Jid): void {
    this.#ledger.reopen(from, to);
    this.#damper.reopen(from, to);
  }

  get #highest(): Precedence {
    return this.#options.peer.queue.highestPrecedence ?? "flash";
  }

  #put(admitted: Admitted, link: LinkView, storeId: number | undefined): void {
    const { stanza, terms, holdMs } = admitted;
    const nowMs = this.#options.clock.nowMs();
    const lapsesMs = worthlessMs(terms);
    if (lapsesMs !== undefined && lapsesMs <= nowMs && queueClass(stanza) !== "presence-end") {
      this.#shelf.forget(storeId);
      return this.#lose(stanza, "expired", terms);
    }
    const sendable = shortened(stanza, this.#options.limits);
    const hopeless = sendable === undefined ? "too-large" : link.isUp ? undefined : lossWhileDown(sendable);
    if (sendable === undefined || hopeless !== undefined) {
      this.#shelf.forget(storeId);
      return this.#lose(sendable ?? stanza, hopeless ?? "too-large", terms);
    }
    const one = { stanza: sendable, terms, heldUntilMs: holdMs === undefined ? undefined : nowMs + holdMs };
    if (!this.#isDamped(one, link)) this.#enqueue(one, link, storeId);
  }

  /** Whether presence need not be queued now: a newer one may make it worthless first, or it never was told. */
  #isDamped(one: Sendable, link: LinkView): boolean {
    const { clock, tally } = this.#options;
    const { stanza } = one;
    for (const held of this.#damper.releaseBefore(stanza)) this.#enqueue(held, link, undefined);
    const { isHeld, dropped } = this.#damper.offer(one, link.isUp && this.#mayWait(one), clock.nowMs());
    for (const { stanza: { element } } of dropped) {
      tally.addSaving("damped", "newer presence came before it was due", elementSizeBytes(element));
    }
    if (isHeld || dropped.length === 0 || stanza.type !== "unavailable") return isHeld;
    return !this.#ledger.mayKnow(stanza) && !this.#queue.hasPresence(stanza);
  }

  /** Whether it is of any use to damp it: what a rule raises is urgent, and what is known does not cross anyway. */
  #mayWait({ stanza, terms }: Sendable): boolean {
    if (terms.precedence !== "routine") return false;
    const left = this.#thinner.preview(stanza, terms);
    return left !== undefined && !this.#ledger.repeats(left);
  }

  #enqueue(
    { stanza: sendable, terms, heldUntilMs }: Sendable,
    link: LinkView,
    storeId: number | undefined,
  ): void {
    // What waits may wait for days, and must not hold on to all that was read with it.
    const kept = link.roomBytes > 0 ? sendable : ownStanza(sendable);
    const sizeBytes = elementSizeBytes(kept.element);
    const newcomer = { stanza: kept, sizeBytes, terms, heldUntilMs, storeId };
    const put = this.#queue.put(newcomer, this.#ledger.mayKnow(kept));
    for (const superseded of put.superseded) this.#addSuperseded(superseded);
    // Stored before anything is answered: an answer may come back here as another stanza.
    if (put.waiting !== undefined) this.#settle(put.waiting, link);
    this.#refuse(put.evicted, "full");
  }

  #settle(waiting: Waiting, link: LinkView): void {
    const isHeld = this.#queue.isHeld(waiting);
    if (!isHeld) this.#teller.waits(waiting, this.#options.clock.nowMs());
    if (this.#queue.sizeBytes <= link.roomBytes && !isHeld) return;
    this.#shelf.put(waiting);
    // What it overtakes may have been about to leave, and is not now.
    if (waiting.precedence !== "routine" && link.roomBytes > 0) this.storeAll();
  }

  #addSuperseded(waiting: Waiting): void {
    this.#options.tally.addSaving("superseded", "newer presence overtook it in the queue", waiting.sizeBytes);
  }

  #refuse(waiting: readonly Waiting[], reason: AnsweredLoss): void {
    this.#shelf.clear(waiting);
    for (const { stanza, terms } of waiting) {
      this.#options.folder?.lost(stanza);
      this.#lose(stanza, reason, terms);
    }
  }

  #lose(stanza: Stanza, reason: AnsweredLoss, terms: Terms): void {
    this.#options.tally.addLoss(reason);
    const late = reason === "expired" ? lateRuleAt(terms.lateRules, this.#options.clock.nowMs()) : undefined;
    this.#answer(late === undefined ? refusalOf(stanza, reason) : lateReply(stanza, late));
  }

  #answer(answer: Stanza | undefined): void {
    if (answer !== undefined) this.#options.answer(answer);
  }
}
