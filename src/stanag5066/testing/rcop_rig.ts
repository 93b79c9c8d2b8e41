import { type Log, nullLog } from "../../base/mod.ts";
import { VirtualClock } from "../../sim/clock.ts";
import type { BlockOptions, BlockRoad, BlockRoadEvents } from "../block_road.ts";
import { DEFAULT_APPLICATION_ID, Rcop } from "../rcop.ts";
import { decodeSegment, encodeSegment, type RcopHeader } from "../rcop_header.ts";
import type { RoadConfig } from "../rcop_road.ts";
import type { TransmissionMode } from "../service_type.ts";
import { FAR, Rig, TTL_MS } from "./rig.ts";

/** How the rig submits unless told otherwise. */
export const OPTIONS: BlockOptions = { priority: 6, ttlMs: TTL_MS };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** RCOP over a client without I/O, under a virtual clock. What roads tell goes into a transcript, by their names. */
export class RcopRig {
  readonly sis: Rig;
  readonly rcop: Rcop;
  readonly warnings: string[] = [];
  #transcript: string[] = [];

  /** @param mtuBytes that the server grants; 6 of them are for the header */
  constructor(readonly mtuBytes = 106, mostOutstanding = 8, applicationId = DEFAULT_APPLICATION_ID) {
    const log: Log = { ...nullLog, warn: (event) => void this.warnings.push(event) };
    const clock = new VirtualClock();
    this.rcop = new Rcop({ applicationId, clock, log });
    this.sis = new Rig({ mostOutstanding }, {}, this.rcop, clock);
    this.rcop.use(this.sis.client);
  }

  /** The transcript since the last time. */
  happened(): string[] {
    const transcript = this.#transcript;
    this.#transcript = [];
    return transcript;
  }

  bind(): void {
    this.sis.client.start();
    this.sis.accept(this.mtuBytes);
  }

  open(name: string, config: Partial<RoadConfig> = {}, events: Partial<BlockRoadEvents> = {}): BlockRoad {
    const note = (text: string) => void this.#transcript.push(`${name} ${text}`);
    return this.rcop.open({
      remote: FAR,
      remoteSap: 6,
      connectionId: 0,
      mode: "segments",
      mostOutstanding: 4,
      ...config,
    }, {
      opened: () => note("opened"),
      closed: ({ why }) => note(`closed ${why}`),
      room() {},
      outcome: (handle, outcome) =>
        note(`${handle} ${outcome.kind}${outcome.kind === "rejected" ? ` ${outcome.reason}` : ""}`),
      received: (octets, { uPduId, isFirst }) =>
        note(`${isFirst ? "first" : "next"} ${uPduId} ${decoder.decode(octets)}`),
      reset: () => note("reset"),
      ...events,
    });
  }

  /** Segments sent so far, as `connection/id/segment size`. */
  segments(): string[] {
    return this.headers().map(({ connectionId, uPduId, segment, sizeBytes }) =>
      `${connectionId}/${uPduId}/${segment} ${sizeBytes}`
    );
  }

  headers(): (RcopHeader & { readonly sizeBytes: number })[] {
    return this.sis.sent.flatMap((primitive) => {
      const segment = primitive.kind === "unidataRequest" ? decodeSegment(primitive.uPdu) : undefined;
      return segment === undefined ? [] : [{ ...segment.header, sizeBytes: segment.data.length }];
    });
  }

  /** The server answers the segment, handing its header back. @param reason undefined confirms it */
  answer(header: Omit<RcopHeader, "applicationId">, reason?: number): void {
    const applicationId = DEFAULT_APPLICATION_ID;
    const part = encodeSegment({ ...header, applicationId }, new Uint8Array(0));
    const fields = { destinationSap: 6, destination: FAR, part };
    this.sis.gets(
      reason === undefined
        ? { kind: "unidataConfirm", ...fields }
        : { kind: "unidataRejected", reason, ...fields },
    );
  }

  /** A segment comes from the other node. */
  deliver(
    uPduId: number,
    segment: number,
    text: string,
    header: Partial<RcopHeader> = {},
    mode: TransmissionMode = "arq",
  ): void {
    const full = { connectionId: 0, uPduId, segment, applicationId: DEFAULT_APPLICATION_ID, ...header };
    this.sis.deliver(encodeSegment(full, encoder.encode(text)), mode);
  }
}
