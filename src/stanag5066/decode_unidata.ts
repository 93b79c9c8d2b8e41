import type { Fields } from "./fields.ts";
import type { NodeAddress } from "./node_address.ts";
import type { Block, SisPrimitive } from "./primitives.ts";
import { decodeMode, decodeService } from "./service_type.ts";
import { SisError } from "./sis_error.ts";
import { TTL_MOST_UNITS, TTL_UNIT_MS } from "./ttl.ts";

/** The primitives that carry a U_PDU or a part of one. */
export type Unidata = Extract<SisPrimitive, { readonly destination: NodeAddress }>;

const MODE_WITH_ERRORS = 3;
/** Two empty lists of faulty blocks. */
const NO_FAULTS_SIZE_BYTES = 4;

/**
 * Reads the fields of a primitive that carries a U_PDU. Layout goes before values: what does not fill its frame shows
 * that the two sides do not mean the same.
 * @throws {SisError} `layout` or `value`
 */
export function decodeUnidata(kind: Unidata["kind"], fields: Fields): Unidata {
  switch (kind) {
    case "unidataRequest": {
      const { priority, ...rest } = request(fields);
      return { kind, priority, ...rest };
    }
    case "expeditedUnidataRequest": {
      const { priority: _unused, ...rest } = request(fields);
      return { kind, ...rest };
    }
    case "unidataIndication": {
      const { priority, ...rest } = indication(fields);
      return { kind, priority, ...rest };
    }
    case "expeditedUnidataIndication": {
      const { priority: _unused, ...rest } = indication(fields);
      return { kind, ...rest };
    }
    case "unidataConfirm":
    case "expeditedUnidataConfirm": {
      const { reason: _unused, ...rest } = answer(fields);
      return { kind, ...rest };
    }
    case "unidataRejected":
    case "expeditedUnidataRejected":
      return { kind, ...answer(fields) };
  }
}

function request(fields: Fields) {
  const [priority, destinationSap] = fields.halves();
  const destination = fields.address();
  const service = fields.octet();
  const [minRetransmissions, ttlHigh] = fields.halves();
  const ttlUnits = ttlHigh << 16 | fields.u16();
  const uPdu = fields.octets(fields.u16());
  fields.end();
  const delivery = decodeService(service, minRetransmissions);
  if (destination.isGroup && delivery?.mode === "arq") throw new SisError("value", "ARQ to a group");
  if (ttlUnits > TTL_MOST_UNITS) {
    throw new SisError("value", `a TTL of ${ttlUnits} exceeds ${TTL_MOST_UNITS}`);
  }
  const ttlMs = ttlUnits === 0 ? undefined : ttlUnits * TTL_UNIT_MS;
  return { priority, destinationSap, destination, delivery, ttlMs, uPdu };
}

function indication(fields: Fields) {
  const [priority, destinationSap] = fields.halves();
  const destination = fields.address();
  const [modeCode, sourceSap] = fields.halves();
  const source = fields.address();
  const sizeBytes = fields.u16();
  const hasFaults = modeCode === MODE_WITH_ERRORS;
  const damaged = hasFaults ? blocks(fields) : [];
  const missing = hasFaults ? blocks(fields) : [];
  if (!hasFaults && fields.left === sizeBytes + NO_FAULTS_SIZE_BYTES) skipEmptyLists(fields);
  const uPdu = fields.octets(sizeBytes);
  fields.end();
  const mode = decodeMode(modeCode);
  if (source.isGroup) throw new SisError("value", "the source is a group");
  if (destination.isGroup && mode === "arq") throw new SisError("value", "ARQ to a group");
  return { priority, destinationSap, destination, mode, sourceSap, source, damaged, missing, uPdu };
}

/** Servers of Rockwell Collins up to 2.1 put the two lists into every indication, empty where they do not belong. */
function skipEmptyLists(fields: Fields): void {
  if (fields.octets(NO_FAULTS_SIZE_BYTES).some((octet) => octet !== 0)) {
    throw new SisError("layout", "faulty blocks where there can be none");
  }
}

function blocks(fields: Fields): Block[] {
  const count = fields.u16();
  const all: Block[] = [];
  for (let i = 0; i < count; i++) all.push({ pointer: fields.u16(), sizeBytes: fields.u16() });
  return all;
}

function answer(fields: Fields) {
  const [reason, destinationSap] = fields.halves();
  const destination = fields.address();
  const part = fields.octets(fields.u16());
  fields.end();
  return { reason, destinationSap, destination, part };
}
