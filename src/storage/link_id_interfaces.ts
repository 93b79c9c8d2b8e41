/** One id of a local client, and the one by which it crosses a link. */
export interface LinkId {
  readonly short: string;
  readonly original: string;
  /** Whose stanza was the first that had it: a bare JID. */
  readonly owner: string;
}

/** The ids of one link (docs/link-protocol.md section 12). What is saved joins the turn's transaction. */
export interface LinkIdStore {
  byOriginal(original: string): LinkId | undefined;
  byShort(short: string): LinkId | undefined;
  /**
   * Adds one; neither id may be known. What was not used while `most` others were may fall out.
   */
  add(id: LinkId, most: number): void;
  /** Notes that one is in use. */
  use(short: string): void;
}
