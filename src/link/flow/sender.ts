import type { RandomSource } from "../../base/mod.ts";
import type { Coding, Mark, Opening, Refusal } from "./frame.ts";
import { INCARNATION_SIZE_BYTES } from "./frame.ts";
import { codingOf, dictionaryOf } from "./coder.ts";
import { equalOctets, History, tagOf, type Window } from "./history.ts";
import type { FlowHalfStore, NumberedText, SenderRecord } from "./store.ts";

/** Most stanzas that may be unacknowledged (section 1). */
export const WINDOW_STANZAS = 4_096;
/** Most octets of text that may be unacknowledged; one stanza alone may exceed them. */
export const WINDOW_SIZE_BYTES = 1_048_576;

/** What a refusal leads to. */
export type SenderVerdict =
  /** It speaks of what is past. */
  | "fine"
  /** The flow begins anew by a cold opening. */
  | "cold"
  /** The receiver has everything up to what is acknowledged now, and nothing behind it. */
  | "back"
  /** This side was set back: the flow has a new incarnation. */
  | "renewed";

/** How to begin, or to go on, at a number: what to say about it, and the history from which to compress. */
export interface Start {
  readonly opening: Opening;
  readonly window: Window;
}

/**
 * The sending half of a link: gives numbers, keeps what is not acknowledged, decides how to open (sections 3, 5.3).
 */
export class FlowSender {
  readonly #store: FlowHalfStore<SenderRecord>;
  readonly #random: RandomSource;
  readonly #coding: Coding;
  #incarnation: Uint8Array;
  #acked = 0;
  #confirmed = 0;
  #sent = 0;
  #history: History;
  /** Counts incarnations and cold openings: what was said under an earlier one is past. */
  #generation = 0;

  constructor(
    store: FlowHalfStore<SenderRecord>,
    options: { readonly random: RandomSource; readonly coding: Coding },
  ) {
    this.#store = store;
    this.#random = options.random;
    this.#coding = options.coding;
    const loaded = store.load();
    if (loaded === undefined) {
      this.#incarnation = this.#random.bytes(INCARNATION_SIZE_BYTES);
      this.#history = new History(dictionaryOf(this.#coding), 1);
      this.#save();
      return;
    }
    const { incarnation, acked, confirmed, sent, base } = loaded.record;
    const coding = codingOf(loaded.record.coding) ?? this.#coding;
    this.#incarnation = incarnation;
    this.#acked = acked;
    this.#confirmed = Math.max(acked, confirmed);
    this.#sent = sent;
    this.#history = new History(dictionaryOf(coding), base, loaded.texts);
    if (coding !== this.#coding) this.#begin();
  }

  get acked(): number {
    return this.#acked;
  }

  /** The highest number that a carrier has said to have brought over, with all before; at least `acked`. */
  get confirmed(): number {
    return this.#confirmed;
  }

  get sent(): number {
    return this.#sent;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Start of the last cold opening. */
  get base(): number {
    return this.#history.base;
  }

  /** What the receiver has not acknowledged, in order. */
  get unacked(): NumberedText[] {
    return this.#history.from(this.#acked + 1);
  }

  /** The text of a number; undefined when it was not given out, or is not held any more. */
  text(number: number): Uint8Array | undefined {
    return this.#history.text(number);
  }

  /** The texts from `number` on, of at most `mostBytes` together; at least one, if there is one. */
  textsFrom(number: number, mostBytes: number): NumberedText[] {
    const taken: NumberedText[] = [];
    let sizeBytes = 0;
    for (let at = number; at <= this.#sent; at++) {
      const text = this.text(at);
      if (text === undefined) break;
      sizeBytes += text.length;
      if (taken.length > 0 && sizeBytes > mostBytes) break;
      taken.push({ number: at, text });
    }
    return taken;
  }

  /** Octets of the texts from `number` on. */
  sizeBytesFrom(number: number): number {
    return this.#history.sizeBytes(number, this.#sent);
  }

  /** Whether a stanza of this size may be given a number now. */
  hasRoomFor(sizeBytes: number): boolean {
    if (this.#sent === this.#acked) return true;
    return this.#sent - this.#acked < WINDOW_STANZAS &&
      this.sizeBytesFrom(this.#acked + 1) + sizeBytes <= WINDOW_SIZE_BYTES;
  }

  /** Gives a stanza its number and stores it. */
  take(text: Uint8Array): void {
    this.#sent++;
    const numbered = { number: this.#sent, text };
    this.#history.add(numbered);
    this.#store.addText(numbered);
    this.#save();
  }

  /**
   * How to begin at the first stanza that is not acknowledged.
   * @param cold whether the receiver has refused a warm beginning
   */
  open(cold: boolean): Start {
    const start = this.#acked + 1;
    const window = cold ? undefined : this.windowAt(this.#acked);
    if (window !== undefined && this.#acked >= this.#history.base) {
      const tag = tagOf(this.#incarnation, this.#acked, window.octets);
      return { opening: { kind: "warm", start16: start % 65_536, tag }, window };
    }
    this.#begin();
    return this.coldStart;
  }

  /** The opening that the flow last began with, and what there is to go on from then. */
  get coldStart(): Start {
    const opening: Opening = {
      kind: "cold",
      coding: this.#coding,
      incarnation: this.#incarnation,
      start: this.#history.base,
    };
    return { opening, window: { octets: dictionaryOf(this.#coding), texts: [] } };
  }

  /** The history after `number`; undefined when it is not held. */
  historyAt(number: number): Uint8Array | undefined {
    return this.#history.at(number);
  }

  /** The same, with its stanzas. */
  windowAt(number: number): Window | undefined {
    return this.#history.window(number);
  }

  /** Names a point of the history that is held. */
  markAt(number: number, history: Uint8Array): Mark {
    return { low: number % 256, tag16: tagOf(this.#incarnation, number, history) % 65_536 };
  }

  /** Takes the `ack` of a stream carrier (section 2.2), of a number that was sent there. */
  acknowledge(received: number): void {
    if (received > this.#acked) this.#acknowledge(received);
  }

  /** Takes the `ack` of a block carrier: it counts where both sides hold the same, and may be of the past. */
  acknowledgeMark(mark: Mark): void {
    const highest = this.#sent - (this.#sent - mark.low + 65_536) % 256;
    for (let number = highest; number > this.#acked; number -= 256) {
      if (this.#fits(number, mark.tag16)) return this.#acknowledge(number);
    }
  }

  /** A carrier says that it has brought over everything up to `number`. */
  confirm(number: number): void {
    if (number <= this.#confirmed || number > this.#sent) return;
    this.#confirmed = number;
    this.#save();
  }

  /** What carriers have confirmed counts for nothing: the receiver does not have it. */
  unconfirm(): void {
    if (this.#confirmed === this.#acked) return;
    this.#confirmed = this.#acked;
    this.#save();
  }

  /** Takes a refusal (section 5.3). */
  refused({ reason, incarnation, received, tag }: Refusal): SenderVerdict {
    const isOurs = equalOctets(incarnation, this.#incarnation);
    if (reason === "retired") return isOurs ? this.renew() : "fine";
    if (!isOurs) return "cold";
    if (received > this.#sent) return this.renew();
    const history = received < this.#acked ? undefined : this.historyAt(received);
    if (history !== undefined && tagOf(this.#incarnation, received, history) === tag) {
      // Both hold the same up to there: so it is an acknowledgement too, whatever the rest of the matter is.
      if (received > this.#acked) this.#acknowledge(received);
      return reason === "damaged" ? "cold" : "back";
    }
    // `received` alone proves nothing: it may count other texts than ours if one of us was set back.
    return reason === "fork" ? this.renew() : "cold";
  }

  /** Begins a new incarnation: what is not acknowledged gets new numbers, from 1. */
  renew(): SenderVerdict {
    const texts = this.unacked.map(({ text }) => text);
    this.#incarnation = this.#random.bytes(INCARNATION_SIZE_BYTES);
    this.#generation++;
    this.#acked = 0;
    this.#confirmed = 0;
    this.#sent = 0;
    this.#history = new History(dictionaryOf(this.#coding), 1);
    this.#store.clear();
    this.#save();
    for (const text of texts) this.take(text);
    return "renewed";
  }

  /** What is acknowledged is history no longer: the flow goes on by a cold opening, in the coding of today. */
  #begin(): void {
    const start = this.#acked + 1;
    this.#generation++;
    this.#confirmed = this.#acked;
    this.#history = this.#history.rebased(dictionaryOf(this.#coding), start);
    this.#store.removeBelow(start);
    this.#save();
  }

  #fits(number: number, tag16: number): boolean {
    const history = this.historyAt(number);
    return history !== undefined && this.markAt(number, history).tag16 === tag16;
  }

  #acknowledge(received: number): void {
    this.#acked = received;
    this.#confirmed = Math.max(this.#confirmed, received);
    const oldest = this.#history.forgetBelow(received);
    if (oldest !== undefined) this.#store.removeBelow(oldest);
    this.#save();
  }

  #save(): void {
    this.#store.save({
      incarnation: this.#incarnation,
      acked: this.#acked,
      confirmed: this.#confirmed,
      sent: this.#sent,
      base: this.#history.base,
      coding: this.#coding,
    });
  }
}
