import type { Unidata } from "./decode_unidata.ts";
import { encodeNodeAddress, type NodeAddress } from "./node_address.ts";
import { type Block, type HardLink, SIS_TYPE, type SisPrimitive } from "./primitives.ts";
import { encodeMode, encodeService, type ServiceType, type TransmissionMode } from "./service_type.ts";
import { TTL_MOST_UNITS, TTL_UNIT_MS } from "./ttl.ts";

/** What every frame begins with: the preamble, low octet first, and version 0 (section A.2.2.2). */
export const FRAME_START = [0x90, 0xeb, 0x00] as const;
/** Octets before the type: preamble, version, size. */
export const HEADER_SIZE_BYTES = 5;
/** Greatest size of a frame: its 16-bit size field counts from the type on. */
export const MOST_FRAME_SIZE_BYTES = HEADER_SIZE_BYTES + 0xffff;

const NOTHING = new Uint8Array(0);

/** What follows the type: fields, then the octets of a body. */
type Arguments = readonly [fields: readonly number[], body?: Uint8Array];

/**
 * The octets of a primitive, frame and all.
 * @throws {RangeError} when a field has a value that the format cannot hold or Annex A does not allow: our own mistake
 */
export function encodePrimitive(primitive: SisPrimitive): Uint8Array<ArrayBuffer> {
  const [fields, body = NOTHING] = argumentsOf(primitive);
  const sizeBytes = 1 + fields.length + body.length;
  inRange("size", sizeBytes, 0xffff);
  const frame = new Uint8Array(HEADER_SIZE_BYTES + sizeBytes);
  frame.set([...FRAME_START, ...u16(sizeBytes), SIS_TYPE[primitive.kind], ...fields]);
  frame.set(body, frame.length - body.length);
  return frame;
}

function argumentsOf(primitive: SisPrimitive): Arguments {
  switch (primitive.kind) {
    case "bindRequest": {
      const { sap, rank, service } = primitive;
      return [[halves(sap, rank), ...delivery(service, 0)]];
    }
    case "bindAccepted":
      return [[halves(primitive.sap, 0), ...u16(primitive.mtuBytes)]];
    case "bindRejected":
    case "unbindIndication":
      return [[octet(primitive.reason)]];
    case "hardLinkEstablish":
    case "hardLinkAccept":
      return [hardLink(primitive.link)];
    case "hardLinkTerminate":
      return [individual(primitive.remote)];
    case "hardLinkEstablished":
    case "hardLinkIndication":
      return [[octet(primitive.status), ...hardLink(primitive.link)]];
    case "hardLinkRejected":
    case "hardLinkTerminated":
    case "hardLinkReject":
      return [[octet(primitive.reason), ...hardLink(primitive.link)]];
    case "subnetAvailability":
      return [[octet(primitive.status), octet(primitive.reason)]];
    case "unbindRequest":
    case "dataFlowOn":
    case "dataFlowOff":
    case "keepAlive":
      return [[]];
    case "managementRequest":
    case "managementIndication":
      return [[octet(primitive.messageType)], primitive.body];
    default:
      return unidata(primitive);
  }
}

function unidata(primitive: Unidata): Arguments {
  switch (primitive.kind) {
    case "unidataRequest":
      return request(primitive.priority, primitive);
    case "expeditedUnidataRequest":
      return request(0, primitive);
    case "unidataIndication":
      return indication(primitive.priority, primitive);
    case "expeditedUnidataIndication":
      return indication(0, primitive);
    case "unidataConfirm":
    case "expeditedUnidataConfirm":
      return answer(0, primitive);
    case "unidataRejected":
    case "expeditedUnidataRejected":
      return answer(primitive.reason, primitive);
  }
}

function request(
  priority: number,
  { destinationSap, destination, delivery: service, ttlMs, uPdu }: Extract<Unidata, { ttlMs: unknown }>,
): Arguments {
  if (destination.isGroup && service?.mode === "arq") throw new RangeError("Cannot send by ARQ to a group");
  const ttl = ttlUnits(ttlMs);
  return [[
    halves(priority, destinationSap),
    ...encodeNodeAddress(destination),
    ...delivery(service, ttl >>> 16),
    ...u16(ttl & 0xffff),
    ...u16(uPdu.length),
  ], uPdu];
}

function ttlUnits(ttlMs: number | undefined): number {
  if (ttlMs === undefined) return 0;
  return Math.min(TTL_MOST_UNITS, Math.max(1, Math.ceil(ttlMs / TTL_UNIT_MS)));
}

function indication(
  priority: number,
  from: Extract<Unidata, { sourceSap: number }>,
): Arguments {
  const { destinationSap, destination, mode, sourceSap, source, damaged, missing, uPdu } = from;
  if (destination.isGroup && mode === "arq") throw new RangeError("Cannot deliver by ARQ to a group");
  return [[
    halves(priority, destinationSap),
    ...encodeNodeAddress(destination),
    halves(encodeMode(mode), sourceSap),
    ...individual(source),
    ...u16(uPdu.length),
    ...faults(mode, damaged, missing),
  ], uPdu];
}

function faults(mode: TransmissionMode, damaged: readonly Block[], missing: readonly Block[]): number[] {
  if (mode === "non-arq-with-errors") return [...blocks(damaged), ...blocks(missing)];
  if (damaged.length + missing.length === 0) return [];
  throw new RangeError(`Cannot name faulty blocks in mode ${mode}`);
}

function blocks(all: readonly Block[]): number[] {
  return [
    ...u16(all.length),
    ...all.flatMap(({ pointer, sizeBytes }) => [...u16(pointer), ...u16(sizeBytes)]),
  ];
}

function answer(
  reason: number,
  { destinationSap, destination, part }: Extract<Unidata, { part: unknown }>,
): Arguments {
  return [
    [halves(reason, destinationSap), ...encodeNodeAddress(destination), ...u16(part.length)],
    part,
  ];
}

function hardLink({ type, priority, remoteSap, remote }: HardLink): number[] {
  const first = (inRange("hard link type", type, 2) << 6) | (inRange("priority", priority, 3) << 4) |
    inRange("SAP", remoteSap, 15);
  return [first, ...individual(remote)];
}

function individual(address: NodeAddress): number[] {
  if (address.isGroup) throw new RangeError("Cannot name a group where a single node is meant");
  return encodeNodeAddress(address);
}

function delivery(service: ServiceType | undefined, lowHalf: number): number[] {
  const { octet, minRetransmissions } = encodeService(service);
  return [octet, halves(minRetransmissions, lowHalf)];
}

function halves(high: number, low: number): number {
  return (inRange("half-octet", high, 15) << 4) | inRange("half-octet", low, 15);
}

function octet(value: number): number {
  return inRange("octet", value, 0xff);
}

function u16(value: number): [number, number] {
  inRange("16-bit number", value, 0xffff);
  return [value >>> 8, value & 0xff];
}

function inRange(what: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new RangeError(`Cannot encode ${what}: ${value} is not from 0 to ${most}`);
}
