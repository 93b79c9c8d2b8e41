import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";

/** The hash functions of the SCRAM family in use (RFC 5802, RFC 7677). */
export type ScramHash = "sha1" | "sha256";

/** Octets that each hash yields. */
const HASH_SIZE_BYTES: Readonly<Record<ScramHash, number>> = { sha1: 20, sha256: 32 };

/** `H(data)`. */
export function digest(hash: ScramHash, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(hash).update(data).digest());
}

/** `HMAC(key, data)`. */
export function hmac(hash: ScramHash, key: Uint8Array, data: Uint8Array | string): Uint8Array {
  return new Uint8Array(createHmac(hash, key).update(data).digest());
}

/**
 * `Hi(password, salt, iterations)`: PBKDF2 with the output size of the hash. Takes milliseconds by design.
 */
export function stretch(hash: ScramHash, password: string, salt: Uint8Array, iterations: number): Uint8Array {
  return new Uint8Array(pbkdf2Sync(password, salt, iterations, HASH_SIZE_BYTES[hash], hash));
}

/** Whether both hold the same octets; the time it takes does not depend on where they differ. */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** `a XOR b`, of the length of `a`. */
export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, index) => byte ^ (b[index] ?? 0));
}
