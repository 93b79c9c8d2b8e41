import type { NodeAddress } from "./node_address.ts";
import type { ServiceType, TransmissionMode } from "./service_type.ts";

/** A hard link as its primitives name it (Annex A, section A.3.2.2). */
export interface HardLink {
  /** 0: every client may use it; 1: one of ours with all of theirs; 2: one of ours with one of theirs. */
  readonly type: number;
  /** 0 to 3. */
  readonly priority: number;
  /** Means something for type 2 only. */
  readonly remoteSap: number;
  /** Never a group. */
  readonly remote: NodeAddress;
}

/** A part of a U_PDU that came damaged, or not at all; numbers as they stand in the primitive. */
export interface Block {
  readonly pointer: number;
  readonly sizeBytes: number;
}

interface Bind {
  readonly kind: "bindRequest";
  readonly sap: number;
  /** 0 to 15; 15 is for managers of the node only. */
  readonly rank: number;
  readonly service: ServiceType;
}

interface Management {
  readonly messageType: number;
  readonly body: Uint8Array;
}

interface Request {
  readonly destinationSap: number;
  /** A group only without ARQ. */
  readonly destination: NodeAddress;
  /** Undefined is DEFAULT: the service type given at bind. */
  readonly delivery: ServiceType | undefined;
  /**
   * Life of the U_PDU; undefined is no limit of the client's. Sent in units of 2 s, rounded up to at least one, and
   * at most 15 days.
   */
  readonly ttlMs: number | undefined;
  readonly uPdu: Uint8Array;
}

interface Indication {
  readonly destinationSap: number;
  /** Our own, or a group of ours. */
  readonly destination: NodeAddress;
  readonly mode: TransmissionMode;
  readonly sourceSap: number;
  readonly source: NodeAddress;
  /** Blocks received in error; with mode `non-arq-with-errors` only. */
  readonly damaged: readonly Block[];
  /** Blocks not received; with mode `non-arq-with-errors` only. */
  readonly missing: readonly Block[];
  readonly uPdu: Uint8Array;
}

interface Answer {
  readonly destinationSap: number;
  readonly destination: NodeAddress;
  /** The U_PDU, or as much of its beginning as the server gives back. */
  readonly part: Uint8Array;
}

/** What a client says to the SIS server. */
export type ClientPrimitive =
  | Bind
  | { readonly kind: "unbindRequest" }
  | { readonly kind: "hardLinkEstablish"; readonly link: HardLink }
  | { readonly kind: "hardLinkTerminate"; readonly remote: NodeAddress }
  | { readonly kind: "hardLinkAccept"; readonly link: HardLink }
  | { readonly kind: "hardLinkReject"; readonly reason: number; readonly link: HardLink }
  | { readonly kind: "keepAlive" }
  | { readonly kind: "managementRequest" } & Management
  /** Priority 0 to 15, 15 the most urgent. */
  | { readonly kind: "unidataRequest"; readonly priority: number } & Request
  | { readonly kind: "expeditedUnidataRequest" } & Request;

/** What the SIS server says to a client. Reasons and states are numbers: others than those in `codes.ts` may come. */
export type ServerPrimitive =
  | { readonly kind: "bindAccepted"; readonly sap: number; readonly mtuBytes: number }
  | { readonly kind: "bindRejected"; readonly reason: number }
  | { readonly kind: "unbindIndication"; readonly reason: number }
  /** Status 0 is an error, 1 or more is good. */
  | { readonly kind: "hardLinkEstablished"; readonly status: number; readonly link: HardLink }
  | { readonly kind: "hardLinkRejected"; readonly reason: number; readonly link: HardLink }
  | { readonly kind: "hardLinkTerminated"; readonly reason: number; readonly link: HardLink }
  | { readonly kind: "hardLinkIndication"; readonly status: number; readonly link: HardLink }
  | { readonly kind: "subnetAvailability"; readonly status: number; readonly reason: number }
  | { readonly kind: "dataFlowOn" }
  | { readonly kind: "dataFlowOff" }
  | { readonly kind: "keepAlive" }
  | { readonly kind: "managementIndication" } & Management
  | { readonly kind: "unidataIndication"; readonly priority: number } & Indication
  | { readonly kind: "unidataConfirm" } & Answer
  /** Reason 0 to 15. */
  | { readonly kind: "unidataRejected"; readonly reason: number } & Answer
  | { readonly kind: "expeditedUnidataIndication" } & Indication
  | { readonly kind: "expeditedUnidataConfirm" } & Answer
  | { readonly kind: "expeditedUnidataRejected"; readonly reason: number } & Answer;

/** An S_PRIMITIVE of the Subnetwork Interface Service (Annex A, section A.2.2). */
export type SisPrimitive = ClientPrimitive | ServerPrimitive;

/** Type codes of the primitives. */
export const SIS_TYPE = {
  bindRequest: 1,
  unbindRequest: 2,
  bindAccepted: 3,
  bindRejected: 4,
  unbindIndication: 5,
  hardLinkEstablish: 6,
  hardLinkTerminate: 7,
  hardLinkEstablished: 8,
  hardLinkRejected: 9,
  hardLinkTerminated: 10,
  hardLinkIndication: 11,
  hardLinkAccept: 12,
  hardLinkReject: 13,
  subnetAvailability: 14,
  dataFlowOn: 15,
  dataFlowOff: 16,
  keepAlive: 17,
  managementRequest: 18,
  managementIndication: 19,
  unidataRequest: 20,
  unidataIndication: 21,
  unidataConfirm: 22,
  unidataRejected: 23,
  expeditedUnidataRequest: 24,
  expeditedUnidataIndication: 25,
  expeditedUnidataConfirm: 26,
  expeditedUnidataRejected: 27,
} as const satisfies Record<SisPrimitive["kind"], number>;
