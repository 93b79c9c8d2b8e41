import { base64, sha256 } from "../base/mod.ts";
import { NS, type Stanza } from "../stanza/mod.ts";
import type { RecentStanzaStore } from "../storage/mod.ts";
import { copy, type Element, writeXml } from "../xml/mod.ts";

/** How many stanzas are remembered. */
export const MOST_REMEMBERED = 1_024;
/** How long a repetition may take: as long as a link fails and is made anew. */
export const REMEMBERED_MS = 86_400_000;
/** Of the hash of a stanza. */
const DIGEST_SIZE_BYTES = 16;

/**
 * Tells a stanza that was sent again, since its confirmation was lost, from a new one; over restarts too, for a
 * stanza is noted in the transaction in which it takes effect. Only what has an id and is the same to the letter is
 * taken for a repetition: without an id people may well say the same twice.
 */
export class RecentIds {
  readonly #store: RecentStanzaStore;
  /** When each came, wall clock; the oldest first. */
  readonly #seen = new Map<string, number>();

  constructor(store: RecentStanzaStore) {
    this.#store = store;
    for (const { digest, atMs } of store.list()) this.#seen.set(digest, atMs);
  }

  /** Notes a stanza. @param nowMs wall clock @returns whether it has come before */
  repeats(stanza: Stanza, nowMs: number): boolean {
    const { id } = stanza.element.attrs;
    if (id === undefined) return false;
    const digest = base64(sha256(writeXml(withoutDelay(stanza.element))).subarray(0, DIGEST_SIZE_BYTES));
    this.#forget(nowMs);
    if (this.#seen.has(digest)) return true;
    this.#seen.set(digest, nowMs);
    this.#store.add({ digest, atMs: nowMs });
    return false;
  }

  /** Lets go of what came too long ago, or is too much with what has come last. */
  #forget(nowMs: number): void {
    for (const [digest, atMs] of this.#seen) {
      if (nowMs - atMs < REMEMBERED_MS && this.#seen.size < MOST_REMEMBERED) return;
      this.#seen.delete(digest);
      this.#store.remove(digest);
    }
  }
}

/** What waited the second time says so (XEP-0203). */
function withoutDelay(element: Element): Element {
  const children = element.children.filter((child) =>
    typeof child === "string" || child.attrs.xmlns !== NS.DELAY
  );
  return copy(element, { children });
}
