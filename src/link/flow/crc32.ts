const TABLE = new Uint32Array(256);
for (let octet = 0; octet < 256; octet++) {
  let remainder = octet;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  }
  TABLE[octet] = remainder;
}

/** CRC-32 of IEEE 802.3, as in zlib, of the parts one behind the other. */
export function crc32(...parts: readonly Uint8Array[]): number {
  let remainder = 0xffffffff;
  for (const part of parts) {
    for (const octet of part) remainder = (TABLE[(remainder ^ octet) & 0xff] ?? 0) ^ (remainder >>> 8);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
