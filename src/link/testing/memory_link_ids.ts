import type { LinkId, LinkIdStore } from "../../storage/mod.ts";

/** The ids of a link in memory. */
export class MemoryLinkIds implements LinkIdStore {
  /** In the order of their last use. */
  #ids: LinkId[] = [];

  byOriginal(original: string): LinkId | undefined {
    return this.#ids.find((id) => id.original === original);
  }

  byShort(short: string): LinkId | undefined {
    return this.#ids.find((id) => id.short === short);
  }

  add(id: LinkId, most: number): void {
    this.#ids = [...this.#ids, id].slice(-most);
  }

  use(short: string): void {
    const id = this.byShort(short);
    if (id !== undefined) this.#ids = [...this.#ids.filter((one) => one !== id), id];
  }

  /** A copy: a backup. */
  copy(): MemoryLinkIds {
    const made = new MemoryLinkIds();
    made.#ids = [...this.#ids];
    return made;
  }
}
