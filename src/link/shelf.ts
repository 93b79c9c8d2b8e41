import type { LinkQueueStore } from "../storage/mod.ts";
import { isNotToBeStored } from "./keeping.ts";
import type { Waiting } from "./queue.ts";
import { storedXml } from "./stored.ts";

/** What of a queue is on disk: messages and subscriptions, each under the number that it carries. */
export class Shelf {
  readonly #store: LinkQueueStore;
  readonly #peer: string;

  constructor(store: LinkQueueStore, peer: string) {
    this.#store = store;
    this.#peer = peer;
  }

  /** Stores what is to be stored. @returns whether it is stored now and was not before */
  put(waiting: Waiting): boolean {
    if (waiting.storeId !== undefined || waiting.class !== "message" || isNotToBeStored(waiting.stanza)) {
      return false;
    }
    waiting.storeId = this.#store.add(this.#peer, storedXml(waiting), waiting.stanza.receivedMs);
    return true;
  }

  /** Takes stanzas out; harmless for such as are not stored. */
  clear(waiting: readonly Waiting[]): void {
    const ids = waiting.map(({ storeId }) => storeId).filter((id) => id !== undefined);
    if (ids.length > 0) this.#store.remove(this.#peer, ids);
    for (const one of waiting) one.storeId = undefined;
  }

  /** Takes out what has a number but does not wait; harmless without one. */
  forget(storeId: number | undefined): void {
    if (storeId !== undefined) this.#store.remove(this.#peer, [storeId]);
  }
}
