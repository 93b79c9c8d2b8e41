import type { Clock } from "../../base/mod.ts";
import type { HfChannel, HfStation } from "./channel.ts";
import { ClientConfirms } from "./client_confirms.ts";
import { Datagrams } from "./datagrams.ts";
import type { CPdu, DataSPdu, DPdu, HfAddress, SPdu } from "./dpdu.ts";
import { HardLinks } from "./hard_links.ts";
import { type HfNodeOptions, hfNodeOptions } from "./options.ts";
import type { LinkCounts, LinkHost, LinkState } from "./link_types.ts";
import { PeerLink } from "./peer_link.ts";
import { dataCPduBytes, deliveryCPduBytes, hardLinkCPduBytes, NODE_SAP } from "./sizes.ts";
import type { Sized, TransferCounts } from "./transfer.ts";
import { EXPEDITED, type Outgoing, type UPduOutcome } from "./waiting.ts";

/** A U_PDU that a client of the node wants sent. */
export interface UPduRequest {
  readonly to: HfAddress;
  readonly sourceSap: number;
  readonly destinationSap: number;
  /** 0 to 15, 15 the most urgent. */
  readonly priority: number;
  readonly expedited?: boolean;
  /** Undefined is ARQ; else it is sent without, this many times, and whoever is addressed may hear it. */
  readonly datagramTimes?: number;
  /** The far client has it only when the far node says so (a DATA DELIVERY CONFIRM S_PDU). */
  readonly clientConfirm: boolean;
  readonly inOrder: boolean;
  /** Life in milliseconds; undefined is the node's default. */
  readonly ttlMs: number | undefined;
  readonly uPdu: Uint8Array;
  /** Called once: when the other node has acknowledged all of it, or its client has it, or it was given up. */
  settled(outcome: UPduOutcome): void;
}

/** A U_PDU that has come for a client of the node. */
export interface UPduArrival {
  readonly from: HfAddress;
  readonly to: HfAddress;
  readonly sourceSap: number;
  readonly destinationSap: number;
  readonly priority: number;
  readonly expedited: boolean;
  readonly isDatagram: boolean;
  readonly uPdu: Uint8Array;
}

/** Whoever stands above the node and knows its clients: the SIS server, or a test. */
export interface NodeClients {
  /** Hands a U_PDU over. @returns false when no client is bound to its SAP */
  deliver(arrival: UPduArrival): boolean;
}

/** What a node has done. */
export interface HfNodeCounts {
  readonly submitted: number;
  readonly settled: Readonly<Record<UPduOutcome, number>>;
  /** U_PDUs that came in whole, and their octets. */
  readonly arrived: number;
  readonly arrivedBytes: number;
  readonly links: LinkCounts;
  readonly transfer: TransferCounts;
}

/** Nodes that one node keeps track of. */
export const MAX_PEERS = 64;

/**
 * A STANAG 5066 node without its SIS server: takes U_PDUs, makes soft links, sends by ARQ over the channel, hands over
 * what comes. One object on each side of an `HfChannel`.
 */
export class HfNode implements HfStation {
  readonly address: HfAddress;
  readonly options: HfNodeOptions;
  readonly hardLinks: HardLinks;
  readonly #clock: Clock;
  readonly #channel: HfChannel;
  readonly #links = new Map<HfAddress, PeerLink>();
  readonly #datagrams: Datagrams;
  readonly #confirms: ClientConfirms;
  #clients: NodeClients = { deliver: () => false };
  #speaker: PeerLink | Datagrams | undefined;
  #nextId = 0;
  #submitted = 0;
  #arrived = 0;
  #arrivedBytes = 0;
  readonly #settled: Record<UPduOutcome, number> = {
    "delivered": 0,
    "ttl-expired": 0,
    "sap-not-bound": 0,
    "not-responding": 0,
  };

  /** @throws {RangeError} when an option is out of its range */
  constructor(clock: Clock, channel: HfChannel, address: HfAddress, options: Partial<HfNodeOptions> = {}) {
    this.#clock = clock;
    this.#channel = channel;
    this.address = address;
    this.options = hfNodeOptions(options);
    this.#confirms = new ClientConfirms(clock, this.options.clientConfirmMs);
    this.#datagrams = new Datagrams(this.options, channel.modem, () => channel.want(this));
    this.hardLinks = new HardLinks({
      tell: (peer, sPdu) => this.#tell(peer, sPdu),
      hold: (peer, on) => this.#link(peer).hold(on),
      stir: () => this.#stirAll(),
    });
    channel.attach(this);
  }

  /** Who is told what arrives, and says who is there. */
  serve(clients: NodeClients): void {
    this.#clients = clients;
  }

  get counts(): HfNodeCounts {
    const links = [...this.#links.values()];
    return {
      submitted: this.#submitted,
      settled: { ...this.#settled },
      arrived: this.#arrived,
      arrivedBytes: this.#arrivedBytes,
      links: total(links.map((link) => link.counts), { made: 0, failed: 0, broken: 0 }),
      transfer: total(links.map((link) => link.transfer.counts), { segments: 0, resent: 0 }),
    };
  }

  /** How the link with that node stands. */
  linkState(peer: HfAddress): LinkState {
    return this.#links.get(peer)?.state ?? "down";
  }

  /**
   * Takes a U_PDU to be sent.
   * @returns forgets it again when nothing of it has been sent; then it is never settled
   * @throws {RangeError} when it is larger than the node's MTU
   */
  submit(request: UPduRequest): () => void {
    const { uPdu, ttlMs, datagramTimes } = request;
    if (uPdu.length > this.options.mtuBytes) {
      throw new RangeError(`Cannot send ${uPdu.length} octets: the MTU is ${this.options.mtuBytes}`);
    }
    this.#submitted++;
    if (datagramTimes !== undefined) {
      this.#datagrams.add({ to: request.to, outgoing: this.#outgoing(request), times: datagramTimes });
      return () => {};
    }
    if (!this.#hasRoomFor(request.to)) {
      return this.#clock.after(0, () => this.#outgoing(request).settled("not-responding"));
    }
    const link = this.#link(request.to);
    const outgoing = this.#outgoing({
      ...request,
      settled: (outcome) => {
        cancel();
        request.settled(outcome);
      },
    });
    const cancel = this.#clock.after(ttlMs ?? this.options.defaultTtlMs, () => {
      if (link.transfer.forget(outgoing)) outgoing.settled("ttl-expired");
    });
    link.transfer.add(outgoing);
    link.stir();
    return () => {
      if (!link.transfer.forget(outgoing)) return;
      cancel();
      if (outgoing.cPdu.sPdu.kind === "data") this.#confirms.forget(outgoing.cPdu.sPdu.id);
    };
  }

  /** For the channel. */
  compose(): readonly DPdu[] {
    const speaker = this.#next();
    this.#speaker = speaker;
    if (speaker === undefined) return [];
    const dPdu = ({ sizeBytes, body }: Sized): DPdu => ({
      from: this.address,
      to: speaker.peer,
      sizeBytes,
      body,
    });
    return speaker.compose().map(dPdu);
  }

  /** For the channel. */
  sent(onAirMs: number): void {
    this.#speaker?.sent(onAirMs);
    this.#stirAll();
  }

  /** For the channel. */
  hear({ from, to, body }: DPdu): void {
    if (body.kind !== "datagram") return this.#link(from).hear(body);
    const whole = this.#datagrams.hear(body);
    if (whole?.sPdu.kind === "data") this.#deliver(from, to, whole.sPdu, true);
  }

  /** For the channel. */
  heardOut(): void {
    for (const link of this.#links.values()) link.heardOut();
  }

  /** The one to speak: the most urgent of those that want to; among equals the one that has not spoken longest. */
  #next(): PeerLink | Datagrams | undefined {
    const wanting = [...this.#links.values(), this.#datagrams].filter(({ wants }) => wants);
    const urgency = (speaker: PeerLink | Datagrams) =>
      speaker.urgency + (speaker === this.#speaker ? 0 : 0.5);
    return wanting.sort((a, b) => urgency(b) - urgency(a))[0];
  }

  /** Makes room by forgetting a node that has never answered, if need be. */
  #hasRoomFor(peer: HfAddress): boolean {
    if (this.#links.has(peer) || this.#links.size < MAX_PEERS) return true;
    const unused = [...this.#links.values()].find((link) => link.isUnused);
    return unused !== undefined && this.#links.delete(unused.peer);
  }

  #link(peer: HfAddress): PeerLink {
    let link = this.#links.get(peer);
    if (link === undefined) this.#links.set(peer, link = new PeerLink(this.#host, peer));
    return link;
  }

  get #host(): LinkHost {
    return {
      clock: this.#clock,
      channel: this.#channel,
      options: this.options,
      ask: () => this.#channel.want(this),
      refuses: (peer) => this.hardLinks.isElsewhere(peer) ? "exclusive-link" : undefined,
      mayGo: (peer, outgoing) => this.hardLinks.mayGo(peer, outgoing),
      arrived: (peer, cPdu) => this.#arrive(peer, cPdu),
      changed: (peer, state) => this.hardLinks.linkChanged(peer, state),
    };
  }

  #stirAll(): void {
    for (const link of this.#links.values()) link.stir();
    if (this.#datagrams.wants) this.#channel.want(this);
  }

  #outgoing(request: UPduRequest): Outgoing {
    const { sourceSap, destinationSap, clientConfirm, inOrder, uPdu, expedited = false } = request;
    const id = this.#nextId++;
    const sPdu: DataSPdu = {
      kind: "data",
      id,
      sourceSap,
      destinationSap,
      priority: request.priority,
      expedited,
      clientConfirm,
      uPdu,
    };
    const settled = (outcome: UPduOutcome) => {
      this.#settled[outcome]++;
      request.settled(outcome);
    };
    return {
      cPdu: { sPdu, inOrder, sizeBytes: dataCPduBytes(uPdu.length, request.ttlMs !== undefined) },
      priority: expedited ? EXPEDITED : request.priority,
      sourceSap,
      destinationSap,
      settled: clientConfirm ? this.#confirms.open(id, settled) : settled,
    };
  }

  #arrive(peer: HfAddress, { sPdu }: CPdu): void {
    if (sPdu.kind === "data") {
      const taken = this.#deliver(peer, this.address, sPdu, false);
      if (!sPdu.clientConfirm) return;
      return this.#tell(peer, { kind: taken ? "delivery-confirm" : "delivery-fail", of: sPdu });
    }
    if (sPdu.kind === "delivery-confirm") return this.#confirms.said(sPdu.of.id, "delivered");
    if (sPdu.kind === "delivery-fail") return this.#confirms.said(sPdu.of.id, "sap-not-bound");
    this.hardLinks.hear(peer, sPdu);
  }

  #deliver(from: HfAddress, to: HfAddress, sPdu: DataSPdu, isDatagram: boolean): boolean {
    this.#arrived++;
    this.#arrivedBytes += sPdu.uPdu.length;
    const { sourceSap, destinationSap, priority, expedited, uPdu } = sPdu;
    return this.#clients.deliver({
      from,
      to,
      sourceSap,
      destinationSap,
      priority,
      expedited,
      isDatagram,
      uPdu,
    });
  }

  /** Sends an S_PDU of the node's own. */
  #tell(peer: HfAddress, sPdu: SPdu): void {
    const isDelivery = sPdu.kind === "delivery-confirm" || sPdu.kind === "delivery-fail";
    const sizeBytes = isDelivery
      ? deliveryCPduBytes(Math.min(this.options.returnedBytes, sPdu.of.uPdu.length))
      : hardLinkCPduBytes(sPdu.kind === "hard-link-request");
    const link = this.#link(peer);
    link.transfer.add({
      cPdu: { sPdu, sizeBytes, inOrder: false },
      priority: isDelivery ? sPdu.of.priority : EXPEDITED,
      sourceSap: isDelivery ? sPdu.of.destinationSap : NODE_SAP,
      destinationSap: isDelivery ? sPdu.of.sourceSap : NODE_SAP,
      settled: () => {},
    });
    link.stir();
  }
}

/** Adds counts up, name by name. */
function total<K extends string>(counts: readonly Readonly<Record<K, number>>[], nothing: Record<K, number>) {
  const sum = { ...nothing };
  for (const one of counts) {
    for (const name of Object.keys(nothing) as K[]) sum[name] += one[name];
  }
  return sum;
}
