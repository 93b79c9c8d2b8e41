/** Simulated time, links and networks: used by tests and by the demo. */
export { VirtualClock } from "./clock.ts";
export { fasterClock } from "./faster_clock.ts";
export * from "./hf/mod.ts";
export { type Direction, SimLink, type SimLinkCount, type SimLinkOptions } from "./link.ts";
export { SimNetwork } from "./network.ts";
export { Relay } from "./relay.ts";
export { World } from "./world.ts";
