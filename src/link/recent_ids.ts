import { NS, type Stanza } from "../stanza/mod.ts";
import { copy, type Element, writeXml } from "../xml/mod.ts";

/** How many stanzas are remembered, and how long a repetition may take: as long as a link fails and is made anew. */
const MOST_REMEMBERED = 1_024;
const REMEMBERED_MS = 86_400_000;

/**
 * Tells a stanza that was sent again, since its confirmation was lost, from a new one. Only what has an id and is the
 * same to the letter is taken for a repetition: without an id people may well say the same twice.
 */
export class RecentIds {
  /** When each came, monotonic; oldest first. */
  readonly #seen = new Map<string, number>();

  /** Notes a stanza. @returns whether it has come before */
  repeats(stanza: Stanza, nowMs: number): boolean {
    const { id } = stanza.element.attrs;
    if (id === undefined) return false;
    for (const [key, atMs] of this.#seen) {
      if (nowMs - atMs < REMEMBERED_MS && this.#seen.size <= MOST_REMEMBERED) break;
      this.#seen.delete(key);
    }
    const key = writeXml(withoutDelay(stanza.element));
    if (this.#seen.has(key)) return true;
    this.#seen.set(key, nowMs);
    return false;
  }
}

/** What waited the second time says so (XEP-0203). */
function withoutDelay(element: Element): Element {
  const children = element.children.filter((child) =>
    typeof child === "string" || child.attrs.xmlns !== NS.DELAY
  );
  return copy(element, { children });
}
