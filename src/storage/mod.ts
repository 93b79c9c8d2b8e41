/** What Halyard keeps on disk: the interfaces its parts use, and the SQLite database behind them. */
export type * from "./interfaces.ts";
export { ROSTER_VERSIONS_KNOWN } from "./rosters.ts";
export { BUSY_TIMEOUT_MS } from "./database.ts";
export { openStorage, type StorageOptions } from "./sqlite.ts";
