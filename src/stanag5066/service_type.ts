import { SisError } from "./sis_error.ts";

/** How a U_PDU crosses the air: with acknowledgements, or without, delivered only when whole or with its errors. */
export type TransmissionMode = "arq" | "non-arq" | "non-arq-with-errors";
/** Who confirms a U_PDU: nobody, the remote node's ARQ, or the remote node once its client has it. */
export type Confirmation = "none" | "node" | "client";
/** In which order the remote client gets U_PDUs. */
export type DeliveryOrder = "in-order" | "as-they-arrive";

/** Service type of a bind, delivery mode of a U_PDU (Annex A, figures ). */
export interface ServiceType {
  readonly mode: TransmissionMode;
  /** Other than `none` with ARQ only. */
  readonly confirmation: Confirmation;
  readonly order: DeliveryOrder;
  /** How often more than once a U_PDU is sent without ARQ, 0 to 15. */
  readonly minRetransmissions: number;
}

const MODES: readonly (TransmissionMode | undefined)[] = [undefined, "arq", "non-arq", "non-arq-with-errors"];
const CONFIRMATIONS: readonly Confirmation[] = ["none", "node", "client"];
const ORDERS: readonly DeliveryOrder[] = ["in-order", "as-they-arrive"];

/** The code of a transmission mode, 1 to 3. */
export function encodeMode(mode: TransmissionMode): number {
  return MODES.indexOf(mode);
}

/** @throws {SisError} `value` */
export function decodeMode(code: number): TransmissionMode {
  const mode = MODES[code];
  if (mode === undefined) throw new SisError("value", `transmission mode ${code} is not defined`);
  return mode;
}

/**
 * The octet of a service type, and the half-octet behind it.
 * @param service undefined is DEFAULT, as agreed at bind
 * @throws {RangeError} when it is none that may be asked for
 */
export function encodeService(
  service: ServiceType | undefined,
): { octet: number; minRetransmissions: number } {
  if (service === undefined) return { octet: 0, minRetransmissions: 0 };
  const { mode, confirmation, order, minRetransmissions } = service;
  if (confirmation !== "none" && mode !== "arq") {
    throw new RangeError(`Cannot encode service type: ${confirmation} confirmation needs ARQ`);
  }
  const octet = (encodeMode(mode) << 4) | (CONFIRMATIONS.indexOf(confirmation) << 2) |
    (ORDERS.indexOf(order) << 1);
  return { octet, minRetransmissions };
}

/**
 * Reads the octet of a service type and the half-octet behind it.
 * @returns undefined for DEFAULT, whose other attributes are to be ignored (section A.2.2.28.2)
 * @throws {SisError} `value`
 */
export function decodeService(octet: number, minRetransmissions: number): ServiceType | undefined {
  if (octet >> 4 === 0) return undefined;
  if ((octet & 1) !== 0) throw new SisError("value", "the extended field is not defined");
  const mode = decodeMode(octet >> 4);
  const confirmation = CONFIRMATIONS[(octet >> 2) & 3];
  if (confirmation === undefined) throw new SisError("value", "delivery confirmation 3 is not defined");
  if (confirmation !== "none" && mode !== "arq") {
    throw new SisError("value", `${confirmation} confirmation needs ARQ`);
  }
  return { mode, confirmation, order: (octet & 2) === 0 ? "in-order" : "as-they-arrive", minRetransmissions };
}
