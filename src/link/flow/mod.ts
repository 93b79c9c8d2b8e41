/** Profile `halyard`: the protocol core of docs/link-protocol.md, without I/O. */
export { type CarrierKind, type EngineEvents, type EngineOptions, LinkEngine } from "./engine.ts";
export { DamageError } from "./octets.ts";
export type { StanzaText } from "./stanzas.ts";
