import { NS, type Stanza } from "../stanza/mod.ts";
import { copy, type Element, writeXml } from "../xml/mod.ts";

/** How many stanzas are remembered. */
export const MOST_REMEMBERED = 1_024;
/** How long a repetition may take: as long as a link fails and is made anew. */
export const REMEMBERED_MS = 86_400_000;
/** Most characters of XML that are remembered. */
export const MOST_REMEMBERED_SIZE_CHARS = 1_048_576;

/**
 * Tells a stanza that was sent again, since its confirmation was lost, from a new one. Only what has an id and is the
 * same to the letter is taken for a repetition: without an id people may well say the same twice.
 */
export class RecentIds {
  /** When each came, monotonic; oldest first. */
  readonly #seen = new Map<string, number>();
  #sizeChars = 0;

  /** Notes a stanza. @returns whether it has come before */
  repeats(stanza: Stanza, nowMs: number): boolean {
    const { id } = stanza.element.attrs;
    if (id === undefined) return false;
    const key = writeXml(withoutDelay(stanza.element));
    this.#forget(nowMs);
    if (this.#seen.has(key)) return true;
    this.#seen.set(key, nowMs);
    this.#sizeChars += key.length;
    return false;
  }

  /** Lets go of what came too long ago, or is too much with what has come last. */
  #forget(nowMs: number): void {
    for (const [key, atMs] of this.#seen) {
      const isFull = this.#seen.size >= MOST_REMEMBERED || this.#sizeChars > MOST_REMEMBERED_SIZE_CHARS;
      if (nowMs - atMs < REMEMBERED_MS && !isFull) return;
      this.#seen.delete(key);
      this.#sizeChars -= key.length;
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
