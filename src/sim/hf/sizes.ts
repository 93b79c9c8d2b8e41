/** D_PDU types of Annex C that travel on the simulated air. */
export const DPDU = {
  dataOnly: 0,
  ackOnly: 1,
  dataAck: 2,
  nonArqData: 7,
  expeditedNonArqData: 8,
  warning: 15,
} as const;

/** Octets besides address, segment and selective acknowledgement: sync, header, both CRCs (Annex C, C.3). */
const FIXED_OVERHEAD_BYTES: Readonly<Record<DPduType, number>> = {
  [DPDU.dataOnly]: 15,
  [DPDU.ackOnly]: 9,
  [DPDU.dataAck]: 16,
  [DPDU.nonArqData]: 21,
  [DPDU.expeditedNonArqData]: 21,
  [DPDU.warning]: 9,
};

/** Number of a D_PDU type. */
export type DPduType = typeof DPDU[keyof typeof DPDU];

/** What a D_PDU's size depends on. */
export interface DPduParts {
  /** Octets of the address field (m), 1 to 7. */
  readonly addressBytes: number;
  /** Octets of the segment, 0 to 1,023. */
  readonly segmentBytes?: number;
  /** Octets of the selective acknowledgement's bit map, 0 to 16. */
  readonly ackMapBytes?: number;
}

/** Octets on the air of a D_PDU, sync and CRCs included. */
export function dpduBytes(type: DPduType, parts: DPduParts): number {
  const { addressBytes, segmentBytes = 0, ackMapBytes = 0 } = parts;
  return FIXED_OVERHEAD_BYTES[type] + addressBytes + segmentBytes + ackMapBytes;
}

/** Octets of the selective acknowledgement: from the frame behind RX LWE to the last one held (C.3.4). */
export function ackMapBytes(rxLwe: number, lastHeld: number | undefined): number {
  return lastHeld === undefined || lastHeld <= rxLwe ? 0 : Math.ceil((lastHeld - rxLwe) / 8);
}

/** Octets of the C_PDU that bears a U_PDU: header of the C_PDU, of the DATA S_PDU, time-to-die when there is one. */
export function dataCPduBytes(uPduBytes: number, hasTimeToDie: boolean): number {
  return uPduBytes + (hasTimeToDie ? 6 : 4);
}

/** Octets of the C_PDU of a DATA DELIVERY CONFIRM or FAIL that hands back `returnedBytes` of the U_PDU. */
export function deliveryCPduBytes(returnedBytes: number): number {
  return 3 + returnedBytes;
}

/** Octets of a C_PDU of the channel access sublayer other than DATA (Annex B, B.3.1). */
export const LINK_CPDU_BYTES = 1;

/** Octets of the C_PDU of an S_PDU about hard links: a request names two SAPs, all others are one octet. */
export function hardLinkCPduBytes(isRequest: boolean): number {
  return isRequest ? 3 : 2;
}

/** In place of a SAP for what the nodes themselves say. */
export const NODE_SAP = -1;
