import {
  type ClientPrimitive,
  formatNodeAddress,
  type NodeAddress,
  parseNodeAddress,
  type ServerPrimitive,
  type ServiceType,
  UNIDATA_REJECTED,
} from "../../stanag5066/mod.ts";
import type { HfAddress } from "./dpdu.ts";
import type { UPduArrival, UPduRequest } from "./node.ts";
import type { UPduOutcome } from "./waiting.ts";

/** A request to send a U_PDU. */
export type Unidata = Extract<ClientPrimitive, { kind: "unidataRequest" | "expeditedUnidataRequest" }>;

/** What the node is asked for. */
export function requestOf(
  sourceSap: number,
  request: Unidata,
  service: ServiceType,
): Omit<UPduRequest, "settled"> {
  return {
    to: formatNodeAddress(request.destination),
    sourceSap,
    destinationSap: request.destinationSap,
    priority: request.kind === "unidataRequest" ? request.priority : 0,
    expedited: request.kind === "expeditedUnidataRequest",
    ...(service.mode !== "arq" && { datagramTimes: 1 + service.minRetransmissions }),
    clientConfirm: service.confirmation === "client",
    inOrder: service.order === "in-order",
    ttlMs: request.ttlMs,
    uPdu: request.uPdu,
  };
}

/** The confirm or, with a reason, the reject of a request. */
export function answerTo(
  request: Unidata,
  reason: number | undefined,
  returnedBytes: number,
): ServerPrimitive {
  const { destinationSap, destination, uPdu } = request;
  const answer = { destinationSap, destination, part: uPdu.subarray(0, returnedBytes) };
  const isExpedited = request.kind === "expeditedUnidataRequest";
  if (reason === undefined) {
    return { kind: isExpedited ? "expeditedUnidataConfirm" : "unidataConfirm", ...answer };
  }
  return { kind: isExpedited ? "expeditedUnidataRejected" : "unidataRejected", reason, ...answer };
}

/** The indication of what has come. */
export function indicationOf(arrival: UPduArrival): ServerPrimitive {
  const { destinationSap, sourceSap, isDatagram, uPdu } = arrival;
  const indication = {
    destinationSap,
    destination: nodeAddress(arrival.to),
    mode: isDatagram ? "non-arq" : "arq",
    sourceSap,
    source: nodeAddress(arrival.from),
    damaged: [],
    missing: [],
    uPdu,
  } as const;
  if (arrival.expedited) return { kind: "expeditedUnidataIndication", ...indication };
  return { kind: "unidataIndication", priority: arrival.priority, ...indication };
}

/** Reason of the reject; undefined when it was delivered. */
export function outcomeReason(outcome: UPduOutcome): number | undefined {
  return REASONS[outcome];
}

const REASONS: Readonly<Record<UPduOutcome, number | undefined>> = {
  "delivered": undefined,
  "ttl-expired": UNIDATA_REJECTED.ttlExpired,
  "sap-not-bound": UNIDATA_REJECTED.sapNotBound,
  "not-responding": UNIDATA_REJECTED.nodeNotResponding,
};

/** The address in the form of primitives. @throws {RangeError} when it is none */
export function nodeAddress(address: HfAddress): NodeAddress {
  const parsed = parseNodeAddress(address);
  if (parsed === undefined) throw new RangeError(`Cannot use node address ${address}: w.x.y.z is needed`);
  return parsed;
}
