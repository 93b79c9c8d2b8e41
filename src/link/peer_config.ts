import type { AddressRange, RuleConfig } from "../config/mod.ts";
import type { LinkMode } from "./mode.ts";
import type { Endpoint, LinkTls, Transport } from "../net/mod.ts";
import type { NodeAddress } from "../stanag5066/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import type { QueueLimits } from "./queue.ts";
import type { QuietHours } from "./quiet_hours.ts";
import type { PeerStatus } from "./status.ts";

/** One peer: the server across a link, and the link to it. Checked already where it was read. */
export interface PeerConfig {
  /** The operator's name for it: in status, log and metrics, and the key of its queue in the store. */
  readonly name: string;
  /** The domains that it speaks for, prepared. */
  readonly domains: readonly string[];
  /** The language on the link: XEP-0361 for interworking, or our own, which loses nothing. */
  readonly profile: "xep-0361" | "halyard";
  /**
   * In profile `halyard`: how long the link may be down before the rest of the server hears of it. Over a shorter break
   * nothing is missed, so presence stays as good as it was.
   */
  readonly toldDownAfterMs: number;
  /** In profile `halyard`: how each frame is protected, and the key of 32 octets that both sides hold. */
  readonly auth?: { readonly mode: "sign" | "seal"; readonly key: Uint8Array } | undefined;
  /** `deflate`: one zlib stream each way from the first byte, flushed at each batch. Both sides must agree. */
  readonly compression: "deflate" | "none";
  /**
   * In profile `halyard`: whether what carries no meaning for the receiver is left out, and random ids cross as short
   * ones. The other side may have another setting.
   */
  readonly shorten: boolean;
  /** In the order in which they are asked. */
  readonly rules: readonly RuleConfig[];
  readonly queue: QueueLimits;
  /** Least time between changes of one user's presence that cross (see `PresenceDamper`); 0 or absent: none. */
  readonly dampMs?: number;
  /** In profile `halyard`: whether presence to all of a user's contacts in a domain crosses once (`AudienceFolder`). */
  readonly byDomain?: boolean;
  /** In profile `xep-0361`: what either side knew of the other's users before a break counts after it. */
  readonly trustsAfterBreak?: boolean;
  /** After what wait senders are told that, and why, their message waits; undefined: they are not. */
  readonly tellWaitingMs?: number | undefined;
  /** Parts of the day in which nothing is sent. */
  readonly quietHours?: readonly QuietHours[] | undefined;
  /** The first is preferred; later ones are called when those before do not answer. */
  readonly carriers: readonly CarrierConfig[];
}

/** What bears a link's bytes. */
export type CarrierConfig = TcpCarrierConfig | StanagCarrierConfig;

/** The names by which rules know a carrier of a peer: its kind, and its place among the peer's carriers from 1. */
export function carrierNames(config: PeerConfig, carrier: CarrierConfig | undefined): readonly string[] {
  return carrier === undefined ? [] : [carrier.kind, String(config.carriers.indexOf(carrier) + 1)];
}

/** A TCP connection, opened by either side. */
export interface TcpCarrierConfig {
  readonly kind: "tcp";
  /** Whom to call; absent: this side only accepts. */
  readonly connect?: Endpoint | undefined;
  /** Where to accept calls; absent: this side only calls. Several peers may share one. */
  readonly listen?: Endpoint | undefined;
  /** From where the peer may call; from nowhere when empty. */
  readonly allowFrom: readonly AddressRange[];
  /** What the carrier bears, bits a second. When known, only about a second of air time lies below the queue. */
  readonly rateBps?: number | undefined;
  /** Longest time a call may take. */
  readonly connectTimeoutMs: number;
  /** Pause before the first new call after a failure; it doubles with each further one. */
  readonly retryFirstMs: number;
  /** Longest pause between calls. */
  readonly retryMostMs: number;
  /**
   * In profile `halyard`: time that a change of direction takes. Stanzas that are ready wait up to a quarter of it for
   * company, so that more goes with the same one. Absent: the link needs none.
   */
  readonly turnaroundMs?: number | undefined;
  /** In profile `halyard`: after how long without anything to say our call is closed; absent: never. */
  readonly idleCloseMs?: number | undefined;
  /** In profile `halyard`: how long stanzas may stay unacknowledged before the connection is taken for dead. */
  readonly ackTimeoutMs?: number | undefined;
  readonly tls?: LinkTls | undefined;
}

/** A STANAG 5066 node, by its subnetwork interface; RCOP in both profiles. */
export interface StanagCarrierConfig {
  readonly kind: "stanag5066";
  /** The SIS server of our own node. */
  readonly server: Endpoint;
  readonly address: NodeAddress;
  readonly peerAddress: NodeAddress;
  readonly sap: number;
  readonly peerSap: number;
  /** RCOP connection id. */
  readonly connection: number;
  readonly applicationId: number;
  readonly rank: number;
  readonly confirmation: "node" | "client";
  /** What the channel bears, bits a second: how much is handed to the node at once depends on it. */
  readonly rateBps: number;
  /** Time that a change of direction takes. */
  readonly turnaroundMs: number;
  /** Longest transmission of the node. */
  readonly transmissionMs: number;
}

/** The link to one peer, in whatever profile. */
export interface LinkPeer {
  readonly config: PeerConfig;
  /** Takes up what waited at the last stop, and calls. */
  start(): void;
  /** Closes what is open; what waits stays in the store. */
  stop(): Promise<void>;
  /** Takes a stanza to one of the peer's domains. */
  accept(stanza: Stanza): void;
  /** The peer has called. */
  acceptCall(transport: Transport, carrier: TcpCarrierConfig): void;
  /** Switches the link on, off or to receive-only; unless on, everything waits. The wish survives a restart. */
  setMode(mode: LinkMode): void;
  /** Drops what waits, each stanza answered. @returns how many there were */
  flush(): number;
  status(): PeerStatus;
  /** In profile `xep-0361`: the last of what was sent on the connection in use; undefined when there is none. */
  recentXml?(): string | undefined;
}
