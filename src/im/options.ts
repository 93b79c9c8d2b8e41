import type { Clock, Log, Metrics, RandomSource } from "../base/mod.ts";
import type { Feature } from "../router/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import type { Storage } from "../storage/mod.ts";
import type { PresenceLink } from "./presence_policy.ts";

/** Bounds on what accounts and contacts may make the server hold. */
export interface ImLimits {
  /** Clients of one account at the same time; one more is refused with `resource-constraint`. */
  readonly sessionsPerAccount: number;
  /** Contacts kept for one account, pending requests and pre-approvals included. */
  readonly rosterItems: number;
  /**
   * Size of one contact as clients get it: name and groups. With `rosterItems` it keeps the whole roster below what
   * may wait for a client (`limits.unsent_size`).
   */
  readonly rosterItemSizeBytes: number;
  /** Length of a contact's name, and of the name of a group, in UTF-16 code units. */
  readonly rosterNameLength: number;
  /** Groups that one contact may be in. */
  readonly groupsPerItem: number;
  /** A longer subscription request is kept as its addresses and a short id. In UTF-16 code units of XML. */
  readonly pendingRequestLength: number;
  /** Messages kept for one account while nobody takes them (XEP-0160). */
  readonly offlineMessages: number;
  /** Size of these messages together, as XML. */
  readonly offlineSizeBytes: number;
  /** Entities that one client may have sent directed presence to (RFC 6121 section 4.6). */
  readonly directedPresences: number;
  /** Remote contacts whose presence is remembered; the longest unused are forgotten first. */
  readonly cachedContacts: number;
  /** Their presence together, as XML; again the longest unused are forgotten first. */
  readonly cachedSizeBytes: number;
  /** Resources of one remote contact whose presence is remembered; the oldest are forgotten first. */
  readonly cachedResources: number;
  /** Accounts whose last log-out is remembered for the answers to probes; the oldest go first. */
  readonly rememberedLogouts: number;
}

/** What an ordinary server gets. */
export const DEFAULT_IM_LIMITS: ImLimits = {
  sessionsPerAccount: 10,
  rosterItems: 1_000,
  rosterItemSizeBytes: 1_024,
  rosterNameLength: 256,
  groupsPerItem: 20,
  pendingRequestLength: 4_096,
  offlineMessages: 1_000,
  offlineSizeBytes: 1_048_576,
  directedPresences: 200,
  cachedContacts: 5_000,
  cachedSizeBytes: 8_388_608,
  cachedResources: 20,
  rememberedLogouts: 10_000,
};

/** What instant messaging needs of the server around it. */
export interface ImOptions {
  /** The one domain served, prepared. */
  readonly domain: string;
  readonly storage: Pick<Storage, "accounts" | "rosters" | "offline" | "presence" | "settings">;
  readonly router: { route(stanza: Stanza): void };
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limits: ImLimits;
  /** Extensions that answer requests to an account's bare address. */
  readonly features: readonly Feature[];
  /** The links there are; contacts elsewhere are taken to be always within reach. */
  readonly presenceLinks: readonly PresenceLink[];
}
