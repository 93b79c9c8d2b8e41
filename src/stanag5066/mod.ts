/** STANAG 5066: the Subnetwork Interface Service, its client, and RCOP above it. Knows no XMPP. */
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
export type { Block, ClientPrimitive, HardLink, ServerPrimitive, SisPrimitive } from "./primitives.ts";
export { SIS_TYPE } from "./primitives.ts";
export type { Confirmation, DeliveryOrder, ServiceType, TransmissionMode } from "./service_type.ts";
export { SisError, type SisErrorKind } from "./sis_error.ts";
export { type SisInput, SisReader } from "./sis_reader.ts";
export { TTL_MOST_UNITS, TTL_UNIT_MS } from "./ttl.ts";
