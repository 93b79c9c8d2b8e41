/** The network of the machine: transports over TCP, TLS and memory, compression, and certificates. */
export { certificateDer, fingerprintOf, makeSelfSigned } from "./certificate.ts";
export { compressed } from "./compressed.ts";
export { type ByteTransform, type DeflateOptions, deflater } from "./deflate.ts";
export { type FrameCrypto, systemFrameCrypto } from "./frame_crypto.ts";
export { InflateError, type InflateLimits, inflater } from "./inflate.ts";
export { memoryPair } from "./memory.ts";
export { systemNetwork } from "./system.ts";
export * from "./transport.ts";
export { TransportError } from "./wire.ts";
