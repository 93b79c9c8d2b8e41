import { crc32 } from "../flow/crc32.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
/** Characters of a stem. */
export const STEM_CHARS = 3;
const STEMS = ALPHABET.length ** STEM_CHARS;

/**
 * With what all ids begin that a side gives on a link: made of its domain, so that it is known again whatever becomes
 * of the store, and never that of the other side.
 */
export function stemOf(ownDomain: string, peerDomain: string): string {
  const [own, peer] = [numberOf(ownDomain), numberOf(peerDomain)];
  return written(own === peer && ownDomain > peerDomain ? (own + 1) % STEMS : own);
}

function numberOf(domain: string): number {
  return crc32(new TextEncoder().encode(domain)) % STEMS;
}

function written(number: number): string {
  const [low, middle, high] = [number % 64, Math.floor(number / 64) % 64, Math.floor(number / 4_096)];
  return [high, middle, low].map((digit) => ALPHABET.charAt(digit)).join("");
}
