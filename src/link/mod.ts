/** The slow side: links to peers, with their rules, queues and connections, in profile `xep-0361`. */
export { linkPeerOf, slownessOf } from "./configured.ts";
export { Links, type LinksOptions } from "./links.ts";
export { type Explained, Explainer } from "./explain.ts";
export { type Facts, type Outcome, RuleSet, type Verdict } from "./rules/mod.ts";
export { type Sizer, sizerOf } from "./sizer.ts";
export { LINK_MODES, type LinkMode } from "./mode.ts";
export type { CarrierConfig, PeerConfig, StanagCarrierConfig, TcpCarrierConfig } from "./peer_config.ts";
export type { QueueLimits } from "./queue.ts";
export { specifications } from "./specifications.ts";
export type { ByteCounts, LinkState, PeerStatus, QueueStatus, Saver, Saving } from "./status.ts";
