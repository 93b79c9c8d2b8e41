import { type Clock, errorText, type Log } from "../base/mod.ts";
import type { Precedence } from "../config/mod.ts";
import { type Jid, NS, ownStanza, type Stanza, withDelay, withElement } from "../stanza/mod.ts";
import type { LinkQueueStore } from "../storage/mod.ts";
import { type Element, elementSizeBytes, elementsOf, writeXml, xml, type XmlLimits } from "../xml/mod.ts";
import { lateReply, lateRuleAt, noticesAt } from "./amp.ts";
import { queueClass } from "./classes.ts";
import { PresenceLedger } from "./ledger.ts";
import { fits } from "./limits.ts";
import type { PeerConfig } from "./peer_config.ts";
import { OutboundQueue, type Waiting } from "./queue.ts";
import { refusalOf } from "./refusal.ts";
import { isChild } from "./rules/mod.ts";
import type { PeerStatus } from "./status.ts";
import { readStored, storedXml } from "./stored.ts";
import type { AnsweredLoss, Tally } from "./tally.ts";
import { Teller } from "./teller.ts";
import { type Terms, termsOf, worthlessMs } from "./terms.ts";
import { type Admitted, Thinner } from "./thinner.ts";

/** Waiting time from which a message says when it was sent (XEP-0203). */
const STAMPED_AFTER_MS = 10_000;

/** What an outbox stands on. */
export interface OutboxOptions {
  readonly peer: Pick<PeerConfig, "name" | "domains" | "rules" | "queue" | "tellWaitingMs">;
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
  readonly #teller: Teller;
  readonly #thinner: Thinner;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const { rules, queue } = options.peer;
    const { tally, answer } = options;
    const { highestPrecedence } = queue;
    this.#thinner = new Thinner({ rules, direction: "out", highestPrecedence, tally, answer });
    this.#queue = new OutboundQueue(options.peer.queue);
    this.#teller = new Teller(options.peer, (waiting) => this.#queue.has(waiting));
  }

  get stanzas(): number {
    return this.#queue.stanzas;
  }

  /** Whether anything waits that would leave if it could, and not only what waits for company. */
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
    const moments = [nextExpiryMs, nextReleaseMs, this.#teller.nextMs].filter((ms) => ms !== undefined);
    return moments.length === 0 ? undefined : Math.min(...moments);
  }

  /** Takes back what waited when the server stopped. Once, before anything else. */
  load(): void {
    const { store, peer, log } = this.#options;
    const stored = store.list(peer.name).sort((a, b) => a.receivedMs - b.receivedMs || a.id - b.id);
    for (const one of stored) {
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
    let xml = "";
    for (let next = this.#queue.first; next !== undefined; next = this.#queue.first) {
      if (stanzas.length > 0 && sizeBytes + next.sizeBytes > mostBytes) break;
      if (!hasRoom(next.sizeBytes)) break;
      this.#queue.remove(next);
      const left = this.#thinner.leave(next.stanza, next.terms);
      if (left === undefined) {
        this.#unstore([next]);
        continue;
      }
      if (this.#ledger.repeats(left)) {
        this.#options.tally.addSaving("unchanged", "the far side knows this presence", next.sizeBytes);
        continue;
      }
      this.#ledger.sent(left);
      stanzas.push(next);
      sizeBytes += next.sizeBytes;
      const stamped = this.#stamped(left);
      xml += writeXml(this.#options.finish?.(stamped) ?? stamped);
    }
    return stanzas.length === 0 ? undefined : { xml, stanzas };
  }

  /** The carrier has taken a batch. */
  handedOver(batch: Batch): void {
    this.#options.tally.addStanzas("out", batch.stanzas.length);
    this.#unstore(batch.stanzas);
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
    for (const stale of this.#queue.putBack(stanzas)) this.#addSuperseded(stale);
    const nowMs = this.#options.clock.nowMs();
    for (const waiting of this.#queue.all) this.#teller.waits(waiting, nowMs);
    this.storeAll();
  }

  /** Stores what is to be stored and waits in memory only, since the link has failed or the server stops. */
  storeAll(): void {
    for (const waiting of this.#queue.all) this.#storeOne(waiting);
  }

  /**
   * Does what is due: answers those whose stanzas have waited too long, ends the waiting for company, tells those who
   * are to know that theirs still wait.
   */
  expire(): void {
    const { clock, status } = this.#options;
    const nowMs = clock.nowMs();
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
  }

  /** The far side wants to hear of `from` again, even if nothing has changed. */
  reopen(from: Jid, to: Jid): void {
    this.#ledger.reopen(from, to);
  }

  get #highest(): Precedence {
    return this.#options.peer.queue.highestPrecedence ?? "flash";
  }

  #put(admitted: Admitted, link: LinkView, storeId: number | undefined): void {
    const { stanza, terms, holdMs } = admitted;
    const nowMs = this.#options.clock.nowMs();
    const lapsesMs = worthlessMs(terms);
    if (lapsesMs !== undefined && lapsesMs <= nowMs && queueClass(stanza) !== "presence-end") {
      this.#forget(storeId);
      return this.#lose(stanza, "expired", terms);
    }
    const sendable = this.#shortened(stanza);
    const hopeless = sendable === undefined ? "too-large" : link.isUp ? undefined : lossWhileDown(sendable);
    if (sendable === undefined || hopeless !== undefined) {
      this.#forget(storeId);
      return this.#lose(sendable ?? stanza, hopeless ?? "too-large", terms);
    }
    // What waits may wait for days, and must not hold on to all that was read with it.
    const kept = link.roomBytes > 0 ? sendable : ownStanza(sendable);
    const sizeBytes = elementSizeBytes(kept.element);
    const heldUntilMs = holdMs === undefined ? undefined : nowMs + holdMs;
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
    this.#storeOne(waiting);
    // What it overtakes may have been about to leave, and is not now.
    if (waiting.precedence !== "routine" && link.roomBytes > 0) this.storeAll();
  }

  /** A stanza that the peer can read: that somebody has gone is said in any case, if without his last words. */
  #shortened(stanza: Stanza): Stanza | undefined {
    const { limits } = this.#options;
    if (fits(stanza.element, limits)) return stanza;
    if (queueClass(stanza) !== "presence-end") return undefined;
    const short = withElement(stanza, xml("presence", { type: stanza.type }));
    return fits(short.element, limits) ? short : undefined;
  }

  #stamped(stanza: Stanza): Element {
    const waitedMs = this.#options.clock.nowMs() - stanza.receivedMs;
    const isStamped = stanza.kind === "message" && stanza.type !== "error" && waitedMs > STAMPED_AFTER_MS;
    return isStamped ? withDelay(stanza.element, stanza.from.domain, stanza.receivedMs) : stanza.element;
  }

  #addSuperseded(waiting: Waiting): void {
    this.#options.tally.addSaving("superseded", "newer presence overtook it in the queue", waiting.sizeBytes);
  }

  #refuse(waiting: readonly Waiting[], reason: AnsweredLoss): void {
    this.#unstore(waiting);
    for (const { stanza, terms } of waiting) this.#lose(stanza, reason, terms);
  }

  #lose(stanza: Stanza, reason: AnsweredLoss, terms: Terms): void {
    this.#options.tally.addLoss(reason);
    const late = reason === "expired" ? lateRuleAt(terms.lateRules, this.#options.clock.nowMs()) : undefined;
    this.#answer(late === undefined ? refusalOf(stanza, reason) : lateReply(stanza, late));
  }

  #answer(answer: Stanza | undefined): void {
    if (answer !== undefined) this.#options.answer(answer);
  }

  #storeOne(waiting: Waiting): void {
    if (waiting.storeId !== undefined || waiting.class !== "message" || isNotToBeStored(waiting.stanza)) {
      return;
    }
    const { store, peer } = this.#options;
    waiting.storeId = store.add(peer.name, storedXml(waiting), waiting.stanza.receivedMs);
  }

  #unstore(waiting: readonly Waiting[]): void {
    const ids = waiting.map(({ storeId }) => storeId).filter((id) => id !== undefined);
    if (ids.length > 0) this.#options.store.remove(this.#options.peer.name, ids);
    for (const one of waiting) one.storeId = undefined;
  }

  #forget(storeId: number | undefined): void {
    if (storeId !== undefined) this.#options.store.remove(this.#options.peer.name, [storeId]);
  }
}

/** Whether a message asks not to be kept anywhere (XEP-0334 section 4.2). Hints of errors are ignored there. */
function isNotToBeStored(stanza: Stanza): boolean {
  return stanza.kind === "message" && stanza.type !== "error" &&
    elementsOf(stanza.element).some((child) => isChild(child, "no-store", NS.HINTS));
}

/** Why a stanza is not even queued while the link is down; undefined when it is. */
function lossWhileDown(stanza: Stanza): AnsweredLoss | undefined {
  if (queueClass(stanza) === "noise") return "noise";
  return isNotToBeStored(stanza) ? "no-store" : undefined;
}
