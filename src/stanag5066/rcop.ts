import type { Clock, Log } from "../base/mod.ts";
import type { BlockRoad, BlockRoadEvents, RoadClosed } from "./block_road.ts";
import { formatNodeAddress, type NodeAddress, sameNode } from "./node_address.ts";
import type { Outcome } from "./outstanding.ts";
import { decodeSegment } from "./rcop_header.ts";
import { RcopRoad, type RoadConfig } from "./rcop_road.ts";
import type { SisClient } from "./sis_client.ts";
import type { HardLinkEvent, SisClientEvents, Unbound, UnidataIndication } from "./sis_types.ts";

/** Application id unless another is agreed. None is published for XMPP; from 0x8000 on they are free (table F-5). */
export const DEFAULT_APPLICATION_ID = 0x8000;
/** Most U_PDUs that a road may have outstanding: half of the ids, so that free ones are always there. */
export const MOST_ROAD_OUTSTANDING = 128;
/** How many unknown senders and ids are logged as such. */
const MOST_COMPLAINTS = 64;

/** What RCOP stands on. */
export interface RcopOptions {
  /** 0 to 65,535. Another one that comes is accepted, and logged once. */
  readonly applicationId: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of hard links. Without it, those of type 2 that the other side wants are accepted. */
  readonly onHardLink?: (event: HardLinkEvent) => void;
  /** The last road was closed. */
  readonly onUnused?: () => void;
}

/**
 * RCOP (Annex F, section F.8): many connections to many nodes over one bind. It has no acknowledgement, window or
 * retransmission of its own; it names U_PDUs, cuts them to the MTU, and gives what comes to the connection that it is
 * for: by source address, source SAP and connection id.
 */
export class Rcop implements SisClientEvents {
  readonly #options: RcopOptions;
  #client: SisClient | undefined;
  #roads: readonly RcopRoad[] = [];
  /** The road of each segment without an answer. */
  readonly #segments = new Map<number, RcopRoad>();
  readonly #complaints = new Set<string>();
  #unbound: Unbound = { why: "stopped", detail: "not started" };

  constructor(options: RcopOptions) {
    this.#options = options;
  }

  /** Says which client to use, of whose events this is told; before anything else. */
  use(client: SisClient): void {
    this.#client = client;
  }

  /** Why the client is not bound, from its last attempt; undefined when it is. For status and logs. */
  get unboundFor(): Unbound | undefined {
    return this.#client?.isBound === true ? undefined : this.#unbound;
  }

  /**
   * Makes a road. Whether it is open already has to be asked of it; events come of what changes later.
   * @throws {RangeError} when there is one with the same ends, or a number is out of range
   */
  open(config: RoadConfig, events: BlockRoadEvents): BlockRoad {
    const { remote, remoteSap, connectionId, mostOutstanding } = config;
    const client = this.#client;
    if (client === undefined) throw new RangeError("Cannot open a road: there is no client");
    if (remote.isGroup) throw new RangeError("Cannot open a road to a group: RCOP needs ARQ");
    for (const half of [remoteSap, connectionId]) {
      if (!(half >= 0 && half <= 15)) throw new RangeError(`Cannot open a road: ${half} is not from 0 to 15`);
    }
    if (!(mostOutstanding >= 1 && mostOutstanding <= MOST_ROAD_OUTSTANDING)) {
      throw new RangeError(
        `Cannot open a road: ${mostOutstanding} U_PDUs outstanding are not from 1 to ${MOST_ROAD_OUTSTANDING}`,
      );
    }
    if (this.#find(remote, remoteSap, connectionId) !== undefined) {
      throw new RangeError(`Cannot open a road: there is one to ${formatNodeAddress(remote)} like it`);
    }
    const road = new RcopRoad({
      ...this.#options,
      config,
      client,
      onSegmentSent: (handle) => void this.#segments.set(handle, road),
      onClose: () => {
        this.#roads = this.#roads.filter((one) => one !== road);
        if (this.#roads.length === 0) this.#options.onUnused?.();
      },
    }, events);
    this.#roads = [...this.#roads, road];
    return road;
  }

  bound(): void {
    this.#refresh();
  }

  unbound(why: Unbound): void {
    this.#unbound = why;
    for (const road of this.#roads) road.unbound();
    this.#refresh();
  }

  flow(): void {
    this.#refresh();
  }

  outcome(handle: number, outcome: Outcome): void {
    const road = this.#segments.get(handle);
    this.#segments.delete(handle);
    road?.answered(handle, outcome);
    // What is lost with the bind comes before `unbound`, and roads close behind it.
    if (this.#client?.isBound === true) this.#refresh();
  }

  received(indication: UnidataIndication): void {
    const { source, sourceSap, mode, uPdu } = indication;
    const from = formatNodeAddress(source);
    if (mode !== "arq") return this.#complain(`U_PDU without ARQ`, from);
    const segment = decodeSegment(uPdu);
    if (segment === undefined) return this.#complain("U_PDU without an RCOP header", from);
    const { connectionId, applicationId } = segment.header;
    const road = this.#find(source, sourceSap, connectionId);
    if (road === undefined) {
      return this.#complain("U_PDU from nobody we know", `${from}/${sourceSap}/${connectionId}`);
    }
    if (applicationId !== this.#options.applicationId) {
      this.#complain("U_PDU with another application id", `${from} 0x${applicationId.toString(16)}`);
    }
    road.received(segment.header, segment.data);
  }

  hardLink(event: HardLinkEvent): void {
    if (this.#options.onHardLink !== undefined) this.#options.onHardLink(event);
    else if (event.kind === "wanted") this.#client?.answerHardLink(event.link);
  }

  get #closed(): RoadClosed {
    return this.#client?.isBound === true
      ? { why: "flow-off", detail: "data flow off, or the node cannot send" }
      : { why: "unbound", detail: this.#unbound.detail };
  }

  #refresh(): void {
    // Another road goes first each time, so that none keeps the others from their turns.
    const [first, ...others] = this.#roads;
    if (first === undefined) return;
    this.#roads = [...others, first];
    for (const road of this.#roads) road.refresh(this.#closed);
  }

  #find(remote: NodeAddress, remoteSap: number, connectionId: number): RcopRoad | undefined {
    return this.#roads.find(({ config }) =>
      config.connectionId === connectionId && config.remoteSap === remoteSap &&
      sameNode(config.remote, remote)
    );
  }

  /** Logs each thing once. */
  #complain(event: string, what: string): void {
    const key = `${event} ${what}`;
    if (this.#complaints.has(key) || this.#complaints.size >= MOST_COMPLAINTS) return;
    this.#complaints.add(key);
    this.#options.log.warn(event, { from: what });
  }
}
