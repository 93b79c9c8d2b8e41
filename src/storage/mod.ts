/** What Halyard keeps on disk: the interfaces its parts use, and the SQLite database behind them. */
export type * from "./epoch_interfaces.ts";
export type * from "./flow_interfaces.ts";
export type * from "./interfaces.ts";
export type * from "./link_id_interfaces.ts";
export type * from "./presence_interfaces.ts";
export type * from "./recent_interfaces.ts";
export { openStorage, type StorageOptions } from "./sqlite.ts";
