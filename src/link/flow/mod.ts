/** Profile `halyard`: the protocol core of docs/link-protocol.md, without I/O. */
export type { Channel, Outgoing, Room } from "./channel.ts";
export { codingFor } from "./coder.ts";
export type { EngineEvents, EngineOptions } from "./core.ts";
export { LinkEngine } from "./engine.ts";
export { type CarrierKind, FrameReader, withLength } from "./frame.ts";
export { DamageError } from "./octets.ts";
export { cutFrame, MOST_PIECES, PieceReader } from "./pieces.ts";
export { STANZA_LIMITS, type StanzaText } from "./stanzas.ts";
export { ACK_AFTER_SIZE_BYTES } from "./stream_channel.ts";
export {
  Guard,
  type GuardChannel,
  type Guarded,
  type GuardOptions,
  type LinkGuard,
  plainGuard,
  type Unguarded,
} from "./guard.ts";
export { GUARD_FAULTS, type GuardFault } from "./guard_fault.ts";
export { GUARD_OVERHEAD_BYTES, type GuardMode } from "./guard_frame.ts";
