import type { Clock, Log } from "../base/mod.ts";
import type { BlockOptions, BlockRoad, BlockRoadEvents, RoadClosed } from "./block_road.ts";
import { UNIDATA_REJECTED } from "./codes.ts";
import type { NodeAddress } from "./node_address.ts";
import { MOST_GIVEN_UP, type Outcome } from "./outstanding.ts";
import {
  encodeSegment,
  MOST_SEGMENTS,
  RCOP_HEADER_SIZE_BYTES,
  type RcopHeader,
  U_PDU_IDS,
} from "./rcop_header.ts";
import { Reassembly } from "./reassembly.ts";
import type { SisClient } from "./sis_client.ts";

/** Where a road leads and how it is used. */
export interface RoadConfig {
  readonly remote: NodeAddress;
  readonly remoteSap: number;
  /** 0 to 15; both sides must mean the same. 0 for the only one. */
  readonly connectionId: number;
  /** `whole`: a U_PDU is always one segment. `segments`: larger ones are cut, and arrive in pieces. */
  readonly mode: "whole" | "segments";
  /** Most U_PDUs without an outcome, 1 to 128. */
  readonly mostOutstanding: number;
}

/** A U_PDU on its way. */
interface UPdu {
  readonly handle: number;
  readonly uPduId: number;
  readonly octets: Uint8Array;
  readonly priority: number;
  /** When its life ends; monotonic. */
  readonly endMs: number | undefined;
  nextSegment: number;
  /** Octets handed to the client. */
  sentBytes: number;
  /** Segments without an answer. */
  waiting: number;
}

/** What a road stands on. */
export interface RcopRoadOptions {
  readonly config: RoadConfig;
  readonly applicationId: number;
  readonly client: SisClient;
  readonly clock: Clock;
  readonly log: Log;
  /** The client has a handle for this road's segment. */
  readonly onSegmentSent: (segmentHandle: number) => void;
  readonly onClose: () => void;
}

/** One RCOP connection. */
export class RcopRoad implements BlockRoad {
  readonly #options: RcopRoadOptions;
  readonly #events: BlockRoadEvents;
  readonly #reassembly = new Reassembly();
  /** By handle. */
  readonly #uPdus = new Map<number, UPdu>();
  /** The U_PDU that each segment without an answer belongs to; void ones are kept until the answer comes. */
  readonly #segments = new Map<number, UPdu>();
  /** Ids of U_PDUs that were lost lately: a late answer must not be taken for that of another. Oldest first. */
  readonly #restingIds = new Set<number>();
  /** The one that is not handed to the client as a whole. Nothing else of this connection may come between. */
  #cut: UPdu | undefined;
  #handles = 0;
  #nextId = 0;
  #toldOpen: boolean;
  #wasUnbound: boolean;
  #isClosed = false;

  constructor(options: RcopRoadOptions, events: BlockRoadEvents) {
    this.#options = options;
    this.#events = events;
    this.#toldOpen = options.client.isOpen;
    this.#wasUnbound = !options.client.isBound;
  }

  get config(): RoadConfig {
    return this.#options.config;
  }

  get mostBytes(): number {
    return Math.max(0, this.#options.client.mtuBytes - RCOP_HEADER_SIZE_BYTES);
  }

  get isOpen(): boolean {
    return !this.#isClosed && this.#options.client.isOpen;
  }

  get hasRoom(): boolean {
    const { client, config } = this.#options;
    return !this.#isClosed && client.hasRoom && this.#cut === undefined &&
      this.#uPdus.size < config.mostOutstanding;
  }

  get outstanding(): number {
    return this.#uPdus.size;
  }

  submit(octets: Uint8Array, { priority, ttlMs }: BlockOptions): number {
    if (!this.hasRoom) throw new RangeError("Cannot submit U_PDU: not open, or too many are outstanding");
    const mostSegments = this.#options.config.mode === "whole" ? 1 : MOST_SEGMENTS;
    if (octets.length > mostSegments * this.mostBytes) {
      throw new RangeError(`Cannot submit U_PDU: ${octets.length} octets are too large`);
    }
    const uPdu: UPdu = {
      handle: ++this.#handles,
      uPduId: this.#takeId(),
      octets,
      priority,
      endMs: ttlMs === undefined ? undefined : this.#options.clock.monotonicMs() + ttlMs,
      nextSegment: 0,
      sentBytes: 0,
      waiting: 0,
    };
    this.#uPdus.set(uPdu.handle, uPdu);
    this.#cut = uPdu;
    this.#send(uPdu);
    return uPdu.handle;
  }

  withdraw(): void {
    if (!this.#isClosed && this.#uPdus.size > 0) this.#options.client.withdraw();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#uPdus.clear();
    this.#cut = undefined;
    this.#options.onClose();
  }

  /** The client has changed: sends what waits, and tells what is new. */
  refresh(closed: RoadClosed): void {
    if (this.#isClosed) return;
    this.#sendCut();
    const isOpen = this.isOpen;
    if (isOpen !== this.#toldOpen) {
      this.#toldOpen = isOpen;
      const isNewBind = this.#wasUnbound;
      if (isOpen) this.#wasUnbound = false;
      if (isOpen) this.#events.opened({ isNewBind });
      else this.#events.closed(closed);
    }
    if (this.hasRoom) this.#events.room();
  }

  /** A segment has had its outcome. */
  answered(segmentHandle: number, outcome: Outcome): void {
    const uPdu = this.#segments.get(segmentHandle);
    if (uPdu === undefined) return;
    this.#segments.delete(segmentHandle);
    uPdu.waiting--;
    if (outcome.kind === "lost") this.#rest(uPdu.uPduId);
    if (!this.#uPdus.has(uPdu.handle)) return;
    const isConfirmed = outcome.kind === "confirmed";
    if (isConfirmed && (uPdu === this.#cut || uPdu.waiting > 0)) return;
    this.#settle(uPdu, outcome);
  }

  /** Not bound any more. No answer can come late now; of a U_PDU that was not yet sent whole the rest never will be. */
  unbound(): void {
    this.#wasUnbound = true;
    this.#restingIds.clear();
    if (this.#cut !== undefined) this.#settle(this.#cut, { kind: "lost" });
  }

  /** A segment has come. */
  received(header: RcopHeader, data: Uint8Array): void {
    const { uPduId } = header;
    if (this.#options.config.mode === "whole") {
      if (header.segment === 0) this.#events.received(data, { uPduId, isFirst: true });
      else this.#options.log.debug("RCOP segment where there should be none", { segment: header.segment });
      return;
    }
    const verdict = this.#reassembly.take(header);
    switch (verdict) {
      case "first":
      case "next":
        return this.#events.received(data, { uPduId, isFirst: verdict === "first" });
      case "gap":
        return this.#events.reset();
      case "again":
      case "orphan":
        return this.#options.log.debug("RCOP segment dropped", { verdict, segment: header.segment });
    }
  }

  #settle(uPdu: UPdu, outcome: Outcome): void {
    this.#uPdus.delete(uPdu.handle);
    if (this.#cut === uPdu) this.#cut = undefined;
    this.#events.outcome(uPdu.handle, outcome);
  }

  #sendCut(): void {
    const uPdu = this.#cut;
    if (uPdu === undefined || !this.#options.client.hasRoom) return;
    const hasExpired = uPdu.endMs !== undefined && this.#options.clock.monotonicMs() >= uPdu.endMs;
    if (hasExpired) this.#settle(uPdu, { kind: "rejected", reason: UNIDATA_REJECTED.ttlExpired });
    else this.#send(uPdu);
  }

  /** Hands over as many segments as there is room for, at least one of each U_PDU even if it is empty. */
  #send(uPdu: UPdu): void {
    const { client } = this.#options;
    do this.#sendSegment(uPdu); while (client.hasRoom && uPdu.sentBytes < uPdu.octets.length);
    if (uPdu.sentBytes === uPdu.octets.length) this.#cut = undefined;
  }

  #sendSegment(uPdu: UPdu): void {
    const { client, config, applicationId, clock, onSegmentSent } = this.#options;
    const data = uPdu.octets.subarray(uPdu.sentBytes, uPdu.sentBytes + this.mostBytes);
    const header = {
      connectionId: config.connectionId,
      uPduId: uPdu.uPduId,
      segment: uPdu.nextSegment++,
      applicationId,
    };
    uPdu.sentBytes += data.length;
    uPdu.waiting++;
    const handle = client.submit({
      destination: config.remote,
      destinationSap: config.remoteSap,
      priority: uPdu.priority,
      ttlMs: uPdu.endMs === undefined ? undefined : Math.max(0, uPdu.endMs - clock.monotonicMs()),
      uPdu: encodeSegment(header, data),
    });
    this.#segments.set(handle, uPdu);
    onSegmentSent(handle);
  }

  /** The next id that no U_PDU has of which an answer may still come: answers are matched by it. */
  #takeId(): number {
    const inUse = new Set([...this.#segments.values()].map(({ uPduId }) => uPduId));
    const ids = Array.from({ length: U_PDU_IDS }, (_, ahead) => (this.#nextId + ahead) % U_PDU_IDS);
    const isFree = (id: number) => !inUse.has(id);
    // A client has fewer segments outstanding than there are ids.
    const id = ids.find((one) => isFree(one) && !this.#restingIds.has(one)) ?? ids.find(isFree) ??
      this.#nextId;
    this.#nextId = (id + 1) % U_PDU_IDS;
    return id;
  }

  #rest(uPduId: number): void {
    this.#restingIds.delete(uPduId);
    this.#restingIds.add(uPduId);
    const [oldest] = this.#restingIds;
    if (this.#restingIds.size > MOST_GIVEN_UP && oldest !== undefined) this.#restingIds.delete(oldest);
  }
}
