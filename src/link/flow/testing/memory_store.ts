import type { LinkIdStore } from "../../../storage/mod.ts";
import { MemoryLinkIds } from "../../testing/memory_link_ids.ts";
import type { FlowHalfStore, FlowStore, NumberedText, ReceiverRecord, SenderRecord } from "../store.ts";

interface Half<R> {
  record: R | undefined;
  texts: NumberedText[];
}

/** What a disk holds for one side: both flows, what waits, and what was delivered. */
interface Disk {
  sender: Half<SenderRecord>;
  receiver: Half<ReceiverRecord>;
  ids: MemoryLinkIds;
  waiting: string[];
  delivered: string[];
  process: number | undefined;
}

function copyOf(disk: Disk): Disk {
  return {
    sender: { record: disk.sender.record, texts: [...disk.sender.texts] },
    receiver: { record: disk.receiver.record, texts: [...disk.receiver.texts] },
    ids: disk.ids.copy(),
    waiting: [...disk.waiting],
    delivered: [...disk.delivered],
    process: disk.process,
  };
}

/** A disk in memory with transactions: what was not committed is gone after a crash. */
export class MemoryStore implements FlowStore {
  #now: Disk = {
    sender: { record: undefined, texts: [] },
    receiver: { record: undefined, texts: [] },
    ids: new MemoryLinkIds(),
    waiting: [],
    delivered: [],
    process: undefined,
  };
  #committed = copyOf(this.#now);

  /** Stanzas accepted from clients that have no number yet. */
  get waiting(): string[] {
    return this.#now.waiting;
  }

  /** Stanzas delivered to clients. */
  get delivered(): string[] {
    return this.#now.delivered;
  }

  get sender(): FlowHalfStore<SenderRecord> {
    return half(() => this.#now.sender);
  }

  get receiver(): FlowHalfStore<ReceiverRecord> {
    return half(() => this.#now.receiver);
  }

  beginLife(next: (last: number | undefined) => number): number {
    return this.#now.process = next(this.#now.process);
  }

  get ids(): LinkIdStore {
    const ids = () => this.#now.ids;
    return {
      byOriginal: (original) => ids().byOriginal(original),
      byShort: (short) => ids().byShort(short),
      add: (id, most) => ids().add(id, most),
      use: (short) => ids().use(short),
    };
  }

  commit(): void {
    this.#committed = copyOf(this.#now);
  }

  crash(): void {
    this.#now = copyOf(this.#committed);
  }

  /** A copy of what is committed, for a later `restore`. */
  backup(): Disk {
    return copyOf(this.#committed);
  }

  /** Puts an older state back; what was delivered stays delivered, since clients have seen it. */
  restore(backup: Disk): void {
    const { delivered } = this.#committed;
    this.#committed = { ...copyOf(backup), delivered };
    this.crash();
  }
}

function half<R>(of: () => Half<R>): FlowHalfStore<R> {
  return {
    load() {
      const { record, texts } = of();
      return record === undefined ? undefined : { record, texts: [...texts] };
    },
    save: (record) => void (of().record = record),
    addText: (text) => void of().texts.push(text),
    removeBelow(number) {
      const { texts } = of();
      const kept = texts.findIndex((text) => text.number >= number);
      texts.splice(0, kept < 0 ? texts.length : kept);
    },
    clear: () => void (of().texts = []),
  };
}
