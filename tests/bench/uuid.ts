import type { RandomSource } from "../../src/base/mod.ts";

/** A random id as clients make them (RFC 9562, version 4). */
export function makeUuid(random: RandomSource): string {
  const hex = [...random.bytes(16)].map((octet) => octet.toString(16).padStart(2, "0")).join("");
  const version = `4${hex.slice(13, 16)}`;
  const variant = `${"89ab"[Number.parseInt(hex.slice(16, 17), 16) & 3]}${hex.slice(17, 20)}`;
  return [hex.slice(0, 8), hex.slice(8, 12), version, variant, hex.slice(20)].join("-");
}
