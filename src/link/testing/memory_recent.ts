import type { RecentStanza, RecentStanzaStore } from "../../storage/mod.ts";

/** What came last from a peer, in memory. */
export class MemoryRecent implements RecentStanzaStore {
  readonly #stanzas = new Map<string, number>();

  add({ digest, atMs }: RecentStanza): void {
    this.#stanzas.set(digest, atMs);
  }

  remove(digest: string): void {
    this.#stanzas.delete(digest);
  }

  list(): RecentStanza[] {
    return [...this.#stanzas].map(([digest, atMs]) => ({ digest, atMs }));
  }
}
