/** A stanza that came from a peer. */
export interface RecentStanza {
  readonly digest: string;
  /** When it came, wall clock. */
  readonly atMs: number;
}

/** The stanzas that came last from one peer. */
export interface RecentStanzaStore {
  /** Adds or replaces. */
  add(stanza: RecentStanza): void;
  remove(digest: string): void;
  /** The oldest first. */
  list(): RecentStanza[];
}
