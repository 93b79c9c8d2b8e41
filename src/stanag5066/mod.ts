/** STANAG 5066: the Subnetwork Interface Service, its client, and RCOP above it. Knows no XMPP. */
export type { BlockOptions, BlockRoad, BlockRoadEvents, RoadClosed } from "./block_road.ts";
export * from "./codes.ts";
export { decodePrimitive } from "./decode.ts";
export { encodePrimitive } from "./encode.ts";
export {
  ALL_STATIONS,
  formatNodeAddress,
  type NodeAddress,
  parseNodeAddress,
  sameNode,
} from "./node_address.ts";
export type { Outcome } from "./outstanding.ts";
export {
  type Block,
  type ClientPrimitive,
  type HardLink,
  type ServerPrimitive,
  SIS_TYPE,
  type SisPrimitive,
} from "./primitives.ts";
export { DEFAULT_APPLICATION_ID, MOST_ROAD_OUTSTANDING, Rcop, type RcopOptions } from "./rcop.ts";
export {
  decodeSegment,
  encodeSegment,
  RCOP_HEADER_SIZE_BYTES,
  type RcopHeader,
  segmentedBytes,
  U_PDU_IDS,
} from "./rcop_header.ts";
export type { RoadConfig } from "./rcop_road.ts";
export type { Confirmation, DeliveryOrder, ServiceType, TransmissionMode } from "./service_type.ts";
export { MOST_OUTSTANDING, SisClient, type SisClientOptions } from "./sis_client.ts";
export { SisError, type SisErrorKind } from "./sis_error.ts";
export { type SisInput, SisReader } from "./sis_reader.ts";
export { SIS_TIMING, type SisTiming } from "./sis_timing.ts";
export type {
  HardLinkEvent,
  SisBinding,
  SisClientEvents,
  SisPort,
  Unbound,
  UnidataIndication,
  UnidataRequest,
} from "./sis_types.ts";
export { sisClientOver, SisWire, type SisWireOptions } from "./sis_wire.ts";
export { type RcopStation, rcopStation, type RcopStationOptions } from "./station.ts";
export { TTL_MOST_UNITS, TTL_UNIT_MS } from "./ttl.ts";
