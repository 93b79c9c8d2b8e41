import type { CancelTimer, Clock } from "../../base/mod.ts";
import type { Transport } from "../../net/mod.ts";
import {
  BIND_REJECTED,
  type ClientPrimitive,
  encodePrimitive,
  formatNodeAddress,
  type ServerPrimitive,
  type ServiceType,
  type SisPrimitive,
  SisReader,
  SUBNET_STATUS,
  UNBOUND,
  UNIDATA_REJECTED,
} from "../../stanag5066/mod.ts";
import type { HfNode, UPduArrival } from "./node.ts";
import type { HardLinkOffer } from "./hard_links.ts";
import type { FaultTarget, SisFaults } from "./sis_faults.ts";
import { SisHardLinks } from "./sis_hard_links.ts";
import { SisOutput } from "./sis_output.ts";
import { answerTo, indicationOf, outcomeReason, requestOf, type Unidata } from "./sis_unidata.ts";

/** How SIS servers behave towards clients. */
export interface SisSettings {
  /** Leading octets of a U_PDU handed back in confirms and rejects; the whole of it unless given. */
  readonly returnedBytes: number;
  /** U_PDU octets of one client not settled yet at which its flow is turned off, and on again. */
  readonly highWaterBytes: number;
  readonly lowWaterBytes: number;
  /** How often the server asks with S_KEEP_ALIVE, at least 120 s; 0 = never: it only answers. */
  readonly keepAliveMs: number;
}

/** What a connection needs of its server. */
export interface SisHost {
  readonly clock: Clock;
  readonly node: HfNode;
  readonly faults: SisFaults;
  readonly settings: SisSettings;
  /** State of the subnetwork, when it is not plainly on. */
  readonly availability: { readonly status: number; readonly reason: number };
  isSapTaken(sap: number): boolean;
}

interface Bind {
  readonly sap: number;
  readonly rank: number;
  readonly service: ServiceType;
}

/** After this many primitives that cannot be used a client is unbound. */
export const MAX_INVALID_PRIMITIVES = 10;
/** The answer to S_KEEP_ALIVE has to come by then (Annex A, A.2.1.17). */
const KEEP_ALIVE_ANSWER_MS = 10_000;

/** One client's connection to the SIS server, and its SAP. */
export class SisSession implements FaultTarget {
  readonly #host: SisHost;
  readonly #transport: Transport;
  readonly #output: SisOutput;
  readonly #hardLinks: SisHardLinks;
  #bind: Bind | undefined;
  /** Forgets U_PDUs that are not settled yet. */
  readonly #open = new Set<() => void>();
  #openBytes = 0;
  #flowOn = true;
  #flowForcedOff = false;
  #invalid = 0;
  #held: Uint8Array[] = [];
  #keepAlive: CancelTimer | undefined;
  #keepAliveAsked = false;

  constructor(host: SisHost, transport: Transport) {
    this.#host = host;
    this.#transport = transport;
    this.#output = new SisOutput(transport);
    this.#hardLinks = new SisHardLinks(host.node, (primitive) => this.say(primitive));
  }

  get sap(): number | undefined {
    return this.#bind?.sap;
  }

  /** Reads until the connection ends. */
  async run(): Promise<void> {
    const reader = new SisReader();
    const input = this.#transport.readable.getReader();
    try {
      for (let read = await input.read(); !read.done; read = await input.read()) {
        for (const found of reader.push(read.value)) {
          if (found.kind === "broken") this.abort();
          else if (found.kind === "skipped") this.#refuseInvalid();
          else this.#take(found.primitive);
        }
      }
      this.#output.close();
    } catch {
      // The connection has broken: the same as an end.
    }
    this.#release();
  }

  /** Hands a U_PDU to the client. */
  indicate(arrival: UPduArrival): void {
    for (let times = this.#host.faults.takeDelivery(); times > 0; times--) this.say(indicationOf(arrival));
  }

  /** Offers a hard link of type 2 to the client. */
  offer(offer: HardLinkOffer): void {
    this.#hardLinks.offer(offer);
  }

  say(primitive: ServerPrimitive): void {
    const octets = encodePrimitive(primitive);
    const { silent } = this.#host.faults;
    if (silent === undefined) return this.#output.write(octets);
    // An answer to S_KEEP_ALIVE that would be late must not be sent at all.
    if (silent === "keep" && primitive.kind !== "keepAlive") this.#held.push(octets);
  }

  sendOctets(octets: Uint8Array): void {
    this.#output.write(octets);
  }

  flush(): void {
    for (const octets of this.#held.splice(0)) this.#output.write(octets);
  }

  unbind(reason: number): void {
    if (this.#bind === undefined) return;
    this.#release();
    this.say({ kind: "unbindIndication", reason });
  }

  forceFlow(on: boolean): void {
    this.#flowForcedOff = !on;
    this.#setFlow(on && this.#openBytes < this.#host.settings.highWaterBytes);
  }

  abort(): void {
    this.#release();
    this.#output.abort();
  }

  #take(primitive: SisPrimitive): void {
    if (primitive.kind === "bindRequest") return this.#bindTo(primitive);
    if (primitive.kind === "keepAlive") return this.#answerKeepAlive();
    const bind = this.#bind;
    if (bind === undefined) return this.#refuseInvalid();
    switch (primitive.kind) {
      case "unbindRequest":
        return this.#release();
      case "unidataRequest":
      case "expeditedUnidataRequest":
        return this.#send(bind, primitive);
      case "hardLinkEstablish":
        return this.#hardLinks.establish(bind, primitive.link);
      case "hardLinkTerminate":
        return this.#host.node.hardLinks.terminate(formatNodeAddress(primitive.remote));
      case "hardLinkAccept":
        return this.#hardLinks.accept();
      case "hardLinkReject":
        return this.#hardLinks.reject(primitive.reason);
      case "managementRequest":
        return; // What it could ask for is not defined.
      default:
        // A primitive that only servers send.
        return this.#refuseInvalid();
    }
  }

  #bindTo({ sap, rank, service }: Extract<ClientPrimitive, { kind: "bindRequest" }>): void {
    const reason = this.#host.faults.takeBindRejection() ??
      (this.#bind !== undefined || this.#host.isSapTaken(sap) ? BIND_REJECTED.sapInUse : undefined);
    if (reason !== undefined) return this.say({ kind: "bindRejected", reason });
    this.#bind = { sap, rank, service };
    this.say({ kind: "bindAccepted", sap, mtuBytes: this.#host.node.options.mtuBytes });
    const { availability } = this.#host;
    if (availability.status !== SUBNET_STATUS.on) this.say({ kind: "subnetAvailability", ...availability });
    if (this.#host.settings.keepAliveMs > 0) this.#askKeepAlive();
  }

  #send(bind: Bind, request: Unidata): void {
    const { node, faults } = this.#host;
    const service = request.delivery ?? bind.service;
    const forced = faults.takeRejection();
    if (forced !== undefined) return this.#reject(request, forced);
    if (request.uPdu.length > node.options.mtuBytes) {
      return this.#reject(request, UNIDATA_REJECTED.largerThanMtu);
    }
    if (request.destination.isGroup && service.mode === "arq") {
      return this.#reject(request, UNIDATA_REJECTED.modeNotSpecified);
    }
    if (this.#drops()) return;
    this.#openBytes += request.uPdu.length;
    const end = () => {
      this.#openBytes -= request.uPdu.length;
      this.#open.delete(forget);
    };
    const cancel = node.submit({
      ...requestOf(bind.sap, request, service),
      settled: (outcome) => {
        if (!this.#open.has(forget)) return;
        end();
        if (service.confirmation !== "none") this.#report(request, outcomeReason(outcome));
        this.#steerFlow();
      },
    });
    const forget = () => {
      end();
      cancel();
    };
    this.#open.add(forget);
    this.#steerFlow();
  }

  /** Flow is off and too much has come nevertheless: the standard lets the server drop it without a word. */
  #drops(): boolean {
    if (this.#flowOn) return false;
    if (this.#flowForcedOff && this.#host.faults.dropsAtFlowOff) return true;
    return this.#openBytes >= 2 * this.#host.settings.highWaterBytes;
  }

  #report(request: Unidata, reason: number | undefined): void {
    const bind = this.#bind;
    if (reason !== undefined) return this.#reject(request, reason);
    const { delayMs, times } = this.#host.faults.takeConfirm();
    const confirm = () => {
      if (this.#bind !== bind) return;
      for (let time = 0; time < times; time++) {
        this.say(answerTo(request, undefined, this.#host.settings.returnedBytes));
      }
    };
    if (delayMs === 0) confirm();
    else this.#host.clock.after(delayMs, confirm);
  }

  #reject(request: Unidata, reason: number): void {
    this.say(answerTo(request, reason, this.#host.settings.returnedBytes));
  }

  #steerFlow(): void {
    const { highWaterBytes, lowWaterBytes } = this.#host.settings;
    if (this.#openBytes >= highWaterBytes) this.#setFlow(false);
    else if (this.#openBytes <= lowWaterBytes && !this.#flowForcedOff) this.#setFlow(true);
  }

  #setFlow(on: boolean): void {
    if (on === this.#flowOn || this.#bind === undefined) return;
    this.#flowOn = on;
    this.say({ kind: on ? "dataFlowOn" : "dataFlowOff" });
  }

  #answerKeepAlive(): void {
    if (this.#keepAliveAsked) this.#keepAliveAsked = false;
    else this.say({ kind: "keepAlive" });
  }

  #askKeepAlive(): void {
    const { clock, settings } = this.#host;
    this.#keepAlive = clock.after(settings.keepAliveMs, () => {
      this.#keepAliveAsked = true;
      this.say({ kind: "keepAlive" });
      this.#keepAlive = clock.after(KEEP_ALIVE_ANSWER_MS, () => {
        if (this.#keepAliveAsked) return this.unbind(UNBOUND.inactivity);
        this.#askKeepAlive();
      });
    });
  }

  #refuseInvalid(): void {
    this.#invalid++;
    if (this.#invalid >= MAX_INVALID_PRIMITIVES) this.unbind(UNBOUND.invalidPrimitives);
  }

  /** The client is not bound any more: what is not on the air yet is forgotten. */
  #release(): void {
    const sap = this.#bind?.sap;
    this.#bind = undefined;
    this.#keepAlive?.();
    this.#keepAliveAsked = false;
    for (const forget of [...this.#open]) forget();
    this.#flowOn = true;
    this.#flowForcedOff = false;
    if (sap !== undefined) this.#host.node.hardLinks.unbound(sap);
  }
}
