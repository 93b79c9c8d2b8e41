/** Node address in its dotted form, such as `1.2.3.4`; the first number of a group is 16 to 31. */
export type HfAddress = string;

/** The first number of a group address is at least this. */
const FIRST_OF_GROUPS = 16;

/** Whether it is a group's address. Every station is taken to be in every group. */
export function isGroup(address: HfAddress): boolean {
  return Number(address.split(".", 1)[0]) >= FIRST_OF_GROUPS;
}

/** What a CAS-1 C_PDU other than DATA says (Annex B, B.3.1). */
export type LinkSignal =
  | { readonly kind: "request"; readonly exclusive: boolean }
  | { readonly kind: "accepted" }
  | { readonly kind: "rejected"; readonly reason: LinkRefusal }
  | { readonly kind: "break"; readonly reason: LinkBreak }
  | { readonly kind: "break-confirm" };

/** Why a physical link is refused. */
export type LinkRefusal = "unknown" | "exclusive-link";

/** Why a physical link is broken. */
export type LinkBreak = "higher-layer" | "no-more-data";

/** A U_PDU on its way. */
export interface DataSPdu {
  readonly kind: "data";
  /** Of the sending node; in the real S_PDU the leading octets say which one a confirmation is for. */
  readonly id: number;
  readonly sourceSap: number;
  readonly destinationSap: number;
  readonly priority: number;
  readonly expedited: boolean;
  readonly clientConfirm: boolean;
  readonly uPdu: Uint8Array;
}

/** What the subnetwork interface sublayers say to one another (Annex A, A.3.1). */
export type SPdu =
  | DataSPdu
  | { readonly kind: "delivery-confirm" | "delivery-fail"; readonly of: DataSPdu }
  | {
    readonly kind: "hard-link-request";
    /** 0, 1 or 2. */
    readonly type: number;
    readonly priority: number;
    readonly rank: number;
    readonly sourceSap: number;
    readonly destinationSap: number;
  }
  | { readonly kind: "hard-link-confirm" }
  | { readonly kind: "hard-link-rejected"; readonly reason: number }
  | { readonly kind: "hard-link-terminate"; readonly reason: number }
  | { readonly kind: "hard-link-terminate-confirm" };

/** A C_PDU that goes by ARQ, cut into segments. */
export interface CPdu {
  readonly sPdu: SPdu;
  readonly sizeBytes: number;
  readonly inOrder: boolean;
}

/** The part of a C_PDU that one D_PDU bears. Frames are counted without end here; on the real air modulo 256. */
export interface Segment {
  readonly cPdu: CPdu;
  readonly frame: number;
  readonly sizeBytes: number;
  /** The last one of its C_PDU. */
  readonly isLast: boolean;
}

/** A selective acknowledgement. */
export interface Ack {
  /** Which of the sender's windows is meant; see `ArqSender`. */
  readonly window: number;
  /** Oldest frame not received. */
  readonly rxLwe: number;
  /** Frames behind it that are held. */
  readonly held: ReadonlySet<number>;
}

/** What one D_PDU bears. */
export type DPduBody =
  | { readonly kind: "arq"; readonly window: number; readonly segment?: Segment; readonly ack?: Ack }
  | { readonly kind: "link"; readonly signal: LinkSignal }
  /** A WARNING: data has come though there is no link. */
  | { readonly kind: "not-connected" }
  /** A part of a C_PDU that is sent without ARQ. */
  | {
    readonly kind: "datagram";
    readonly cPdu: CPdu;
    readonly offsetBytes: number;
    readonly sizeBytes: number;
  };

/** A D_PDU on the simulated air: its real size, and what it bears as an object. */
export interface DPdu {
  readonly from: HfAddress;
  readonly to: HfAddress;
  readonly sizeBytes: number;
  readonly body: DPduBody;
}
