import type { RandomSource } from "../../base/mod.ts";
import type { Coding, Opening, Refusal } from "./frame.ts";
import { INCARNATION_SIZE_BYTES } from "./frame.ts";
import { equalOctets, History, tagOf } from "./history.ts";
import { DamageError } from "./octets.ts";
import type { FlowHalfStore, NumberedText, SenderRecord } from "./store.ts";

/** Most stanzas that may be unacknowledged (section 1). */
export const WINDOW_STANZAS = 1_024;
/** Most octets of text that may be unacknowledged; one stanza alone may exceed them. */
export const WINDOW_SIZE_BYTES = 65_536;

/** What a refusal or an acknowledgement leads to. */
export type SenderVerdict =
  | "fine"
  /** The flow begins anew on this connection, by a cold opening. */
  | "reopen"
  /** This side was set back: the flow has a new incarnation, and the connection has to end. */
  | "renewed";

/**
 * The sending half of a link: gives numbers, keeps what is not acknowledged, decides how to open (sections 3, 5.3).
 */
export class FlowSender {
  readonly #store: FlowHalfStore<SenderRecord>;
  readonly #random: RandomSource;
  readonly #coding: Coding;
  readonly #dictionary: Uint8Array;
  #incarnation: Uint8Array;
  #acked = 0;
  #sent = 0;
  #history: History;
  #unackedSizeBytes = 0;

  constructor(
    store: FlowHalfStore<SenderRecord>,
    options: { readonly random: RandomSource; readonly coding: Coding; readonly dictionary: Uint8Array },
  ) {
    this.#store = store;
    this.#random = options.random;
    this.#coding = options.coding;
    this.#dictionary = options.dictionary;
    const loaded = store.load();
    if (loaded === undefined) {
      this.#incarnation = this.#random.bytes(INCARNATION_SIZE_BYTES);
      this.#history = new History(this.#dictionary, 1);
      this.#save();
      return;
    }
    const { incarnation, acked, sent, base } = loaded.record;
    this.#incarnation = incarnation;
    this.#acked = acked;
    this.#sent = sent;
    this.#history = new History(this.#dictionary, base, loaded.texts);
    this.#unackedSizeBytes = sizeOf(this.unacked);
  }

  get acked(): number {
    return this.#acked;
  }

  get sent(): number {
    return this.#sent;
  }

  /** What the receiver has not acknowledged, in order. */
  get unacked(): NumberedText[] {
    return this.#history.from(this.#acked + 1);
  }

  /** What was given a number, from `number` on. */
  from(number: number): NumberedText[] {
    return this.#history.from(number);
  }

  /** Whether a stanza of this size may be given a number now. */
  hasRoomFor(sizeBytes: number): boolean {
    if (this.#sent === this.#acked) return true;
    return this.#sent - this.#acked < WINDOW_STANZAS &&
      this.#unackedSizeBytes + sizeBytes <= WINDOW_SIZE_BYTES;
  }

  /** Gives a stanza its number and stores it. */
  take(text: Uint8Array): NumberedText {
    this.#sent++;
    const numbered = { number: this.#sent, text };
    this.#history.add(numbered);
    this.#unackedSizeBytes += text.length;
    this.#store.addText(numbered);
    this.#save();
    return numbered;
  }

  /**
   * How to open a connection, or to begin anew on one.
   * @param cold whether the receiver has refused
   * @returns the opening, and the history from which to compress
   */
  open(isNewProcess: boolean, cold: boolean): { readonly opening: Opening; readonly history: Uint8Array } {
    const start = this.#acked + 1;
    const history = this.#history.at(this.#acked);
    if (!cold && this.#acked >= this.#history.base && history !== undefined) {
      const tag = tagOf(this.#incarnation, this.#acked, history);
      return { opening: { kind: "warm", start16: start % 65_536, tag, isNewProcess }, history };
    }
    this.#history.restart(start);
    this.#store.removeBelow(start);
    this.#save();
    const opening = {
      kind: "cold",
      coding: this.#coding,
      incarnation: this.#incarnation,
      start,
      isNewProcess,
    } as const;
    return { opening, history: this.#dictionary };
  }

  /**
   * Takes an `ack` (section 2.2).
   * @throws {DamageError} when the number was never sent
   */
  acknowledge(received16: number): void {
    const received = this.#expand(received16);
    if (received > this.#sent) {
      throw new DamageError(`Cannot take an acknowledgement of ${received}: ${this.#sent} were sent`);
    }
    if (received > this.#acked) this.#acknowledge(received);
  }

  /** Takes a refusal (section 5.3). */
  refused({ reason, incarnation, received }: Refusal): SenderVerdict {
    if (!equalOctets(incarnation, this.#incarnation)) return "reopen";
    // `received` is no acknowledgement: it may count other texts than ours if one of us was set back.
    return reason === "fork" || received > this.#sent ? this.renew() : "reopen";
  }

  /** Begins a new incarnation: what is not acknowledged gets new numbers, from 1. */
  renew(): SenderVerdict {
    const texts = this.unacked.map(({ text }) => text);
    this.#incarnation = this.#random.bytes(INCARNATION_SIZE_BYTES);
    this.#acked = 0;
    this.#sent = 0;
    this.#unackedSizeBytes = 0;
    this.#history = new History(this.#dictionary, 1);
    this.#store.clear();
    this.#save();
    for (const text of texts) this.take(text);
    return "renewed";
  }

  /** The number at or above `acked` that `number16` stands for. */
  #expand(number16: number): number {
    return this.#acked + (number16 - this.#acked % 65_536 + 65_536) % 65_536;
  }

  #acknowledge(received: number): void {
    const done = this.#history.from(this.#acked + 1).filter(({ number }) => number <= received);
    this.#unackedSizeBytes -= sizeOf(done);
    this.#acked = received;
    this.#store.removeBelow(this.#history.forgetBelow(received));
    this.#save();
  }

  #save(): void {
    const { base } = this.#history;
    this.#store.save({
      incarnation: this.#incarnation,
      acked: this.#acked,
      sent: this.#sent,
      base,
    });
  }
}

function sizeOf(texts: readonly NumberedText[]): number {
  return texts.reduce((sum, { text }) => sum + text.length, 0);
}
