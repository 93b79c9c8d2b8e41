import { capacityBytes, type HfModem } from "./air.ts";
import type { CPdu, DPduBody, HfAddress } from "./dpdu.ts";
import type { HfNodeOptions } from "./options.ts";
import { DPDU, dpduBytes } from "./sizes.ts";
import type { Sized } from "./transfer.ts";
import type { Outgoing } from "./waiting.ts";

/** A part of a C_PDU that is sent without ARQ. */
export type DatagramBody = Extract<DPduBody, { kind: "datagram" }>;

/** A U_PDU that is sent without ARQ. */
export interface Datagram {
  readonly to: HfAddress;
  readonly outgoing: Outgoing;
  /** How often, 1 or more. */
  readonly times: number;
}

interface Part {
  readonly to: HfAddress;
  readonly outgoing: Outgoing;
  readonly body: DatagramBody;
  readonly isLast: boolean;
}

/** What goes without ARQ, to one node or to many: no link, no acknowledgement, delivered when it came whole. */
export class Datagrams {
  readonly #options: HfNodeOptions;
  readonly #modem: HfModem;
  readonly #ask: () => void;
  #parts: Part[] = [];
  readonly #heard = new WeakMap<CPdu, Set<number>>();
  #peer: HfAddress = "";

  constructor(options: HfNodeOptions, modem: HfModem, ask: () => void) {
    this.#options = options;
    this.#modem = modem;
    this.#ask = ask;
  }

  get wants(): boolean {
    return this.#parts.length > 0;
  }

  get urgency(): number {
    return this.#parts[0]?.outgoing.priority ?? -1;
  }

  /** For whom was composed last. */
  get peer(): HfAddress {
    return this.#peer;
  }

  add({ to, outgoing, times }: Datagram): void {
    for (let time = 1; time <= times; time++) {
      const bodies = this.#cut(outgoing.cPdu);
      for (const [index, body] of bodies.entries()) {
        this.#parts.push({ to, outgoing, body, isLast: time === times && index === bodies.length - 1 });
      }
    }
    this.#ask();
  }

  /** What fits into one transmission, all for the same destination. */
  compose(): Sized[] {
    let roomBytes = capacityBytes(this.#modem, this.#options.maxTransmissionMs);
    const said: Sized[] = [];
    this.#peer = this.#parts[0]?.to ?? this.#peer;
    for (let part = this.#parts[0]; part?.to === this.#peer; part = this.#parts[0]) {
      const sizeBytes = dpduBytes(DPDU.nonArqData, {
        addressBytes: this.#options.addressBytes,
        segmentBytes: part.body.sizeBytes,
      });
      if (sizeBytes > roomBytes) break;
      roomBytes -= sizeBytes;
      said.push({ sizeBytes, body: part.body });
      this.#parts.shift();
      if (part.isLast) part.outgoing.settled("delivered");
    }
    return said;
  }

  /** Its transmission has ended. */
  sent(_onAirMs: number): void {}

  /** @returns the C_PDU when this part makes it whole for the first time */
  hear({ cPdu, offsetBytes }: DatagramBody): CPdu | undefined {
    const heard = this.#heard.get(cPdu) ?? new Set<number>();
    this.#heard.set(cPdu, heard);
    if (heard.has(offsetBytes)) return undefined;
    heard.add(offsetBytes);
    const all = Math.ceil(cPdu.sizeBytes / this.#options.segmentBytes);
    return heard.size === all ? cPdu : undefined;
  }

  #cut(cPdu: CPdu): DatagramBody[] {
    const bodies: DatagramBody[] = [];
    for (let offsetBytes = 0; offsetBytes < cPdu.sizeBytes; offsetBytes += this.#options.segmentBytes) {
      const sizeBytes = Math.min(this.#options.segmentBytes, cPdu.sizeBytes - offsetBytes);
      bodies.push({ kind: "datagram", cPdu, offsetBytes, sizeBytes });
    }
    return bodies;
  }
}
