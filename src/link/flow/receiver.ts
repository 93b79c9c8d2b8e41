import type { Coding, Mark, Opening, Refusal, RefusalReason } from "./frame.ts";
import { INCARNATION_SIZE_BYTES } from "./frame.ts";
import { codingOf, dictionaryOf } from "./coder.ts";
import { equalOctets, History, tagOf, type Window } from "./history.ts";
import { WINDOW_SIZE_BYTES, WINDOW_STANZAS } from "./sender.ts";
import type { FlowHalfStore, NumberedText, ReceiverRecord } from "./store.ts";

/** Incarnations of the past that are remembered, so that a late block of one cannot bring it back. */
export const RETIRED_INCARNATIONS = 16;

/** What becomes of an opening. */
export type OpeningVerdict =
  | {
    readonly kind: "open";
    /** Number of the next stanza. */
    readonly start: number;
    readonly window: Window;
    /** Stanzas that were delivered once and of which this side, set back to an older state, knows nothing. */
    readonly missing: number;
  }
  | { readonly kind: "refuse"; readonly refusal: Refusal };

/** What becomes of a stanza. */
export type StanzaVerdict = "deliver" | "repetition" | "fork" | "gap";

/** The receiving half of a link: knows what it has, and tells repetitions from news (section 5). */
export class FlowReceiver {
  readonly #store: FlowHalfStore<ReceiverRecord>;
  #coding: Coding;
  #incarnation: Uint8Array | undefined;
  #received = 0;
  #history: History;
  /** One behind the other, the latest last. */
  #retired: Uint8Array;
  /** Counts incarnations: what was opened under an earlier one is past. */
  #generation = 0;

  /** @param coding what the other side is taken to use until it says so */
  constructor(store: FlowHalfStore<ReceiverRecord>, coding: Coding) {
    this.#store = store;
    const loaded = store.load();
    this.#coding = (loaded === undefined ? undefined : codingOf(loaded.record.coding)) ?? coding;
    this.#incarnation = loaded?.record.incarnation;
    this.#received = loaded?.record.received ?? 0;
    this.#retired = loaded?.record.retired ?? new Uint8Array(0);
    this.#history = new History(dictionaryOf(this.#coding), loaded?.record.base ?? 1, loaded?.texts);
  }

  get received(): number {
    return this.#received;
  }

  /** How what comes is coded. */
  get coding(): Coding {
    return this.#coding;
  }

  get generation(): number {
    return this.#generation;
  }

  open(opening: Opening): OpeningVerdict {
    return opening.kind === "warm" ? this.#warm(opening.start16, opening.tag) : this.#cold(opening);
  }

  /**
   * The number of which a block goes on (section 2.4): the nearest to `received` whose history is held and fits.
   * @returns undefined when there is none
   */
  find({ low, tag16 }: Mark): { readonly number: number; readonly window: Window } | undefined {
    const nearest = this.#received - (this.#received - low + 65_536) % 256;
    const oldest = this.#history.oldest ?? this.#received + 1;
    for (let number = nearest; number >= oldest - 1 && number >= 0; number -= 256) {
      const window = this.#history.window(number);
      if (window !== undefined && this.#tag(number, window.octets) % 65_536 === tag16) {
        return { number, window };
      }
    }
    return undefined;
  }

  /** Names the history at `received`; undefined when nothing was received, or it is not held. */
  get mark(): Mark | undefined {
    const history = this.#incarnation === undefined ? undefined : this.#history.at(this.#received);
    if (history === undefined) return undefined;
    return { low: this.#received % 256, tag16: this.#tag(this.#received, history) % 65_536 };
  }

  /** Judges a stanza by its number; one to be delivered is stored as received. */
  take(numbered: NumberedText): StanzaVerdict {
    const { number, text } = numbered;
    if (number > this.#received + 1) return "gap";
    if (number <= this.#received) {
      const held = this.#history.text(number);
      return held !== undefined && equalOctets(held, text) ? "repetition" : "fork";
    }
    this.#received = number;
    this.#history.add(numbered);
    this.#store.addText(numbered);
    this.#save();
    return "deliver";
  }

  /** Lets go of what nobody can ask for any more. For the end of a frame. */
  tidy(): void {
    const least = Math.max(
      this.#received - WINDOW_STANZAS + 1,
      this.#history.reach(this.#received, WINDOW_SIZE_BYTES),
    );
    const oldest = this.#history.forgetBelow(least - 1);
    if (oldest !== undefined) this.#store.removeBelow(oldest);
  }

  refusal(reason: RefusalReason): Refusal {
    const incarnation = this.#incarnation ?? new Uint8Array(INCARNATION_SIZE_BYTES);
    const history = this.#history.at(this.#received);
    const tag = history === undefined ? 0 : this.#tag(this.#received, history);
    return { reason, incarnation, received: this.#received, tag };
  }

  #warm(start16: number, tag: number): OpeningVerdict {
    const behind = (this.#received + 1 - start16 + 131_072) % 65_536;
    const start = this.#received + 1 - behind;
    const window = start < 1 ? undefined : this.#history.window(start - 1);
    const fits = window !== undefined && this.#incarnation !== undefined &&
      this.#tag(start - 1, window.octets) === tag;
    if (!fits) return { kind: "refuse", refusal: this.refusal("unknown") };
    return { kind: "open", start, window, missing: 0 };
  }

  #cold(opening: Opening & { readonly kind: "cold" }): OpeningVerdict {
    const { incarnation, start, coding } = opening;
    if (this.#isRetired(incarnation)) {
      return { kind: "refuse", refusal: { ...this.refusal("retired"), incarnation } };
    }
    const isSame = this.#incarnation !== undefined && equalOctets(this.#incarnation, incarnation);
    const missing = isSame ? Math.max(0, start - 1 - this.#received) : 0;
    if (!isSame) this.#begin(incarnation, start);
    else if (start < this.#history.base) {
      // From before the last cold opening: this side would let go of history that the other has.
      return { kind: "refuse", refusal: this.refusal("fork") };
    }
    if (!isSame || missing > 0) this.#received = start - 1;
    this.#coding = coding;
    this.#history = this.#history.rebased(dictionaryOf(coding), start);
    this.#store.removeBelow(start);
    this.#save();
    return { kind: "open", start, window: { octets: dictionaryOf(coding), texts: [] }, missing };
  }

  #begin(incarnation: Uint8Array, start: number): void {
    if (this.#incarnation !== undefined) this.#retire(this.#incarnation);
    this.#incarnation = incarnation;
    this.#generation++;
    this.#history = new History(dictionaryOf(this.#coding), start);
    this.#store.clear();
  }

  #retire(incarnation: Uint8Array): void {
    const all = [...this.#retired, ...incarnation];
    this.#retired = Uint8Array.from(all.slice(-RETIRED_INCARNATIONS * INCARNATION_SIZE_BYTES));
  }

  #isRetired(incarnation: Uint8Array): boolean {
    for (let at = 0; at < this.#retired.length; at += INCARNATION_SIZE_BYTES) {
      if (equalOctets(this.#retired.subarray(at, at + INCARNATION_SIZE_BYTES), incarnation)) return true;
    }
    return false;
  }

  #tag(number: number, history: Uint8Array): number {
    return tagOf(this.#incarnation ?? new Uint8Array(INCARNATION_SIZE_BYTES), number, history);
  }

  #save(): void {
    if (this.#incarnation === undefined) return;
    this.#store.save({
      incarnation: this.#incarnation,
      received: this.#received,
      base: this.#history.base,
      retired: this.#retired,
      coding: this.#coding,
    });
  }
}
