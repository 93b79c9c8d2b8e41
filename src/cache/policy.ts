/**
 * What is asked across a link again and again, and answered alike:
 *
 * - `capabilities`: disco#info by capabilities hash (XEP-0115), true for ever.
 * - `client-info`: disco#info of one account or resource, and of a node of it.
 * - `disco`: disco#info and disco#items of servers, services and rooms.
 * - `vcard`: vCards (XEP-0054), photos in them (XEP-0153).
 * - `avatar`: avatars by their hash (XEP-0084), true for ever.
 * - `avatar-metadata`: which avatar somebody has (XEP-0084).
 * - `version`: software versions (XEP-0092).
 */
export type StoredKind =
  | "capabilities"
  | "client-info"
  | "disco"
  | "vcard"
  | "avatar"
  | "avatar-metadata"
  | "version";

/** All that is answered on the near side: last activity (XEP-0012) out of the presence cache, the rest as kept. */
export type Kind = StoredKind | "last-activity";

/** What may be kept for one link, and for how long. */
export interface CachePolicy {
  /**
   * Whom an answer serves that the far side gives only to some. `subscribers`: all local accounts that see the
   * presence of who answered. `account`: only the account that asked.
   */
  readonly share: "subscribers" | "account";
  /** Answers kept; the longest unused go first. */
  readonly entries: number;
  /** Their size together, as XML. */
  readonly sizeBytes: number;
  /** How long an answer counts; 0 switches a kind off. */
  readonly lifeMs: Readonly<Record<StoredKind, number>>;
  /** Whether what does not count any more is kept all the same while there is room: a rule may ask for it. */
  readonly keepsOld: boolean;
  /** How long it counts that the far side refused; 0: not at all. */
  readonly errorsMs: number;
  /** How long those who ask wait for the far side; then they get `remote-server-timeout`. */
  readonly waitMs: number;
}
