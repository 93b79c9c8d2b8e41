/** Answers on the near side to requests that would cross a link; of many that ask the same, one crosses. */
export { Caches, type CachesOptions } from "./caches.ts";
export type { CachePolicy, Kind, StoredKind } from "./policy.ts";
export { specifications } from "./specifications.ts";
export type { CacheStatus, KindStatus } from "./tally.ts";
