import { decodeUnidata } from "./decode_unidata.ts";
import { FRAME_START, HEADER_SIZE_BYTES } from "./encode.ts";
import { Fields } from "./fields.ts";
import type { NodeAddress } from "./node_address.ts";
import { type HardLink, SIS_TYPE, type SisPrimitive } from "./primitives.ts";
import { decodeService } from "./service_type.ts";
import { SisError } from "./sis_error.ts";

type Kind = SisPrimitive["kind"];

const KINDS = new Map<number, Kind>(
  Object.entries(SIS_TYPE).map(([kind, type]) => [type, kind as Kind]),
);

/** Size from the type octet on, for those types that have always the same (section A.2.2). */
const FIXED_SIZES: Partial<Record<Kind, number>> = {
  bindRequest: 4,
  unbindRequest: 1,
  bindAccepted: 4,
  bindRejected: 2,
  unbindIndication: 2,
  hardLinkEstablish: 6,
  hardLinkTerminate: 5,
  hardLinkEstablished: 7,
  hardLinkRejected: 7,
  hardLinkTerminated: 7,
  hardLinkIndication: 7,
  hardLinkAccept: 6,
  hardLinkReject: 7,
  subnetAvailability: 3,
  dataFlowOn: 1,
  dataFlowOff: 1,
  keepAlive: 1,
};

const MOST_HARD_LINK_TYPE = 2;

/**
 * Checks as much of a frame's beginning as is there.
 * @returns its whole size, octets; undefined while that cannot be told
 * @throws {SisError} `preamble`, `version` or `size`
 */
export function frameSize(octets: Uint8Array): number | undefined {
  for (const [at, expected] of FRAME_START.entries()) {
    const octet = octets[at];
    if (octet === undefined) return undefined;
    if (octet === expected) continue;
    throw at < 2
      ? new SisError("preamble", "it does not begin with 90 EB")
      : new SisError("version", `version ${octet} instead of 0`);
  }
  const [, , , high, low, type] = octets;
  if (high === undefined || low === undefined) return undefined;
  const sizeBytes = high << 8 | low;
  if (sizeBytes === 0) throw new SisError("size", "its size is 0");
  if (type === undefined) return undefined;
  const kind = KINDS.get(type);
  const fixed = kind === undefined ? undefined : FIXED_SIZES[kind];
  if (fixed !== undefined && fixed !== sizeBytes) {
    throw new SisError("size", `${kind} has a size of ${sizeBytes} instead of ${fixed}`);
  }
  return HEADER_SIZE_BYTES + sizeBytes;
}

/**
 * Reads one whole frame. Bits that are not used may have any value.
 * @throws {SisError} of any kind
 */
export function decodePrimitive(frame: Uint8Array): SisPrimitive {
  const sizeBytes = frameSize(frame);
  if (sizeBytes === undefined || frame.length < sizeBytes) throw new SisError("truncated", "it is cut short");
  if (frame.length > sizeBytes) throw new SisError("size", "octets follow its end");
  const type = frame[HEADER_SIZE_BYTES] ?? 0;
  const kind = KINDS.get(type);
  if (kind === undefined) throw new SisError("unknown-type", `type ${type} is unknown`);
  const fields = new Fields(frame.subarray(HEADER_SIZE_BYTES + 1));
  return fieldsOf(kind, fields);
}

function fieldsOf(kind: Kind, fields: Fields): SisPrimitive {
  switch (kind) {
    case "unbindRequest":
    case "dataFlowOn":
    case "dataFlowOff":
    case "keepAlive":
      return { kind };
    case "bindRequest":
      return bind(fields);
    case "bindAccepted":
      return { kind, sap: fields.halves()[0], mtuBytes: fields.u16() };
    case "bindRejected":
    case "unbindIndication":
      return { kind, reason: fields.octet() };
    case "hardLinkEstablish":
    case "hardLinkAccept":
      return { kind, link: hardLink(fields) };
    case "hardLinkTerminate":
      return { kind, remote: individual(fields) };
    case "hardLinkEstablished":
    case "hardLinkIndication":
      return { kind, status: fields.octet(), link: hardLink(fields) };
    case "hardLinkRejected":
    case "hardLinkTerminated":
    case "hardLinkReject":
      return { kind, reason: fields.octet(), link: hardLink(fields) };
    case "subnetAvailability":
      return { kind, status: fields.octet(), reason: fields.octet() };
    case "managementRequest":
    case "managementIndication":
      return { kind, messageType: fields.octet(), body: fields.rest() };
    default:
      return decodeUnidata(kind, fields);
  }
}

function bind(fields: Fields): SisPrimitive {
  const [sap, rank] = fields.halves();
  const octet = fields.octet();
  const service = decodeService(octet, fields.halves()[0]);
  if (service === undefined) throw new SisError("value", "a bind without a transmission mode");
  return { kind: "bindRequest", sap, rank, service };
}

function hardLink(fields: Fields): HardLink {
  const octet = fields.octet();
  const link = {
    type: octet >> 6,
    priority: (octet >> 4) & 3,
    remoteSap: octet & 15,
    remote: individual(fields),
  };
  if (link.type > MOST_HARD_LINK_TYPE) {
    throw new SisError("value", `hard link type ${link.type} is not defined`);
  }
  return link;
}

function individual(fields: Fields): NodeAddress {
  const address = fields.address();
  if (address.isGroup) throw new SisError("value", "a group where a single node is meant");
  return address;
}
