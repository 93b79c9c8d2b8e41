import type { Stanza } from "../stanza/mod.ts";
import { orderedPair } from "./classes.ts";
import type { Waiting } from "./queue.ts";

type Index = Map<string, Set<Waiting>>;

/** What waits between any two entities, in the order in which it came: only this is searched when more comes. */
export class Pairs {
  readonly #all: Index = new Map();
  /** The presence among it. */
  readonly #presence: Index = new Map();

  add(waiting: Waiting): void {
    const key = orderedPair(waiting.stanza);
    for (const index of this.#indexesOf(waiting)) {
      index.set(key, (index.get(key) ?? new Set()).add(waiting));
    }
  }

  delete(waiting: Waiting): void {
    const key = orderedPair(waiting.stanza);
    for (const index of this.#indexesOf(waiting)) {
      const pair = index.get(key);
      pair?.delete(waiting);
      if (pair?.size === 0) index.delete(key);
    }
  }

  /** Presence of every type that waits between the two entities of a stanza. */
  presence(stanza: Stanza): Waiting[] {
    return [...this.#presence.get(orderedPair(stanza)) ?? []];
  }

  /** What came last of all that waits between the two entities of a stanza. */
  last(stanza: Stanza): Waiting | undefined {
    return [...this.#all.get(orderedPair(stanza)) ?? []].at(-1);
  }

  #indexesOf({ stanza }: Waiting): readonly Index[] {
    return stanza.kind === "presence" ? [this.#all, this.#presence] : [this.#all];
  }
}
