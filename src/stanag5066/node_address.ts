/**
 * Address of a STANAG 5066 node, 28 bits (Annex A, section A.2.2.28.1). A group address is legal only as the
 * destination of a U_PDU that is not sent by ARQ.
 */
export interface NodeAddress {
  readonly isGroup: boolean;
  /** 0 to 2^28 - 1. */
  readonly bits: number;
}

const SIZE_HALF_OCTETS = 7;
const GROUP_BIT = 0x10;
/** In the dotted form the group flag is a 29th bit: the first number of a group is 16 to 31. */
const MOST_FIRST = 31;
const MOST_OTHER = 255;

/** Every station that hears it. */
export const ALL_STATIONS: NodeAddress = { isGroup: true, bits: 0xfffffff };

/**
 * Reads the dotted form: `w.x.y.z`, `w` from 0 to 15 for a node and from 16 to 31 for a group, the others from 0 to
 * 255, none with leading zeros.
 * @returns undefined when the text is none
 */
export function parseNodeAddress(text: string): NodeAddress | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const [w = 0, x = 0, y = 0, z = 0] = parts.map(Number);
  if (w > MOST_FIRST || x > MOST_OTHER || y > MOST_OTHER || z > MOST_OTHER) return undefined;
  return fromOctets(w, x, y, z);
}

/** The dotted form, for instance `1.2.3.4`; also good as a key, since equal addresses have equal texts. */
export function formatNodeAddress(address: NodeAddress): string {
  const [first = 0, ...others] = encodeNodeAddress(address);
  return [first & MOST_FIRST, ...others].join(".");
}

/** Whether two addresses are the same. */
export function sameNode(a: NodeAddress, b: NodeAddress): boolean {
  return a.isGroup === b.isGroup && a.bits === b.bits;
}

/** Its octets, always with the full size of 7 half-octets. @throws {RangeError} when `bits` is out of range */
export function encodeNodeAddress({ isGroup, bits }: NodeAddress): number[] {
  if (!Number.isInteger(bits) || bits < 0 || bits > ALL_STATIONS.bits) {
    throw new RangeError(`Cannot encode node address: ${bits} has not 28 bits`);
  }
  const first = (SIZE_HALF_OCTETS << 5) | (isGroup ? GROUP_BIT : 0) | (bits >>> 24);
  return [first, (bits >>> 16) & 0xff, (bits >>> 8) & 0xff, bits & 0xff];
}

/** Reads its octets. Any size is taken, and the 28 bits as they stand: sources differ on how short ones align. */
export function decodeNodeAddress([w = 0, x = 0, y = 0, z = 0]: Uint8Array): NodeAddress {
  return fromOctets(w, x, y, z);
}

function fromOctets(w: number, x: number, y: number, z: number): NodeAddress {
  return { isGroup: (w & GROUP_BIT) !== 0, bits: ((w & 0x0f) << 24) | (x << 16) | (y << 8) | z };
}
