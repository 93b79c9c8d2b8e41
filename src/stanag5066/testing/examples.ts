import { type NodeAddress, parseNodeAddress } from "../node_address.ts";
import type { HardLink, SisPrimitive } from "../primitives.ts";
import type { ServiceType } from "../service_type.ts";

/** Octets from hexadecimal digits with spaces between. */
export function hexOctets(hex: string): Uint8Array {
  return Uint8Array.from(hex.split(" "), (octet) => parseInt(octet, 16));
}

/** An address that is known to be right. */
export function node(text: string): NodeAddress {
  const address = parseNodeAddress(text);
  if (address === undefined) throw new Error(`Cannot read address ${text}`);
  return address;
}

const FAR = node("10.20.30.40");
const NEAR = node("1.2.3.4");
const GROUP_5 = node("16.0.0.5");
const ALL = node("31.255.255.255");
const HELLO = new TextEncoder().encode("hello");
const LINK: HardLink = { type: 2, priority: 1, remoteSap: 6, remote: FAR };
const ARQ_NODE: ServiceType = {
  mode: "arq",
  confirmation: "node",
  order: "in-order",
  minRetransmissions: 0,
};
const ARQ_CLIENT: ServiceType = { ...ARQ_NODE, confirmation: "client" };
const ARQ: ServiceType = { ...ARQ_NODE, confirmation: "none" };
const NON_ARQ: ServiceType = { ...ARQ, mode: "non-arq" };

function request(
  fields: Partial<Extract<SisPrimitive, { kind: "unidataRequest" }>>,
): SisPrimitive {
  return {
    kind: "unidataRequest",
    priority: 5,
    destinationSap: 6,
    destination: FAR,
    delivery: ARQ_NODE,
    ttlMs: 120_000,
    uPdu: HELLO,
    ...fields,
  };
}

const INDICATION = {
  destinationSap: 5,
  destination: FAR,
  mode: "arq",
  sourceSap: 5,
  source: NEAR,
  damaged: [],
  missing: [],
  uPdu: HELLO,
} as const;
const ANSWER = { destinationSap: 5, destination: FAR, part: HELLO } as const;

function rcop(hex: string, text: string): Uint8Array {
  return Uint8Array.from([...hexOctets(hex), ...new TextEncoder().encode(text)]);
}

/** A primitive with its octets, as another implementation (tshark 4.0.17) reads them too. */
export type Example = readonly [what: string, hex: string, primitive: SisPrimitive];

/** One or more of every type of Annex A. */
export const EXAMPLES: readonly Example[] = [
  [
    "bind SAP 6, rank 0, ARQ, node confirmation, in order",
    "90 EB 00 00 04 01 60 14 00",
    { kind: "bindRequest", sap: 6, rank: 0, service: ARQ_NODE },
  ],
  [
    "bind SAP 6, rank 5, ARQ, client confirmation, as they arrive",
    "90 EB 00 00 04 01 65 1A 00",
    { kind: "bindRequest", sap: 6, rank: 5, service: { ...ARQ_CLIENT, order: "as-they-arrive" } },
  ],
  [
    "bind SAP 7, rank 3, not ARQ, 2 retransmissions",
    "90 EB 00 00 04 01 73 20 20",
    { kind: "bindRequest", sap: 7, rank: 3, service: { ...NON_ARQ, minRetransmissions: 2 } },
  ],
  ["unbind", "90 EB 00 00 01 02", { kind: "unbindRequest" }],
  [
    "bind accepted, SAP 6, MTU 2048",
    "90 EB 00 00 04 03 60 08 00",
    { kind: "bindAccepted", sap: 6, mtuBytes: 2048 },
  ],
  ["bind rejected, SAP in use", "90 EB 00 00 02 04 03", { kind: "bindRejected", reason: 3 }],
  ["unbound for inactivity", "90 EB 00 00 02 05 02", { kind: "unbindIndication", reason: 2 }],
  [
    "hard link asked for, type 2",
    "90 EB 00 00 06 06 96 EA 14 1E 28",
    { kind: "hardLinkEstablish", link: LINK },
  ],
  [
    "hard link to be terminated",
    "90 EB 00 00 05 07 EA 14 1E 28",
    { kind: "hardLinkTerminate", remote: FAR },
  ],
  [
    "hard link established",
    "90 EB 00 00 07 08 01 96 EA 14 1E 28",
    { kind: "hardLinkEstablished", status: 1, link: LINK },
  ],
  [
    "hard link rejected, not responding",
    "90 EB 00 00 07 09 03 96 EA 14 1E 28",
    { kind: "hardLinkRejected", reason: 3, link: LINK },
  ],
  [
    "hard link terminated, physical link broken",
    "90 EB 00 00 07 0A 05 96 EA 14 1E 28",
    { kind: "hardLinkTerminated", reason: 5, link: LINK },
  ],
  [
    "hard link wanted by the other side",
    "90 EB 00 00 07 0B 01 96 EA 14 1E 28",
    { kind: "hardLinkIndication", status: 1, link: LINK },
  ],
  [
    "hard link of the other side accepted",
    "90 EB 00 00 06 0C 96 EA 14 1E 28",
    { kind: "hardLinkAccept", link: LINK },
  ],
  [
    "hard link of the other side rejected",
    "90 EB 00 00 07 0D 01 96 EA 14 1E 28",
    { kind: "hardLinkReject", reason: 1, link: LINK },
  ],
  [
    "node receives only, emission control",
    "90 EB 00 00 03 0E 02 01",
    { kind: "subnetAvailability", status: 2, reason: 1 },
  ],
  ["data flow on", "90 EB 00 00 01 0F", { kind: "dataFlowOn" }],
  ["data flow off", "90 EB 00 00 01 10", { kind: "dataFlowOff" }],
  ["keep alive", "90 EB 00 00 01 11", { kind: "keepAlive" }],
  [
    "management request",
    "90 EB 00 00 04 12 01 41 42",
    { kind: "managementRequest", messageType: 1, body: hexOctets("41 42") },
  ],
  [
    "request, priority 5, ARQ with node confirmation, TTL 120 s",
    "90 EB 00 00 11 14 55 EA 14 1E 28 14 00 00 3C 00 05 68 65 6C 6C 6F",
    request({ destinationSap: 5 }),
  ],
  [
    "request, default mode, no limit of life",
    "90 EB 00 00 11 14 05 EA 14 1E 28 00 00 00 00 00 05 68 65 6C 6C 6F",
    request({ priority: 0, destinationSap: 5, delivery: undefined, ttlMs: undefined }),
  ],
  [
    "request to a group, not ARQ, 3 retransmissions, longest life",
    "90 EB 00 00 11 14 F5 F0 00 00 05 20 39 E3 40 00 05 68 65 6C 6C 6F",
    request({
      priority: 15,
      destinationSap: 5,
      destination: GROUP_5,
      delivery: { ...NON_ARQ, minRetransmissions: 3 },
      ttlMs: 15 * 86_400_000,
    }),
  ],
  [
    "request with an empty U_PDU, no confirmation",
    "90 EB 00 00 0C 14 06 EA 14 1E 28 10 00 00 00 00 00",
    request({ priority: 0, delivery: ARQ, ttlMs: undefined, uPdu: new Uint8Array(0) }),
  ],
  [
    "request to all stations, UDOP",
    "90 EB 00 00 17 14 07 FF FF FF FF 20 00 00 1E 00 0B 00 01 00 00 80 00 68 65 6C 6C 6F",
    request({
      priority: 0,
      destinationSap: 7,
      destination: ALL,
      delivery: NON_ARQ,
      ttlMs: 60_000,
      uPdu: rcop("00 01 00 00 80 00", "hello"),
    }),
  ],
  [
    "indication, ARQ",
    "90 EB 00 00 12 15 55 EA 14 1E 28 15 E1 02 03 04 00 05 68 65 6C 6C 6F",
    { kind: "unidataIndication", priority: 5, ...INDICATION },
  ],
  [
    "indication with errors, one damaged and one missing block",
    "90 EB 00 00 1E 15 55 EA 14 1E 28 35 E1 02 03 04 00 05 00 01 00 01 00 02 00 01 00 03 00 01 68 65 6C 6C 6F",
    {
      kind: "unidataIndication",
      priority: 5,
      ...INDICATION,
      mode: "non-arq-with-errors",
      damaged: [{ pointer: 1, sizeBytes: 2 }],
      missing: [{ pointer: 3, sizeBytes: 1 }],
    },
  ],
  [
    "confirm with the whole U_PDU",
    "90 EB 00 00 0D 16 05 EA 14 1E 28 00 05 68 65 6C 6C 6F",
    { kind: "unidataConfirm", ...ANSWER },
  ],
  [
    "rejected, TTL expired",
    "90 EB 00 00 0D 17 15 EA 14 1E 28 00 05 68 65 6C 6C 6F",
    { kind: "unidataRejected", reason: 1, ...ANSWER },
  ],
  [
    "expedited request",
    "90 EB 00 00 11 18 05 EA 14 1E 28 14 00 00 3C 00 05 68 65 6C 6C 6F",
    {
      kind: "expeditedUnidataRequest",
      destinationSap: 5,
      destination: FAR,
      delivery: ARQ_NODE,
      ttlMs: 120_000,
      uPdu: HELLO,
    },
  ],
  [
    "expedited indication",
    "90 EB 00 00 12 19 05 EA 14 1E 28 15 E1 02 03 04 00 05 68 65 6C 6C 6F",
    { kind: "expeditedUnidataIndication", ...INDICATION },
  ],
  [
    "expedited confirm",
    "90 EB 00 00 0D 1A 05 EA 14 1E 28 00 05 68 65 6C 6C 6F",
    { kind: "expeditedUnidataConfirm", ...ANSWER },
  ],
  [
    "expedited, rejected, not responding",
    "90 EB 00 00 0D 1B 35 EA 14 1E 28 00 05 68 65 6C 6C 6F",
    { kind: "expeditedUnidataRejected", reason: 3, ...ANSWER },
  ],
  [
    "RCOP request, client confirmation; connection 0, U_PDU 7",
    "90 EB 00 00 17 14 56 EA 14 1E 28 18 00 00 3C 00 0B 00 07 00 00 80 00 68 65 6C 6C 6F",
    request({ delivery: ARQ_CLIENT, uPdu: rcop("00 07 00 00 80 00", "hello") }),
  ],
  [
    "RCOP indication of the same",
    "90 EB 00 00 18 15 56 EA 14 1E 28 16 E1 02 03 04 00 0B 00 07 00 00 80 00 68 65 6C 6C 6F",
    {
      kind: "unidataIndication",
      priority: 5,
      ...INDICATION,
      destinationSap: 6,
      sourceSap: 6,
      uPdu: rcop("00 07 00 00 80 00", "hello"),
    },
  ],
  [
    "RCOP, connection 1, U_PDU 255, segment 0",
    "90 EB 00 00 15 14 56 EA 14 1E 28 14 00 00 3C 00 09 10 FF 00 00 80 00 68 65 6C",
    request({ uPdu: rcop("10 FF 00 00 80 00", "hel") }),
  ],
  [
    "RCOP, connection 1, U_PDU 255, segment 1",
    "90 EB 00 00 14 14 56 EA 14 1E 28 14 00 00 3C 00 08 10 FF 00 01 80 00 6C 6F",
    request({ uPdu: rcop("10 FF 00 01 80 00", "lo") }),
  ],
  [
    "RCOP, connection 1, the next U_PDU is 0",
    "90 EB 00 00 17 14 56 EA 14 1E 28 14 00 00 3C 00 0B 10 00 00 00 80 00 68 65 6C 6C 6F",
    request({ uPdu: rcop("10 00 00 00 80 00", "hello") }),
  ],
  [
    "RCOP segment confirmed, its header handed back",
    "90 EB 00 00 0E 16 06 EA 14 1E 28 00 06 10 FF 00 00 80 00",
    { kind: "unidataConfirm", destinationSap: 6, destination: FAR, part: rcop("10 FF 00 00 80 00", "") },
  ],
  [
    "RCOP segment rejected, its header handed back",
    "90 EB 00 00 0E 17 36 EA 14 1E 28 00 06 10 FF 00 01 80 00",
    {
      kind: "unidataRejected",
      reason: 3,
      destinationSap: 6,
      destination: FAR,
      part: rcop("10 FF 00 01 80 00", ""),
    },
  ],
  [
    "RCOP request with a stanza, TTL one hour",
    "90 EB 00 00 1C 14 66 E1 02 03 04 14 00 07 08 00 10 00 00 00 00 80 00 3C 6D 65 73 73 61 67 65 2F 3E",
    request({
      priority: 6,
      destination: NEAR,
      ttlMs: 3_600_000,
      uPdu: rcop("00 00 00 00 80 00", "<message/>"),
    }),
  ],
];
