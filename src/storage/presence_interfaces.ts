/** What a resource of a contact behind a link last said. */
export interface KeptPresence {
  /** Bare JID. */
  readonly contact: string;
  /** Empty for presence of the contact as a whole. */
  readonly resource: string;
  readonly xml: string;
  /** When it was said, wall clock. */
  readonly confirmedMs: number;
}

/** How much is known of the users of a domain behind a link. */
export interface KeptDomain {
  readonly domain: string;
  /** Whether all there is to know is known. */
  readonly isComplete: boolean;
  /** When the link was last known to be up, wall clock; undefined while it may be. */
  readonly untilMs: number | undefined;
}

/** The presence of contacts behind links. */
export interface PresenceStore {
  /** Adds or replaces. */
  put(contact: string, resource: string, xml: string, confirmedMs: number): void;
  remove(contact: string, resource: string): void;
  /** In no order. */
  list(): KeptPresence[];
  /** Adds or replaces. */
  putDomain(domain: string, isComplete: boolean, untilMs: number | undefined): void;
  removeDomain(domain: string): void;
  domains(): KeptDomain[];
}
