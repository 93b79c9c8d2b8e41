import type { CancelTimer, Clock } from "../../base/mod.ts";
import type { HfChannel, HfStation } from "./channel.ts";
import { Datagrams } from "./datagrams.ts";
import type { CPdu, DataSPdu, DPdu, HfAddress, LinkRefusal, SPdu } from "./dpdu.ts";
import { HardLinks } from "./hard_links.ts";
import { type HfNodeOptions, hfNodeOptions } from "./options.ts";
import { type LinkCounts, type LinkHost, type LinkState, PeerLink } from "./peer_link.ts";
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
  readonly #awaited = new Map<number, (outcome: UPduOutcome) => void>();
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
    const sum = <K extends string>(
      names: readonly K[],
      of: (link: PeerLink) => Readonly<Record<K, number>>,
    ) =>
      Object.fromEntries(
        names.map((name) => [name, links.reduce((total, link) => total + of(link)[name], 0)]),
      ) as Record<K, number>;
    return {
      submitted: this.#submitted,
      settled: { ...this.#settled },
      arrived: this.#arrived,
      arrivedBytes: this.#arrivedBytes,
      links: sum(["made", "failed", "broken"], (link) => link.counts),
      transfer: sum(["segments", "resent"], (link) => link.transfer.counts),
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
      if (link.transfer.forget(outgoing)) cancel();
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

  /** Ends all timers; nothing is settled any more. */
  stop(): void {
    for (const link of this.#links.values()) link.stop();
  }

  /** The one to speak: the most urgent of those that want to; among equals the one that has not spoken longest. */
  #next(): PeerLink | Datagrams | undefined {
    const wanting = [...this.#links.values(), this.#datagrams].filter(({ wants }) => wants);
    const urgency = (speaker: PeerLink | Datagrams) =>
      speaker.urgency + (speaker === this.#speaker ? 0 : 0.5);
    return wanting.sort((a, b) => urgency(b) - urgency(a))[0];
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
      refuses: (peer, exclusive) => this.#refuses(peer, exclusive),
      mayGo: (peer, outgoing) => this.hardLinks.mayGo(peer, outgoing),
      arrived: (peer, cPdu) => this.#arrive(peer, cPdu),
      changed: (peer, state) => this.hardLinks.linkChanged(peer, state),
    };
  }

  #refuses(peer: HfAddress, _exclusive: boolean): LinkRefusal | undefined {
    return this.hardLinks.isElsewhere(peer) ? "exclusive-link" : undefined;
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
    return {
      cPdu: { sPdu, inOrder, sizeBytes: dataCPduBytes(uPdu.length, request.ttlMs !== undefined) },
      priority: expedited ? EXPEDITED : request.priority,
      sourceSap,
      destinationSap,
      settled: clientConfirm ? this.#awaitClient(id, request) : (outcome) => this.#settle(request, outcome),
    };
  }

  #settle(request: UPduRequest, outcome: UPduOutcome): void {
    this.#settled[outcome]++;
    request.settled(outcome);
  }

  /**
   * When the far node has all of it, what its client says is still to come; under loss that may even come first.
   * @returns what the ARQ is to call
   */
  #awaitClient(id: number, request: UPduRequest): (outcome: UPduOutcome) => void {
    let cancel: CancelTimer | undefined;
    const settle = (outcome: UPduOutcome) => {
      cancel?.();
      if (this.#awaited.delete(id)) this.#settle(request, outcome);
    };
    this.#awaited.set(id, settle);
    return (outcome) => {
      if (outcome !== "delivered") return settle(outcome);
      cancel = this.#clock.after(this.options.clientConfirmMs, () => settle("not-responding"));
    };
  }

  #arrive(peer: HfAddress, { sPdu }: CPdu): void {
    if (sPdu.kind === "data") {
      const taken = this.#deliver(peer, this.address, sPdu, false);
      if (!sPdu.clientConfirm) return;
      return this.#tell(peer, { kind: taken ? "delivery-confirm" : "delivery-fail", of: sPdu });
    }
    if (sPdu.kind === "delivery-confirm") return this.#awaited.get(sPdu.of.id)?.("delivered");
    if (sPdu.kind === "delivery-fail") return this.#awaited.get(sPdu.of.id)?.("sap-not-bound");
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
