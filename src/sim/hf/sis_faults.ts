import type { Clock } from "../../base/mod.ts";
import type { ServerPrimitive } from "../../stanag5066/mod.ts";

/** What a fault does to a connection. */
export interface FaultTarget {
  /** SAP it is bound to. */
  readonly sap: number | undefined;
  unbind(reason: number): void;
  /** Tells it to send nothing, or to send again. */
  forceFlow(on: boolean): void;
  /** Writes octets at once, silent or not. */
  sendOctets(octets: Uint8Array): void;
  say(primitive: ServerPrimitive): void;
  /** Writes what was held back. */
  flush(): void;
  abort(): void;
}

/** Something that is done a number of times. */
interface Charge {
  readonly value: number;
  left: number;
}

/** Octets that are no S_PRIMITIVE. */
const GARBAGE = new Uint8Array([0x47, 0x45, 0x54, 0x20, 0x2f, 0x0d, 0x0a, 0x0d, 0x0a]);

/**
 * Misbehaviour on command: everything a SIS server may do to its clients. What is done to connections is done to all
 * of them, or to the one bound to `sap`. `times` counts from now on; a fault wears off when it has been used up.
 */
export class SisFaults {
  readonly #clock: Clock;
  readonly #targets: () => readonly FaultTarget[];
  #rejectBind: Charge | undefined;
  #reject: Charge | undefined;
  #late: Charge | undefined;
  #confirms: Charge | undefined;
  #deliveries: Charge | undefined;
  #dropped: Charge | undefined;
  #silent: "keep" | "lose" | undefined;
  #dropsAtFlowOff = false;

  constructor(clock: Clock, targets: () => readonly FaultTarget[]) {
    this.#clock = clock;
    this.#targets = targets;
  }

  /** The next binds are refused. */
  rejectBind(reason: number, times = 1): void {
    this.#rejectBind = { value: reason, left: times };
  }

  /** The next U_PDUs are rejected instead of sent, whether a confirmation was asked for or not. */
  reject(reason: number, times = 1): void {
    this.#reject = { value: reason, left: times };
  }

  /** Unbinds; the connection stays open. */
  unbind(reason: number, sap?: number): void {
    for (const target of this.#those(sap)) target.unbind(reason);
  }

  /**
   * Says DATA_FLOW_OFF, and DATA_FLOW_ON after that time.
   * @param drops whether U_PDUs that come nevertheless are dropped without a word
   */
  flowOff(durationMs: number, options: { readonly sap?: number; readonly drops?: boolean } = {}): void {
    this.#dropsAtFlowOff = options.drops ?? false;
    const targets = this.#those(options.sap);
    for (const target of targets) target.forceFlow(false);
    this.#clock.after(durationMs, () => {
      this.#dropsAtFlowOff = false;
      for (const target of targets) target.forceFlow(true);
    });
  }

  /**
   * Says nothing any more, but goes on taking U_PDUs and sending them, until `speak`.
   * @param options.loses what should have been said is never said; else it is said at the end
   */
  silence(options: { readonly loses?: boolean } = {}): void {
    this.#silent = options.loses === true ? "lose" : "keep";
  }

  /** Ends the silence. */
  speak(): void {
    this.#silent = undefined;
    for (const target of this.#those()) target.flush();
  }

  /** Breaks connections. */
  close(sap?: number): void {
    for (const target of this.#those(sap)) target.abort();
  }

  /** The next confirmations come that much later. */
  confirmLate(delayMs: number, times = Infinity): void {
    this.#late = { value: delayMs, left: times };
  }

  /** The next confirmations come twice. */
  confirmTwice(times = 1): void {
    this.#confirms = { value: 2, left: times };
  }

  /** The next confirmations do not come. */
  dropConfirms(times = 1): void {
    this.#dropped = { value: 0, left: times };
  }

  /** The next U_PDUs that arrive are indicated twice. */
  deliverTwice(times = 1): void {
    this.#deliveries = { value: 2, left: times };
  }

  /** Sends octets that are no S_PRIMITIVE, unless others are given. */
  garbage(octets: Uint8Array = GARBAGE, sap?: number): void {
    for (const target of this.#those(sap)) target.sendOctets(octets);
  }

  /** Says anything. */
  say(primitive: ServerPrimitive, sap?: number): void {
    for (const target of this.#those(sap)) target.say(primitive);
  }

  /** For connections: reason to refuse this bind with. */
  takeBindRejection(): number | undefined {
    return use(this.#rejectBind);
  }

  /** For connections: reason to reject this U_PDU with. */
  takeRejection(): number | undefined {
    return use(this.#reject);
  }

  /** For connections: how long this confirmation waits, and how often it comes. */
  takeConfirm(): { readonly delayMs: number; readonly times: number } {
    const times = use(this.#dropped) ?? use(this.#confirms) ?? 1;
    return { times, delayMs: times === 0 ? 0 : use(this.#late) ?? 0 };
  }

  /** For connections: how often this U_PDU is indicated. */
  takeDelivery(): number {
    return use(this.#deliveries) ?? 1;
  }

  /** For connections: whether nothing is said now, and what becomes of it. */
  get silent(): "keep" | "lose" | undefined {
    return this.#silent;
  }

  /** For connections: whether U_PDUs that come while the flow is off on command are dropped. */
  get dropsAtFlowOff(): boolean {
    return this.#dropsAtFlowOff;
  }

  #those(sap?: number): readonly FaultTarget[] {
    return this.#targets().filter((target) => sap === undefined || target.sap === sap);
  }
}

function use(charge: Charge | undefined): number | undefined {
  if (charge === undefined || charge.left <= 0) return undefined;
  charge.left--;
  return charge.value;
}
