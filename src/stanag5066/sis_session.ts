import type { CancelTimer, Clock, Log, LogFields } from "../base/mod.ts";
import { SUBNET_STATUS } from "./codes.ts";
import { KeepAlive } from "./keep_alive.ts";
import { sameNode } from "./node_address.ts";
import type { Outcome, Outstanding } from "./outstanding.ts";
import type { HardLink, ServerPrimitive, SisPrimitive } from "./primitives.ts";
import type { SisTiming } from "./sis_timing.ts";
import type { HardLinkEvent, SisClientEvents, SisPort } from "./sis_types.ts";

/** What a session stands on. */
export interface SisSessionOptions {
  readonly port: SisPort;
  readonly events: SisClientEvents;
  readonly outstanding: Outstanding;
  readonly clock: Clock;
  readonly log: Log;
  readonly timing: SisTiming;
  /** `isClear` may have changed. */
  readonly onFlow: () => void;
}

/** States of the node in which nothing that is to be acknowledged should be submitted. */
const NO_ARQ: readonly number[] = [SUBNET_STATUS.off, SUBNET_STATUS.receiveOnly, SUBNET_STATUS.transmitOnly];

type Answer = Extract<ServerPrimitive, { readonly kind: "unidataConfirm" | "unidataRejected" }>;

/** What one connection to a SIS server has told us, beyond the bind itself. */
export class SisSession {
  readonly #options: SisSessionOptions;
  readonly #keepAlive = new KeepAlive();
  readonly #complaints = new Set<string>();
  #isFlowOn = true;
  #isAvailable = true;
  #hardLink: HardLink | undefined;
  #cancelFlow: CancelTimer | undefined;

  constructor(options: SisSessionOptions) {
    this.#options = options;
  }

  /** Data flow is on, and the node able to send by ARQ. */
  get isClear(): boolean {
    return this.#isFlowOn && this.#isAvailable;
  }

  /** The connection is gone, or about to be closed. */
  end(): void {
    this.#cancelFlow?.();
  }

  /** Logs what a server should not do: the first time of a connection as a warning, since it may do it all the time. */
  complain(event: string, fields: LogFields): void {
    if (this.#complaints.has(event)) return this.#options.log.debug(event, fields);
    this.#complaints.add(event);
    this.#options.log.warn(event, fields);
  }

  /**
   * Takes what may come at any time.
   * @returns whether it was that
   */
  takeState(primitive: SisPrimitive): boolean {
    switch (primitive.kind) {
      case "keepAlive":
        if (this.#keepAlive.came(this.#options.clock.monotonicMs())) {
          this.#options.port.send({ kind: "keepAlive" });
        }
        return true;
      case "dataFlowOn":
      case "dataFlowOff":
        this.#setFlow(primitive.kind === "dataFlowOn");
        return true;
      case "subnetAvailability":
        this.#setAvailable(primitive.status, primitive.reason);
        return true;
      default:
        return false;
    }
  }

  /**
   * Takes what may come while bound.
   * @returns whether it was that
   */
  takeBound(primitive: SisPrimitive): boolean {
    switch (primitive.kind) {
      case "unidataIndication":
        this.#options.events.received(primitive);
        return true;
      case "unidataConfirm":
        this.#answered(primitive, { kind: "confirmed" });
        return true;
      case "unidataRejected":
        this.#answered(primitive, { kind: "rejected", reason: primitive.reason });
        return true;
      case "hardLinkEstablished":
        return this.#tell({ kind: "established", link: primitive.link, status: primitive.status });
      case "hardLinkIndication":
        return this.#tell({ kind: "wanted", link: primitive.link, status: primitive.status });
      case "hardLinkRejected":
        this.#forgetHardLink(primitive.link);
        return this.#tell({ kind: "rejected", link: primitive.link, reason: primitive.reason });
      case "hardLinkTerminated":
        this.#forgetHardLink(primitive.link);
        return this.#tell({ kind: "terminated", link: primitive.link, reason: primitive.reason });
      default:
        return false;
    }
  }

  /** @throws {RangeError} when we have asked for one already: a node has at most one, and asking is not idempotent */
  establishHardLink(link: HardLink): void {
    if (this.#hardLink !== undefined) {
      throw new RangeError("Cannot ask for a hard link: there is one already");
    }
    this.#hardLink = link;
    this.#options.port.send({ kind: "hardLinkEstablish", link });
  }

  terminateHardLink(): void {
    const link = this.#hardLink;
    this.#hardLink = undefined;
    if (link !== undefined) this.#options.port.send({ kind: "hardLinkTerminate", remote: link.remote });
  }

  #tell(event: HardLinkEvent): true {
    this.#options.log.info("hard link", { event: event.kind });
    this.#options.events.hardLink(event);
    return true;
  }

  #forgetHardLink({ remote }: HardLink): void {
    if (this.#hardLink !== undefined && sameNode(this.#hardLink.remote, remote)) this.#hardLink = undefined;
  }

  #setFlow(isOn: boolean): void {
    if (this.#isFlowOn === isOn) return;
    const { clock, timing, outstanding, log, onFlow } = this.#options;
    this.#isFlowOn = isOn;
    this.#cancelFlow?.();
    if (isOn) this.#cancelFlow = clock.after(timing.flowLossMs, () => outstanding.loseDoubtful());
    else outstanding.doubt(timing.flowDoubtMs);
    log.debug("data flow", { isOn });
    onFlow();
  }

  /** What status means is up to the server (section A.2.1.14); states that we do not know are taken for good ones. */
  #setAvailable(status: number, reason: number): void {
    this.#isAvailable = !NO_ARQ.includes(status);
    this.#options.log.info("node changed its state", { status, reason });
    this.#options.onFlow();
  }

  #answered({ destination, destinationSap, part }: Answer, outcome: Outcome): void {
    const handle = this.#options.outstanding.answered(destination, destinationSap, part);
    if (handle !== undefined) return this.#options.events.outcome(handle, outcome);
    this.#options.log.debug("answer to no outstanding U_PDU", { outcome: outcome.kind });
  }
}
