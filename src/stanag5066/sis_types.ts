import type { NodeAddress } from "./node_address.ts";
import type { Outcome } from "./outstanding.ts";
import type { ClientPrimitive, HardLink, ServerPrimitive } from "./primitives.ts";

/** How a client is bound, and how it goes about it. */
export interface SisBinding {
  readonly sap: number;
  /** 0 to 15; 15 is for managers of the node only. */
  readonly rank: number;
  /** Who confirms U_PDUs: the remote node, or the remote node once its client has them (costs a turnaround). */
  readonly confirmation: "node" | "client";
  /** Most U_PDUs without an answer, 1 to 255. */
  readonly mostOutstanding: number;
}

/** One U_PDU to be sent. */
export interface UnidataRequest {
  readonly destination: NodeAddress;
  readonly destinationSap: number;
  /** 0 to 15, 15 the most urgent. */
  readonly priority: number;
  /** Undefined: as long as the server lets it live. */
  readonly ttlMs: number | undefined;
  /** At most the MTU of the bind. Belongs to the client until its outcome. */
  readonly uPdu: Uint8Array;
}

/** A U_PDU that came for our SAP. */
export type UnidataIndication = Extract<ServerPrimitive, { readonly kind: "unidataIndication" }>;

/**
 * Why a client is not bound. `why` is one of a closed list, `detail` is for people.
 *
 * - `unreachable`: no connection to the server.
 * - `closed`: the server closed the connection, or it broke.
 * - `silent`: no answer to the bind.
 * - `rejected`: S_BIND_REJECTED.
 * - `unbound`: S_UNBIND_INDICATION.
 * - `garbage`: octets that are no primitives, or an MTU that nothing fits into.
 * - `withdrawn`: by us, to take back what was not sent; it is bound again soon.
 * - `stopped`: by us.
 */
export interface Unbound {
  readonly why:
    | "unreachable"
    | "closed"
    | "silent"
    | "rejected"
    | "unbound"
    | "garbage"
    | "withdrawn"
    | "stopped";
  readonly detail: string;
}

/** What became of hard links (Annex A, section A.3.2.2). */
export type HardLinkEvent =
  /** Ours is there. Status 0 says that the remote node has trouble. */
  | { readonly kind: "established"; readonly link: HardLink; readonly status: number }
  /** Ours was refused. */
  | { readonly kind: "rejected"; readonly link: HardLink; readonly reason: number }
  /** Ours, or one of type 2 of the other side, is gone. */
  | { readonly kind: "terminated"; readonly link: HardLink; readonly reason: number }
  /** The other side wants one of type 2 with us: accept or reject it. */
  | { readonly kind: "wanted"; readonly link: HardLink; readonly status: number };

/** What a client tells those above it. Each is called after the client's state has changed. */
export interface SisClientEvents {
  /** Bound: U_PDUs of up to `mtuBytes` can be sent and will come. */
  bound(mtuBytes: number): void;
  /** Bound no more, or not yet again; the outcomes of all that was outstanding came before. */
  unbound(why: Unbound): void;
  /** `isOpen` of the client may have changed: data flow on or off, the state of the node, a slow server. */
  flow(): void;
  /** Once for every U_PDU that was submitted. */
  outcome(handle: number, outcome: Outcome): void;
  received(indication: UnidataIndication): void;
  hardLink(event: HardLinkEvent): void;
}

/** What a client has done for it: the connection to the SIS server. */
export interface SisPort {
  /** Connects; answered by `opened` or `closed` of the client, at any later time. */
  connect(): void;
  /** Whether the server is slow to take what was sent; when it is no more, `drained` of the client is called. */
  readonly isBusy: boolean;
  /** Sends on the connection, in order. An S_KEEP_ALIVE that cannot leave within 10 s is left out. */
  send(primitive: ClientPrimitive): void;
  /** Closes it if there is one, once what was sent has left, or gives up the call. No answer is expected. */
  disconnect(): void;
}
