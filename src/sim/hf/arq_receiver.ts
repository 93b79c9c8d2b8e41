import type { Ack, CPdu, Segment } from "./dpdu.ts";

/**
 * The receiving half of the ARQ with one node (Annex C, C.6): drops repeats, hands C_PDUs over in their order or as
 * they arrive, and says what it holds.
 */
export class ArqReceiver {
  #window = 0;
  #rxLwe = 0;
  readonly #held = new Map<number, Segment>();
  /** C_PDUs that were handed over ahead of a gap. */
  #early = new Set<CPdu>();

  /** @returns the C_PDUs that this segment makes ready to be handed over, in order */
  receive(window: number, segment: Segment): CPdu[] {
    if (window < this.#window) return [];
    if (window > this.#window) this.#begin(window);
    if (segment.frame < this.#rxLwe) return [];
    this.#held.set(segment.frame, segment);
    const ready = this.#advance();
    if (!segment.cPdu.inOrder && !ready.includes(segment.cPdu) && this.#isWhole(segment)) {
      this.#early.add(segment.cPdu);
      ready.push(segment.cPdu);
    }
    return ready;
  }

  /** What is held now. */
  ack(): Ack {
    return { window: this.#window, rxLwe: this.#rxLwe, held: new Set(this.#held.keys()) };
  }

  #begin(window: number): void {
    this.#window = window;
    this.#rxLwe = 0;
    this.#held.clear();
    this.#early.clear();
  }

  /** Moves the low edge of the window over what is there without a gap. */
  #advance(): CPdu[] {
    const ready: CPdu[] = [];
    for (;;) {
      const segment = this.#held.get(this.#rxLwe);
      if (segment === undefined) return ready;
      this.#held.delete(this.#rxLwe++);
      if (segment.isLast && !this.#early.delete(segment.cPdu)) ready.push(segment.cPdu);
    }
  }

  /** Whether all of the segment's C_PDU is held behind a gap. */
  #isWhole({ cPdu }: Segment): boolean {
    if (this.#early.has(cPdu)) return false;
    const parts = [...this.#held.values()].filter((segment) => segment.cPdu === cPdu);
    return parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) === cPdu.sizeBytes;
  }
}
