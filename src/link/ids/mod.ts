/** Ids of clients, and the short ones by which they cross (docs/link-protocol.md section 12). */
export { stemOf } from "./stem.ts";
export { LinkIds, MOST_LINK_IDS } from "./link_ids.ts";
