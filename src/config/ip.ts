/** An IP address. An IPv4 address mapped into IPv6 (`::ffff:192.0.2.1`) is kept as the IPv4 address it stands for. */
export interface IpAddress {
  readonly family: 4 | 6;
  /** 4 or 16 octets. */
  readonly bytes: readonly number[];
}

/** One address, or the block of addresses that share their first bits (CIDR, RFC 4632). */
export interface AddressRange {
  readonly address: IpAddress;
  /** How many leading bits count: 32 or 128 for a single address. */
  readonly prefixBits: number;
  /** As the operator wrote it. */
  readonly text: string;
}

/** Reads an IPv4 or IPv6 address (RFC 4291 section 2.2) without zone or brackets; undefined when it is none. */
export function parseIp(text: string): IpAddress | undefined {
  const bytes = text.includes(":") ? ipv6Bytes(text) : ipv4Bytes(text);
  if (bytes === undefined) return undefined;
  if (bytes.length === 4) return { family: 4, bytes };
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return mapped ? { family: 4, bytes: bytes.slice(12) } : { family: 6, bytes };
}

function ipv4Bytes(text: string): number[] | undefined {
  const parts = text.split(".");
  // No leading zeros: some readers take them for octal.
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function ipv6Bytes(text: string): number[] | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const before = groupBytes(head, tail === undefined);
  const after = groupBytes(tail ?? "", true);
  if (before === undefined || after === undefined) return undefined;
  const gap = 16 - before.length - after.length;
  if (tail === undefined ? gap !== 0 : gap < 2) return undefined;
  return [...before, ...new Array<number>(gap).fill(0), ...after];
}

/** The octets of colon-separated groups; the last may be a dotted IPv4 address when `isEnd`. */
function groupBytes(text: string, isEnd: boolean): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (isEnd && index === groups.length - 1 && group.includes(".")) {
      const dotted = ipv4Bytes(group);
      if (dotted === undefined) return undefined;
      bytes.push(...dotted);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      return undefined;
    }
  }
  return bytes;
}

/** Reads an address or an address block: `203.0.113.5`, `10.0.0.0/8`, `2001:db8::/32`; undefined when it is none. */
export function parseRange(text: string): AddressRange | undefined {
  const [, host = "", prefix] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const address = parseIp(host);
  if (address === undefined) return undefined;
  const widthBits = address.bytes.length * 8;
  // The prefix of a mapped address counts the 96 bits in front of it as well.
  const mappedBits = address.family === 4 && host.includes(":") ? 96 : 0;
  const prefixBits = prefix === undefined ? widthBits : Number(prefix) - mappedBits;
  return prefixBits >= 0 && prefixBits <= widthBits ? { address, prefixBits, text } : undefined;
}

/**
 * Whether an address lies in one of the ranges: who may call.
 * @param host the caller's IP address, without zone; anything else is in no range
 */
export function isInRanges(ranges: readonly AddressRange[], host: string): boolean {
  const address = parseIp(host);
  return address !== undefined && ranges.some((range) => contains(range, address));
}

function contains(range: AddressRange, address: IpAddress): boolean {
  if (range.address.family !== address.family) return false;
  return address.bytes.every((byte, index) => {
    const countedBits = Math.min(8, Math.max(0, range.prefixBits - index * 8));
    return ((byte ^ (range.address.bytes[index] ?? 0)) >> (8 - countedBits)) === 0;
  });
}

/** Every address of the machine itself: 127.0.0.0/8 and ::1. */
export const LOOPBACK: readonly AddressRange[] = [
  { address: { family: 4, bytes: [127, 0, 0, 0] }, prefixBits: 8, text: "127.0.0.0/8" },
  { address: { family: 6, bytes: [...new Array<number>(15).fill(0), 1] }, prefixBits: 128, text: "::1" },
];

/** Whether only this machine reaches `host`; a name is not taken for a loopback address. */
export function isLoopback(host: string): boolean {
  return isInRanges(LOOPBACK, host);
}

/** Whether two IP addresses to listen on get in each other's way: equal, or one stands for all of them. */
export function overlap(a: IpAddress, b: IpAddress): boolean {
  const isAny = (ip: IpAddress) => ip.bytes.every((byte) => byte === 0);
  if (a.family === b.family) {
    return isAny(a) || isAny(b) || a.bytes.every((byte, index) => byte === b.bytes[index]);
  }
  // `::` takes IPv4 callers too on most systems, so it stands for both families; `0.0.0.0` only for its own.
  return (a.family === 6 && isAny(a)) || (b.family === 6 && isAny(b));
}
