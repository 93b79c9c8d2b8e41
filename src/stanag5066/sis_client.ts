import { Backoff, type CancelTimer, type Clock, type Log, type RandomSource } from "../base/mod.ts";
import { BIND_REJECTED, reasonText, UNBOUND } from "./codes.ts";
import { Outstanding } from "./outstanding.ts";
import type { HardLink, ServerPrimitive, SisPrimitive } from "./primitives.ts";
import type { ServiceType } from "./service_type.ts";
import type { SisInput } from "./sis_reader.ts";
import { SisSession } from "./sis_session.ts";
import { SIS_TIMING, type SisTiming } from "./sis_timing.ts";
import type { SisBinding, SisClientEvents, SisPort, Unbound, UnidataRequest } from "./sis_types.ts";

/** Fewer than the U_PDU ids that there are, so that ids can tell U_PDUs apart (RCOP, Annex F section F.8). */
export const MOST_OUTSTANDING = 255;
/** A bind with a smaller MTU is of no use: the header of RCOP alone has 6 octets. */
const LEAST_MTU_BYTES = 16;

/** The largest U_PDU that a frame of S_UNIDATA_REQUEST can hold, whatever the MTU. */
const MOST_REQUEST_SIZE_BYTES = 0xffff - 12;

/** What a client stands on. */
export interface SisClientOptions {
  readonly binding: SisBinding;
  readonly port: SisPort;
  readonly events: SisClientEvents;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly timing?: Partial<SisTiming>;
}

type Phase = "stopped" | "waiting" | "connecting" | "binding" | "bound";

/** Refusals that will stand for a while. */
const LASTING: Readonly<Record<"rejected" | "unbound", readonly number[]>> = {
  rejected: [BIND_REJECTED.noResources, BIND_REJECTED.invalidSap, BIND_REJECTED.broadcastSession],
  unbound: [UNBOUND.preempted, UNBOUND.tooManyExpedited, UNBOUND.broadcastSession],
};

/**
 * A client of the Subnetwork Interface Service (Annex A), without I/O. It keeps itself bound to one SAP, over one
 * connection, for all peers on that SAP, and sends U_PDUs by ARQ, in order, with confirmation; never expedited ones.
 * Every U_PDU that was submitted has exactly one outcome: confirmed, rejected, or lost.
 *
 * When it is unbound, by whom and for what reason ever, the connection is closed and the server called anew after a
 * pause: a new connection is in a known state on both sides.
 */
export class SisClient {
  readonly #options: SisClientOptions;
  readonly #timing: SisTiming;
  readonly #service: ServiceType;
  readonly #backoff: Backoff;
  readonly #outstanding: Outstanding;
  #phase: Phase = "stopped";
  #mtuBytes = 0;
  #boundMs = 0;
  /** While there is a connection. */
  #session: SisSession | undefined;
  #cancelPhase: CancelTimer | undefined;

  constructor(options: SisClientOptions) {
    const { mostOutstanding, confirmation } = options.binding;
    if (!(mostOutstanding >= 1 && mostOutstanding <= MOST_OUTSTANDING)) {
      throw new RangeError(
        `Cannot have ${mostOutstanding} U_PDUs outstanding: 1 to ${MOST_OUTSTANDING} are allowed`,
      );
    }
    this.#options = options;
    this.#timing = { ...SIS_TIMING, ...options.timing };
    this.#service = { mode: "arq", confirmation, order: "in-order", minRetransmissions: 0 };
    this.#backoff = new Backoff(options.random);
    this.#outstanding = new Outstanding(
      options.clock,
      (handle) => options.events.outcome(handle, { kind: "lost" }),
    );
  }

  get isBound(): boolean {
    return this.#phase === "bound";
  }

  /** Bound, data flow on, and the node able to send by ARQ. */
  get isOpen(): boolean {
    return this.isBound && this.#session?.isClear === true;
  }

  /** Whether a U_PDU can be submitted now. */
  get hasRoom(): boolean {
    return this.isOpen && !this.#options.port.isBusy &&
      this.#outstanding.count < this.#options.binding.mostOutstanding;
  }

  /** U_PDUs without an outcome. */
  get outstanding(): number {
    return this.#outstanding.count;
  }

  /** Largest U_PDU, octets, from the last S_BIND_ACCEPTED; 0 before the first. */
  get mtuBytes(): number {
    return this.#mtuBytes;
  }

  /** Calls the server and goes on until `stop`. */
  start(): void {
    if (this.#phase === "stopped") this.#connect();
  }

  /** Unbinds and closes the connection. */
  stop(): void {
    if (this.#phase === "stopped") return;
    if (this.isBound) this.#options.port.send({ kind: "unbindRequest" });
    this.#down({ why: "stopped", detail: "stopped" }, "stopped");
  }

  /**
   * Takes back what the server was given and the node has not sent: unbinds, and binds anew after a pause. There is no
   * other way; all that has no outcome is lost, of whichever owner.
   */
  withdraw(): void {
    if (!this.isBound || this.outstanding === 0) return;
    this.#options.port.send({ kind: "unbindRequest" });
    this.#fail({ why: "withdrawn", detail: "what the node had not sent was taken back" });
  }

  /**
   * Sends a U_PDU.
   * @returns a handle for its outcome
   * @throws {RangeError} unless `hasRoom`, or when it is larger than the MTU: our own mistake
   */
  submit({ destination, destinationSap, priority, ttlMs, uPdu }: UnidataRequest): number {
    if (!this.hasRoom) throw new RangeError("Cannot submit U_PDU: not open, or too many are outstanding");
    if (uPdu.length > this.#mtuBytes) {
      throw new RangeError(`Cannot submit U_PDU: ${uPdu.length} octets exceed the MTU of ${this.#mtuBytes}`);
    }
    const answerMs = (ttlMs ?? this.#timing.answerMs) + this.#timing.answerGraceMs;
    const handle = this.#outstanding.add(destination, destinationSap, uPdu, answerMs);
    const delivery = this.#service;
    this.#options.port.send({
      kind: "unidataRequest",
      priority,
      destinationSap,
      destination,
      delivery,
      ttlMs,
      uPdu,
    });
    return handle;
  }

  /**
   * Asks for a hard link, of which a node has at most one.
   * @throws {RangeError} when not bound, or when we have asked for one already: our own mistake
   */
  establishHardLink(link: HardLink): void {
    if (!this.isBound) throw new RangeError("Cannot ask for a hard link: not bound");
    this.#session?.establishHardLink(link);
  }

  /** Gives up the hard link that we asked for, established or not, if there is one. It always succeeds. */
  terminateHardLink(): void {
    this.#session?.terminateHardLink();
  }

  /** Answers `wanted` of a hard link. @param reason undefined accepts it; Annex A gives no numbers for refusals */
  answerHardLink(link: HardLink, reason?: number): void {
    if (!this.isBound) return;
    this.#options.port.send(
      reason === undefined ? { kind: "hardLinkAccept", link } : { kind: "hardLinkReject", reason, link },
    );
  }

  /** The connection is there. */
  opened(): void {
    if (this.#phase !== "connecting") return;
    const { sap, rank } = this.#options.binding;
    this.#phase = "binding";
    this.#session = new SisSession({
      ...this.#options,
      outstanding: this.#outstanding,
      timing: this.#timing,
      onFlow: () => this.#tellFlow(),
    });
    this.#setTimer(this.#timing.bindMs, () => this.#fail({ why: "silent", detail: "no answer to the bind" }));
    this.#options.port.send({ kind: "bindRequest", sap, rank, service: this.#service });
  }

  /** The connection has ended, or there never was one. */
  closed(detail: string): void {
    if (this.#phase === "connecting") this.#down({ why: "unreachable", detail }, "waiting");
    else if (this.#phase === "binding" || this.isBound) this.#down({ why: "closed", detail }, "waiting");
  }

  /** The server has taken what made the port busy. */
  drained(): void {
    this.#tellFlow();
  }

  /** Something came on the connection. */
  received(input: SisInput): void {
    if (this.#phase !== "binding" && !this.isBound) return;
    switch (input.kind) {
      case "primitive":
        return this.#take(input.primitive);
      case "skipped":
        return this.#session?.complain("primitive skipped", { type: input.type, error: input.error.message });
      case "broken":
        return this.#fail({ why: "garbage", detail: input.error.message });
    }
  }

  #tellFlow(): void {
    if (this.isBound) this.#options.events.flow();
  }

  #take(primitive: SisPrimitive): void {
    if (this.#session?.takeState(primitive) === true) return;
    if (primitive.kind === "unbindIndication") {
      const { reason } = primitive;
      return this.#refused("unbound", reason, reasonText("unbindIndication", reason));
    }
    if (
      this.#phase === "binding" && (primitive.kind === "bindAccepted" || primitive.kind === "bindRejected")
    ) {
      return this.#takeBindAnswer(primitive);
    }
    if (this.isBound && this.#session?.takeBound(primitive) === true) return;
    this.#session?.complain("primitive out of place", { kind: primitive.kind, phase: this.#phase });
  }

  #takeBindAnswer(
    answer: Extract<ServerPrimitive, { readonly kind: "bindAccepted" | "bindRejected" }>,
  ): void {
    if (answer.kind === "bindRejected") {
      return this.#refused("rejected", answer.reason, reasonText("bindRejected", answer.reason));
    }
    const { mtuBytes, sap } = answer;
    if (mtuBytes < LEAST_MTU_BYTES) {
      return this.#fail({ why: "garbage", detail: `an MTU of ${mtuBytes} octets` });
    }
    if (sap !== this.#options.binding.sap) {
      this.#options.log.warn("bound to another SAP than asked for", { sap });
    }
    this.#cancelPhase?.();
    this.#phase = "bound";
    this.#mtuBytes = Math.min(mtuBytes, MOST_REQUEST_SIZE_BYTES);
    this.#boundMs = this.#nowMs;
    this.#options.log.info("bound to the SIS server", { sap, mtuBytes });
    this.#options.events.bound(this.#mtuBytes);
  }

  #refused(why: "rejected" | "unbound", reason: number, detail: string): void {
    this.#fail({ why, detail }, LASTING[why].includes(reason) ? this.#timing.refusedMs : 0);
  }

  /** Closes the connection and calls again later. */
  #fail(why: Unbound, leastPauseMs = 0): void {
    this.#down(why, "waiting", leastPauseMs);
  }

  #down(why: Unbound, next: "waiting" | "stopped", leastPauseMs = 0): void {
    const { port, events, log } = this.#options;
    if (this.isBound && this.#nowMs - this.#boundMs >= this.#timing.provenMs) this.#backoff.reset();
    this.#phase = next;
    this.#cancelPhase?.();
    this.#session?.end();
    this.#session = undefined;
    port.disconnect();
    if (next === "waiting") this.#awaitCall(leastPauseMs);
    log.info("not bound to the SIS server", { why: why.why, detail: why.detail });
    for (const handle of this.#outstanding.clear()) events.outcome(handle, { kind: "lost" });
    events.unbound(why);
  }

  #awaitCall(leastPauseMs: number): void {
    const { retryFirstMs, retryMostMs } = this.#timing;
    const pauseMs = Math.max(leastPauseMs, this.#backoff.next(retryFirstMs, retryMostMs));
    this.#setTimer(pauseMs, () => this.#connect());
  }

  #connect(): void {
    this.#phase = "connecting";
    this.#setTimer(
      this.#timing.connectMs,
      () => this.#fail({ why: "unreachable", detail: "no connection in time" }),
    );
    this.#options.port.connect();
  }

  #setTimer(delayMs: number, callback: () => void): void {
    this.#cancelPhase?.();
    this.#cancelPhase = this.#options.clock.after(delayMs, callback);
  }

  get #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}
