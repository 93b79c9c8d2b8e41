import type { AddressRange, RuleName } from "../config/mod.ts";
import type { Endpoint, LinkTls, Transport } from "../net/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import type { QueueLimits } from "./queue.ts";
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
  /** `deflate`: one zlib stream each way from the first byte, flushed at each batch. Both sides must agree. */
  readonly compression: "deflate" | "none";
  /** In the order in which they run. */
  readonly rules: readonly RuleName[];
  readonly queue: QueueLimits;
  /** Least time between changes of one user's presence that cross (see `PresenceDamper`); 0 or absent: none. */
  readonly dampMs?: number;
  /** In profile `halyard`: whether presence to all of a user's contacts in a domain crosses once (`AudienceFolder`). */
  readonly byDomain?: boolean;
  /** The first is preferred; later ones are called when those before do not answer. */
  readonly carriers: readonly CarrierConfig[];
}

/** What bears a link's bytes. */
export type CarrierConfig = TcpCarrierConfig;

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
  readonly tls?: LinkTls | undefined;
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
  acceptCall(transport: Transport, carrier: CarrierConfig): void;
  /** Switches the link on or off; off, everything waits. */
  setEnabled(isEnabled: boolean): void;
  /** Drops what waits, each stanza answered. @returns how many there were */
  flush(): number;
  status(): PeerStatus;
}
