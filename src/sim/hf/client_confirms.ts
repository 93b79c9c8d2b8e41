import type { CancelTimer, Clock } from "../../base/mod.ts";
import type { UPduOutcome } from "./waiting.ts";

/** U_PDUs that are settled by what the far node says of its client, not by its ARQ. */
export class ClientConfirms {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #open = new Map<number, (outcome: UPduOutcome) => void>();

  /** @param limitMs longest wait, from when the far node has all of it */
  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /**
   * Waits for what is said of a U_PDU. Under loss that may come before its last acknowledgement.
   * @param settled called once
   * @returns what the ARQ is to call with its outcome
   */
  open(id: number, settled: (outcome: UPduOutcome) => void): (outcome: UPduOutcome) => void {
    let cancel: CancelTimer | undefined;
    const settle = (outcome: UPduOutcome) => {
      cancel?.();
      if (this.#open.delete(id)) settled(outcome);
    };
    this.#open.set(id, settle);
    return (outcome) => {
      if (outcome !== "delivered") return settle(outcome);
      if (this.#open.has(id)) cancel = this.#clock.after(this.#limitMs, () => settle("not-responding"));
    };
  }

  /** It was taken back before it was sent. */
  forget(id: number): void {
    this.#open.delete(id);
  }

  /** The far node has said what became of it. */
  said(id: number, outcome: UPduOutcome): void {
    this.#open.get(id)?.(outcome);
  }
}
