/** STANAG 5066 nodes on a simulated HF channel, with SIS servers in front of them. */
export { airMs, blocksOf, capacityBytes, type HfModem, hfModem, type ModemChoice } from "./air.ts";
export { HfChannel, type HfChannelOptions, type Transmission } from "./channel.ts";
export type { HfCounts, StationCounts } from "./counts.ts";
export type { HfAddress } from "./dpdu.ts";
export type { FadingOptions } from "./fading.ts";
export { HfNode, type HfNodeCounts, type NodeClients, type UPduArrival, type UPduRequest } from "./node.ts";
export { HF_NODE_DEFAULTS, type HfNodeOptions } from "./options.ts";
export type { Outage } from "./outages.ts";
export type { UPduOutcome } from "./waiting.ts";
export { interleaverOf, RATES_BPS, type Waveform, WAVEFORMS } from "./waveform.ts";
export { type Capacity, type CapacityOptions, measureCapacity } from "./capacity.ts";
export type { HardLinkClient, HardLinkOffer, HardLinkRequest } from "./hard_links.ts";
export { SisFaults } from "./sis_faults.ts";
export { MAX_SIS_CONNECTIONS, SIS_PORT, SisServer } from "./sis_server.ts";
export type { SisSettings } from "./sis_session.ts";
export { HF_ADDRESSES, HfNet, type HfNetOptions } from "./hf_net.ts";
