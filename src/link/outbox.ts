import { type Clock, errorText, type Log } from "../base/mod.ts";
import { type Jid, NS, ownStanza, type Stanza, withDelay, withElement } from "../stanza/mod.ts";
import type { LinkQueueStore } from "../storage/mod.ts";
import { type Element, elementSizeBytes, elementsOf, writeXml, xml, type XmlLimits } from "../xml/mod.ts";
import type { AudienceFolder, Folded } from "./audience.ts";
import { presenceSlot, queueClass } from "./classes.ts";
import { PresenceDamper } from "./damper.ts";
import { PresenceLedger } from "./ledger.ts";
import { fits } from "./limits.ts";
import type { PeerConfig } from "./peer_config.ts";
import { OutboundQueue, type Waiting } from "./queue.ts";
import { refusalOf } from "./refusal.ts";
import { explainRules, isChild } from "./rules/mod.ts";
import { readStored } from "./stored.ts";
import type { AnsweredLoss, Tally } from "./tally.ts";

/** Waiting time from which a message says when it was sent (XEP-0203). */
const STAMPED_AFTER_MS = 10_000;

/** What an outbox stands on. */
export interface OutboxOptions {
  readonly peer: Pick<PeerConfig, "name" | "rules" | "queue" | "dampMs">;
  readonly store: LinkQueueStore;
  /** Bounds on one stanza as it is written; the peer has to be able to read it. */
  readonly limits: XmlLimits;
  /** Takes the answers to senders whose stanzas do not cross. */
  readonly answer: (stanza: Stanza) => void;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly log: Log;
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

/**
 * All that happens to a stanza between the router and the carrier: rules, queue, store, ledger. Messages and
 * subscriptions that cannot leave in the turn in which they came are stored in that turn, and stay stored until the
 * carrier has taken them.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queue: OutboundQueue;
  readonly #ledger = new PresenceLedger();
  readonly #damper: PresenceDamper;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#damper = new PresenceDamper(options.peer.dampMs ?? 0);
    this.#queue = new OutboundQueue(options.peer.queue);
  }

  get stanzas(): number {
    return this.#queue.stanzas;
  }

  /** Size of what waits, as XML before compression. */
  get sizeBytes(): number {
    return this.#queue.sizeBytes;
  }

  /** Size of the stanza that leaves next; undefined when nothing waits. */
  get nextSizeBytes(): number | undefined {
    return this.#queue.first?.sizeBytes;
  }

  /** When the stanza that leaves next came in; undefined when nothing waits. */
  get oldestMs(): number | undefined {
    return this.#queue.oldestMs;
  }

  /** When `expire` has something to do, wall clock; undefined when it never has. */
  get nextExpiryMs(): number | undefined {
    const times = [this.#queue.nextExpiryMs, this.#damper.nextDueMs].filter((ms) => ms !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Takes back what waited when the server stopped. Once, before anything else. */
  load(): void {
    const { store, peer, log } = this.#options;
    const stored = store.list(peer.name).sort((a, b) => a.receivedMs - b.receivedMs || a.id - b.id);
    for (const one of stored) {
      try {
        this.#put(readStored(one), { isUp: false, roomBytes: 0 }, one.id);
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
    this.#put(stanza, link, undefined);
  }

  /**
   * The next stanzas to leave.
   * @param mostBytes size as XML that ends the batch; a single stanza may be larger
   * @returns undefined when nothing waits
   */
  take(mostBytes: number): Batch | undefined {
    const stanzas: Waiting[] = [];
    let sizeBytes = 0;
    let crossing = 0;
    let xml = "";
    for (let next = this.#queue.first; next !== undefined; next = this.#queue.first) {
      if (stanzas.length > 0 && sizeBytes + next.sizeBytes > mostBytes) break;
      const folded = this.#takeFolded();
      if (folded !== undefined) {
        stanzas.push(...folded.members);
        crossing++;
        sizeBytes += next.sizeBytes;
        xml += writeXml(folded.element);
        continue;
      }
      this.#queue.remove(next);
      if (this.#ledger.repeats(next.stanza)) {
        this.#options.tally.addSaving("unchanged", "the far side knows this presence", next.sizeBytes);
        continue;
      }
      this.#ledger.sent(next.stanza);
      stanzas.push(next);
      crossing++;
      sizeBytes += next.sizeBytes;
      xml += writeXml(this.#stamped(next.stanza));
    }
    return stanzas.length === 0 ? undefined : { xml, stanzas, crossing };
  }

  /** What leaves next, if it stands for what waits behind it too. */
  #takeFolded(): Folded | undefined {
    const { folder, clock, tally } = this.#options;
    if (folder === undefined || this.#queue.first?.stanza.kind !== "presence") return undefined;
    const knows = (presence: Stanza) =>
      presence.type === "" ? this.#ledger.repeats(presence) : !this.#ledger.mayKnow(presence);
    const folded = folder.fold(this.#queue.all, knows, clock.nowMs());
    if (folded === undefined) return undefined;
    for (const [index, member] of folded.members.entries()) {
      this.#queue.remove(member);
      this.#ledger.sent(member.stanza);
      if (index > 0) {
        tally.addSaving("by-domain", "one presence for all contacts of a domain", member.sizeBytes);
      }
    }
    return folded;
  }

  /** The carrier has taken a batch. */
  handedOver(batch: Batch): void {
    this.#options.tally.addStanzas("out", batch.crossing);
    this.#unstore(batch.stanzas);
  }

  /** Puts batches that may not have arrived back to the head of the queue, in their order. */
  takeBack(batches: readonly Batch[]): void {
    const stanzas = batches.flatMap((batch) => batch.stanzas);
    for (const stale of this.#queue.putBack(stanzas)) this.#addSuperseded(stale);
    this.storeAll();
  }

  /** Stores what is to be stored and waits in memory only, since the link has failed or the server stops. */
  storeAll(): void {
    for (const waiting of this.#queue.all) this.#storeOne(waiting);
  }

  /** Answers those whose stanzas have waited too long; queues presence that was held back long enough. */
  expire(): void {
    const nowMs = this.#options.clock.nowMs();
    this.#refuse(this.#queue.expire(nowMs), "expired");
    for (const held of this.#damper.due(nowMs)) this.#enqueue(held, { isUp: true, roomBytes: 0 }, undefined);
  }

  /** Drops what waits, each stanza answered. @returns how many there were */
  flush(): number {
    const all = this.#queue.clear();
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

  #put(stanza: Stanza, link: LinkView, storeId: number | undefined): void {
    const thinned = this.#thin(stanza);
    if (thinned === undefined) return this.#forget(storeId);
    const sendable = this.#shortened(thinned);
    if (sendable === undefined) return this.#giveUp(thinned, storeId, "too-large");
    const hopeless = link.isUp ? undefined : lossWhileDown(sendable);
    if (hopeless !== undefined) return this.#giveUp(sendable, storeId, hopeless);
    if (this.#isDamped(sendable, link)) return;
    this.#enqueue(sendable, link, storeId);
  }

  /** Whether presence need not be queued now: a newer one may make it worthless first, or it never was told. */
  #isDamped(stanza: Stanza, link: LinkView): boolean {
    const { clock, tally } = this.#options;
    for (const held of this.#damper.releaseBefore(stanza)) this.#enqueue(held, link, undefined);
    const repeats = link.isUp && this.#ledger.repeats(stanza);
    const { isHeld, dropped } = this.#damper.offer(stanza, link.isUp && !repeats, clock.nowMs());
    for (const one of dropped) {
      tally.addSaving("damped", "newer presence came before it was due", elementSizeBytes(one.element));
    }
    if (isHeld || dropped.length === 0 || stanza.type !== "unavailable") return isHeld;
    const slot = presenceSlot(stanza);
    return !this.#ledger.mayKnow(stanza) &&
      !this.#queue.all.some((waiting) => presenceSlot(waiting.stanza) === slot);
  }

  #enqueue(sendable: Stanza, link: LinkView, storeId: number | undefined): void {
    // What waits may wait for days, and must not hold on to all that was read with it.
    const kept = link.roomBytes > 0 ? sendable : ownStanza(sendable);
    const sizeBytes = elementSizeBytes(kept.element);
    const put = this.#queue.put(kept, sizeBytes, this.#ledger.mayKnow(kept), storeId);
    for (const superseded of put.superseded) this.#addSuperseded(superseded);
    // Stored before anything is answered: an answer may come back here as another stanza.
    if (put.waiting !== undefined && this.#queue.sizeBytes > link.roomBytes) this.#storeOne(put.waiting);
    for (const evicted of put.evicted) this.#options.folder?.lost(evicted.stanza);
    this.#refuse(put.evicted, "full");
  }

  #giveUp(stanza: Stanza, storeId: number | undefined, loss: AnsweredLoss): void {
    this.#forget(storeId);
    this.#lose(stanza, loss);
  }

  /** A stanza that the peer can read: that somebody has gone is said in any case, if without his last words. */
  #shortened(stanza: Stanza): Stanza | undefined {
    const { limits } = this.#options;
    if (fits(stanza.element, limits)) return stanza;
    if (queueClass(stanza) !== "presence-end") return undefined;
    const short = withElement(stanza, xml("presence", { type: stanza.type }));
    return fits(short.element, limits) ? short : undefined;
  }

  #thin(stanza: Stanza): Stanza | undefined {
    const { verdicts, result } = explainRules(stanza, this.#options.peer.rules);
    for (const { rule, action, why, savedBytes } of verdicts) {
      if (action !== "pass") this.#options.tally.addSaving(rule, why, savedBytes);
    }
    return result;
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
    for (const { stanza } of waiting) this.#lose(stanza, reason);
  }

  #lose(stanza: Stanza, reason: AnsweredLoss): void {
    this.#options.tally.addLoss(reason);
    const answer = refusalOf(stanza, reason);
    if (answer !== undefined) this.#options.answer(answer);
  }

  #storeOne(waiting: Waiting): void {
    if (waiting.storeId !== undefined || waiting.class !== "message" || isNotToBeStored(waiting.stanza)) {
      return;
    }
    const { store, peer } = this.#options;
    waiting.storeId = store.add(peer.name, writeXml(waiting.stanza.element), waiting.stanza.receivedMs);
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
