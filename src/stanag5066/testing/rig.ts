import { nullLog, seededRandom } from "../../base/mod.ts";
import { VirtualClock } from "../../sim/clock.ts";
import type { Outcome } from "../outstanding.ts";
import type { ClientPrimitive, ServerPrimitive } from "../primitives.ts";
import type { TransmissionMode } from "../service_type.ts";
import { SisClient } from "../sis_client.ts";
import type { SisInput } from "../sis_reader.ts";
import type { SisTiming } from "../sis_timing.ts";
import type { SisBinding, SisClientEvents, SisPort } from "../sis_types.ts";
import { node } from "./examples.ts";

/** The other node. */
export const FAR = node("10.20.30.40");
/** This one. */
export const NEAR = node("1.2.3.4");
/** MTU that the rig's server grants. */
const MTU_BYTES = 2_048;
/** Life that the rig gives its U_PDUs. */
export const TTL_MS = 120_000;

/** How one event or output of a client reads in a transcript. */
function outcomeText(outcome: Outcome): string {
  return outcome.kind === "rejected" ? `rejected ${outcome.reason}` : outcome.kind;
}

/**
 * A client without I/O under a virtual clock, and a hand on each of its sides. All that it says and asks for goes into
 * a transcript, in order.
 */
export class Rig implements SisPort {
  readonly client: SisClient;
  readonly sent: ClientPrimitive[] = [];
  isBusy = false;
  #transcript: string[] = [];

  /** @param events instead of the transcript's own */
  constructor(
    binding: Partial<SisBinding> = {},
    timing: Partial<SisTiming> = {},
    events?: SisClientEvents,
    readonly clock = new VirtualClock(),
  ) {
    this.client = new SisClient({
      binding: { sap: 6, rank: 0, confirmation: "node", mostOutstanding: 2, ...binding },
      port: this,
      events: events ?? this.#events(),
      clock,
      random: seededRandom(1),
      log: nullLog,
      timing,
    });
  }

  /** What has happened since the last time. */
  happened(): string[] {
    const transcript = this.#transcript;
    this.#transcript = [];
    return transcript;
  }

  connect(): void {
    this.#transcript.push("connect");
  }

  send(primitive: ClientPrimitive): void {
    this.sent.push(primitive);
    const text = primitive.kind === "unidataRequest"
      ? `send ${primitive.uPdu.at(0)}`
      : `send ${primitive.kind}`;
    this.#transcript.push(text);
  }

  disconnect(): void {
    this.#transcript.push("disconnect");
  }

  /** The server says something. */
  gets(primitive: ServerPrimitive): void {
    this.client.received({ kind: "primitive", primitive });
  }

  /** Something else comes from the server. */
  reads(input: SisInput): void {
    this.client.received(input);
  }

  /** Starts and binds. */
  bind(): void {
    this.client.start();
    this.accept();
    this.happened();
  }

  /** The server takes the call and the bind. */
  accept(mtuBytes = MTU_BYTES): void {
    this.client.opened();
    this.gets({ kind: "bindAccepted", sap: 6, mtuBytes });
  }

  /** Sends a U_PDU of six octets that begins with `first`. */
  submit(first: number, ttlMs: number | undefined = TTL_MS): number {
    return this.client.submit({
      destination: FAR,
      destinationSap: 6,
      priority: 5,
      ttlMs,
      uPdu: Uint8Array.of(first, 1, 2, 3, 4, 5),
    });
  }

  /** The server confirms the U_PDU that begins with `first`, handing so much of it back. */
  confirm(first: number, sizeBytes = 6): void {
    const part = Uint8Array.of(first, 1, 2, 3, 4, 5).subarray(0, sizeBytes);
    this.gets({ kind: "unidataConfirm", destinationSap: 6, destination: FAR, part });
  }

  /** The server rejects it. */
  reject(first: number, reason: number): void {
    const part = Uint8Array.of(first, 1, 2, 3, 4, 5);
    this.gets({ kind: "unidataRejected", reason, destinationSap: 6, destination: FAR, part });
  }

  /** A U_PDU comes from the other node. */
  deliver(octets: Uint8Array, mode: TransmissionMode = "arq"): void {
    this.gets({
      kind: "unidataIndication",
      priority: 5,
      destinationSap: 6,
      destination: NEAR,
      mode,
      sourceSap: 6,
      source: FAR,
      damaged: [],
      missing: [],
      uPdu: octets,
    });
  }

  #events(): SisClientEvents {
    const note = (text: string) => void this.#transcript.push(text);
    return {
      bound: (mtuBytes) => note(`bound ${mtuBytes}`),
      unbound: ({ why }) => note(`unbound ${why}`),
      flow: () => note(this.client.isOpen ? "open" : "shut"),
      outcome: (handle, outcome) => note(`${handle} ${outcomeText(outcome)}`),
      received: ({ uPdu }) => note(`received ${uPdu.at(0)}`),
      hardLink: (event) => note(`hard link ${event.kind}`),
    };
  }
}
