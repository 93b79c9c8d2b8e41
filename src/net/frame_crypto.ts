import { createCipheriv, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/**
 * The primitives of link authentication (docs/link-authentication.md), as a parameter of the core that uses them.
 * All of them are in Web Crypto too; here they answer at once, since a core does not wait.
 */
export interface FrameCrypto {
  /** HKDF-SHA-256 (RFC 5869). @returns `sizeBytes` octets */
  derive(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, sizeBytes: number): Uint8Array;
  /** HMAC-SHA-256 (RFC 2104) of the parts one behind the other. @returns 32 octets */
  mac(key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array;
  /**
   * AES-256 in counter mode: enciphers, and deciphers what it enciphered.
   * @param iv 16 octets: the first counter block; the counter is its last four octets
   */
  cipher(key: Uint8Array, iv: Uint8Array, octets: Uint8Array): Uint8Array;
  /** Whether both are the same, in a time that does not tell where they differ. */
  isEqual(a: Uint8Array, b: Uint8Array): boolean;
}

/** The primitives as the machine has them. */
export const systemFrameCrypto: FrameCrypto = {
  derive: (secret, salt, info, sizeBytes) =>
    new Uint8Array(hkdfSync("sha256", secret, salt, info, sizeBytes)),
  mac(key, parts) {
    const hmac = createHmac("sha256", key);
    for (const part of parts) hmac.update(part);
    return new Uint8Array(hmac.digest());
  },
  cipher(key, iv, octets) {
    const cipher = createCipheriv("aes-256-ctr", key, iv);
    const done = new Uint8Array(cipher.update(octets));
    cipher.final(); // Nothing is left in counter mode; this lets go of the cipher.
    return done;
  },
  isEqual: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};
