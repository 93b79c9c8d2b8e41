import type { Coding, Opening, Refusal, RefusalReason } from "./frame.ts";
import { INCARNATION_SIZE_BYTES } from "./frame.ts";
import { equalOctets, History, tagOf } from "./history.ts";
import { WINDOW_SIZE_BYTES, WINDOW_STANZAS } from "./sender.ts";
import type { FlowHalfStore, NumberedText, ReceiverRecord } from "./store.ts";

/** What becomes of an opening. */
export type OpeningVerdict =
  | {
    readonly kind: "open";
    /** Number of the next stanza. */
    readonly start: number;
    readonly history: Uint8Array;
    /** Undefined when the opening does not say: as before. */
    readonly coding: Coding | undefined;
    /** Stanzas that were delivered once and of which this side, set back to an older state, knows nothing. */
    readonly missing: number;
    readonly isNewFlow: boolean;
  }
  | { readonly kind: "refuse"; readonly refusal: Refusal };

/** What becomes of a stanza. */
export type StanzaVerdict = "deliver" | "repetition" | "fork" | "gap";

/** The receiving half of a link: knows what it has, and tells repetitions from news (section 5). */
export class FlowReceiver {
  readonly #store: FlowHalfStore<ReceiverRecord>;
  readonly #dictionary: Uint8Array;
  #incarnation: Uint8Array | undefined;
  #received = 0;
  #history: History;

  constructor(store: FlowHalfStore<ReceiverRecord>, dictionary: Uint8Array) {
    this.#store = store;
    this.#dictionary = dictionary;
    const loaded = store.load();
    this.#incarnation = loaded?.record.incarnation;
    this.#received = loaded?.record.received ?? 0;
    this.#history = new History(dictionary, loaded?.record.base ?? 1, loaded?.texts);
  }

  get received(): number {
    return this.#received;
  }

  open(opening: Opening): OpeningVerdict {
    return opening.kind === "warm" ? this.#warm(opening.start16, opening.tag) : this.#cold(opening);
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
    let oldest = this.#received + 1;
    let sizeBytes = 0;
    while (this.#received - oldest < WINDOW_STANZAS && sizeBytes <= WINDOW_SIZE_BYTES) {
      const text = this.#history.text(oldest - 1);
      if (text === undefined) break;
      sizeBytes += text.length;
      oldest--;
    }
    this.#store.removeBelow(this.#history.forgetBelow(oldest - 1));
  }

  refusal(reason: RefusalReason): Refusal {
    const incarnation = this.#incarnation ?? new Uint8Array(INCARNATION_SIZE_BYTES);
    return { reason, incarnation, received: this.#received };
  }

  #warm(start16: number, tag: number): OpeningVerdict {
    const behind = (this.#received + 1 - start16 + 131_072) % 65_536;
    const start = this.#received + 1 - behind;
    const history = start < 1 ? undefined : this.#history.at(start - 1);
    const fits = history !== undefined && this.#incarnation !== undefined &&
      tagOf(this.#incarnation, start - 1, history) === tag;
    if (!fits) return { kind: "refuse", refusal: this.refusal("unknown") };
    return { kind: "open", start, history, coding: undefined, missing: 0, isNewFlow: false };
  }

  #cold(opening: Opening & { readonly kind: "cold" }): OpeningVerdict {
    const { incarnation, start, coding } = opening;
    const isSame = this.#incarnation !== undefined && equalOctets(this.#incarnation, incarnation);
    const missing = isSame ? Math.max(0, start - 1 - this.#received) : 0;
    if (!isSame) {
      this.#incarnation = incarnation;
      this.#history = new History(this.#dictionary, start);
      this.#store.clear();
    }
    if (!isSame || missing > 0) this.#received = start - 1;
    this.#history.restart(start);
    this.#store.removeBelow(start);
    this.#save();
    return { kind: "open", start, history: this.#dictionary, coding, missing, isNewFlow: !isSame };
  }

  #save(): void {
    if (this.#incarnation === undefined) return;
    this.#store.save({ incarnation: this.#incarnation, received: this.#received, base: this.#history.base });
  }
}
