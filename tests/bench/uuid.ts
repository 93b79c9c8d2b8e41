import { hex, type RandomSource } from "../../src/base/mod.ts";

/** A random id as clients make them (RFC 9562, version 4). */
export function makeUuid(random: RandomSource): string {
  const digits = hex(random.bytes(16));
  const version = `4${digits.slice(13, 16)}`;
  const variant = `${"89ab"[Number.parseInt(digits.slice(16, 17), 16) & 3]}${digits.slice(17, 20)}`;
  return [digits.slice(0, 8), digits.slice(8, 12), version, variant, digits.slice(20)].join("-");
}
