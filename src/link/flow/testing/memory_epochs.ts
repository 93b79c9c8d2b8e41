import type { LinkEpochs, LinkEpochStore } from "../../../storage/mod.ts";

/** The epochs of one link in memory, with transactions: what was not committed is gone after a crash. */
export class MemoryEpochs implements LinkEpochStore {
  #now: LinkEpochs = { out: 0, in: 0 };
  #committed = this.#now;

  load(): LinkEpochs {
    return this.#now;
  }

  saveOut(epoch: number): void {
    this.#now = { ...this.#now, out: Math.max(this.#now.out, epoch) };
  }

  saveIn(epoch: number): void {
    this.#now = { ...this.#now, in: Math.max(this.#now.in, epoch) };
  }

  commit(): void {
    this.#committed = this.#now;
  }

  crash(): void {
    this.#now = this.#committed;
  }

  /** What is committed, for a later `restore`. */
  backup(): LinkEpochs {
    return this.#committed;
  }

  restore(backup: LinkEpochs): void {
    this.#committed = backup;
    this.crash();
  }
}
