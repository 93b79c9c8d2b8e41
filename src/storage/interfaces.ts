import type { LinkEpochStore } from "./epoch_interfaces.ts";
import type { FlowStore } from "./flow_interfaces.ts";
import type { LinkIdStore } from "./link_id_interfaces.ts";
import type { PresenceStore } from "./presence_interfaces.ts";
import type { RecentStanzaStore } from "./recent_interfaces.ts";

/**
 * What Halyard keeps, one small interface per need. All calls are synchronous and take part in the turn's one
 * transaction (see `Turn`): they are on disk before anything of that turn goes to a client.
 */

/** Keys of one SCRAM hash (RFC 5802 section 3): enough to check a password, not enough to log in with. */
export interface StoredKeys {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** An account of the served domain; never a password. */
export interface Account {
  /** The localpart, prepared. */
  readonly username: string;
  readonly sha1: StoredKeys;
  readonly sha256: StoredKeys;
}

export interface AccountStore {
  get(username: string): Account | undefined;
  has(username: string): boolean;
  /** @returns false when the account exists already */
  create(account: Account): boolean;
  /** Replaces the keys. @returns false when there is no such account */
  update(account: Account): boolean;
  /** Removes the account with its roster and offline messages. @returns false when there is no such account */
  remove(username: string): boolean;
  /** Usernames, sorted. */
  list(): string[];
}

/** Subscription of a roster item (RFC 6121 section 2.1.2.5). */
export type Subscription = "none" | "to" | "from" | "both";

/** One contact in a roster (RFC 6121 section 2.1), with the states the protocol does not show. */
export interface RosterItem {
  /** Bare JID of the contact. */
  readonly jid: string;
  readonly name: string | undefined;
  readonly groups: readonly string[];
  readonly subscription: Subscription;
  /** A `subscribe` of ours waits for the contact's answer ("pending out"). */
  readonly ask: boolean;
  /** The contact is approved in advance (RFC 6121 section 3.4). */
  readonly approved: boolean;
  /** A `subscribe` of the contact waits for our answer ("pending in"): the stanza as XML, for the next log-in. */
  readonly pendingIn: string | undefined;
  /**
   * Whether clients see it. A contact that is only "none + pending in" or pre-approved without an item is
   * kept here but is not part of the roster (RFC 6121 appendix A.1).
   */
  readonly listed: boolean;
}

/** Rosters by owner: the username of an account. */
export interface RosterStore {
  /**
   * Version of the roster: rises with each change that clients see, that is of items which are listed before
   * or after it; 0 when it never had any.
   */
  version(owner: string): number;
  items(owner: string): RosterItem[];
  /** How many items there are. */
  count(owner: string): number;
  get(owner: string, jid: string): RosterItem | undefined;
  /**
   * Adds or replaces.
   * @returns the roster's version, now
   * @throws {Error} when `owner` has no account (any more)
   */
  put(owner: string, item: RosterItem): number;
  /** @returns the roster's version, now, or undefined when there was no such item */
  remove(owner: string, jid: string): number | undefined;
  /** Owners of the rosters by which a contact's presence is seen (`to`, `both`), sorted. */
  watchersOf(jid: string): string[];
  /**
   * What clients saw change after `version`, oldest first and each contact once: the item as it is now, or
   * only its address when it was removed or is no longer listed. Undefined when that is not known (any more)
   * and the whole roster has to be sent.
   */
  changesSince(owner: string, version: number): RosterChange[] | undefined;
}

export interface RosterChange {
  readonly version: number;
  readonly jid: string;
  readonly item: RosterItem | undefined;
}

/** A message kept for a user who is away (XEP-0160). */
export interface OfflineMessage {
  readonly id: number;
  readonly xml: string;
  readonly receivedMs: number;
}

/** Offline messages by owner: the username of an account. */
export interface OfflineStore {
  /** @returns false when the message was not kept: it exceeds `limits`, or `owner` has no account */
  add(owner: string, xml: string, receivedMs: number, limits: OfflineLimits): boolean;
  /** Oldest first. @param most how many at most; all when not given */
  list(owner: string, most?: number): OfflineMessage[];
  remove(owner: string, ids: readonly number[]): void;
}

/** How much is kept for one user. */
export interface OfflineLimits {
  readonly messages: number;
  /** Of all messages together, as XML in UTF-8. */
  readonly sizeBytes: number;
}

/** A stanza that waits for a link, as it came from the sender. */
export interface QueuedStanza {
  readonly id: number;
  readonly xml: string;
  readonly receivedMs: number;
}

/** The part of the links' queues that outlives a restart. */
export interface LinkQueueStore {
  /** @returns the id under which it is kept; ids rise */
  add(peer: string, xml: string, receivedMs: number): number;
  remove(peer: string, ids: readonly number[]): void;
  /** Oldest first. */
  list(peer: string): QueuedStanza[];
  /** Every peer for which something is kept, configured or not. */
  peers(): string[];
}

/** An answer of the far side of a link, as it is kept on the near side; its text apart. */
export interface CachedAnswer {
  /** What was asked, and for whom the answer is; unique within a peer. */
  readonly key: string;
  /** The kind of question, as metrics name it. */
  readonly kind: string;
  /** The address that answered. */
  readonly address: string;
  /** What tells whether it is still true: the hash of a photo; empty when nothing does. */
  readonly tag: string;
  readonly sizeBytes: number;
  /** Wall clock. */
  readonly expiresMs: number;
}

/** Answers kept on the near side of the links, by peer. */
export interface AnswerStore {
  /** Adds or replaces. */
  put(peer: string, answer: CachedAnswer, xml: string): void;
  /** The text of an answer; undefined when there is none of that key. */
  read(peer: string, key: string): string | undefined;
  remove(peer: string, keys: readonly string[]): void;
  /** Those that expire first come first. */
  list(peer: string): CachedAnswer[];
}

/** vCards by owner: the username of an account. They go with the account. */
export interface VcardStore {
  get(owner: string): string | undefined;
  /** Adds or replaces. @returns false when `owner` has no account */
  put(owner: string, xml: string): boolean;
}

/** Small values of the server itself: secrets made once, counters that must not run backwards. */
export interface SettingStore {
  get(key: string): Uint8Array | undefined;
  set(key: string, value: Uint8Array): void;
}

/** One server's store. */
export interface Storage {
  readonly accounts: AccountStore;
  readonly rosters: RosterStore;
  readonly offline: OfflineStore;
  readonly linkQueue: LinkQueueStore;
  /** The two flows of the link to `peer`, in profile `halyard`. */
  flows(peer: string): FlowStore;
  /** The peers to which stanzas have left that were not acknowledged, configured or not, and how many. */
  unacknowledged(): readonly { readonly peer: string; readonly stanzas: number }[];
  /** The epochs of the link to `peer`, when it is authenticated. */
  linkEpochs(peer: string): LinkEpochStore;
  /** The ids that cross the link to `peer` as short ones. */
  linkIds(peer: string): LinkIdStore;
  /** What came last from `peer`, where it may come again. */
  recentStanzas(peer: string): RecentStanzaStore;
  readonly settings: SettingStore;
  readonly answers: AnswerStore;
  /** What contacts behind links last said of their presence. */
  readonly presence: PresenceStore;
  readonly vcards: VcardStore;
  /** Commits what is open and closes. */
  close(): void;
}
