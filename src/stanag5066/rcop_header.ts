/** Header of every RCOP segment (Annex F, section F.8). */
export interface RcopHeader {
  /** 0 to 15. */
  readonly connectionId: number;
  /** 0 to 255, the next one for each U_PDU of a connection. */
  readonly uPduId: number;
  /** 0 to 65,535, from 0 for each U_PDU. */
  readonly segment: number;
  readonly applicationId: number;
}

/** Octets of the header. */
export const RCOP_HEADER_SIZE_BYTES = 6;
/** U_PDU ids, after which they begin again. */
export const U_PDU_IDS = 256;
/** Segments that a U_PDU can have. */
export const MOST_SEGMENTS = 65_536;

/** Octets of the U_PDUs into which that many are cut, given how many one segment holds. */
export function segmentedBytes(sizeBytes: number, mostBytes: number): number {
  return sizeBytes + RCOP_HEADER_SIZE_BYTES * Math.max(1, Math.ceil(sizeBytes / mostBytes));
}

/** A segment: header and data. */
export function encodeSegment(header: RcopHeader, data: Uint8Array): Uint8Array {
  const segment = new Uint8Array(RCOP_HEADER_SIZE_BYTES + data.length);
  const view = new DataView(segment.buffer);
  view.setUint8(0, header.connectionId << 4);
  view.setUint8(1, header.uPduId);
  view.setUint16(2, header.segment);
  view.setUint16(4, header.applicationId);
  segment.set(data, RCOP_HEADER_SIZE_BYTES);
  return segment;
}

/** Takes a segment apart; the low half of its first octet is not used. @returns undefined when it is too short */
export function decodeSegment(octets: Uint8Array): { header: RcopHeader; data: Uint8Array } | undefined {
  if (octets.length < RCOP_HEADER_SIZE_BYTES) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset);
  const header = {
    connectionId: view.getUint8(0) >> 4,
    uPduId: view.getUint8(1),
    segment: view.getUint16(2),
    applicationId: view.getUint16(4),
  };
  return { header, data: octets.subarray(RCOP_HEADER_SIZE_BYTES) };
}
