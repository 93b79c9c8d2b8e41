import { type HfModem, leadMs, usableMs } from "./air.ts";
import type { DPdu } from "./dpdu.ts";

/** Without an interleaver fading goes by pieces of this length. */
const FADING_PIECE_MS = 200;

/** A D_PDU with its place in the transmission, in octets. */
interface Placed {
  readonly dPdu: DPdu;
  readonly fromByte: number;
  readonly toByte: number;
}

/** What a flight asks of the air, in milliseconds since the channel was made. */
export interface Air {
  /** Whether an outage touches that time. */
  isSilent(fromMs: number, toMs: number): boolean;
  /** Whether the block that fills that time fades; asked once for each block, in their order. */
  fades(fromMs: number, toMs: number): boolean;
}

/** One transmission under way: which D_PDUs can be used when, and which are lost with their blocks. */
export class Flight {
  readonly #modem: HfModem;
  readonly #air: Air;
  readonly #startMs: number;
  readonly #groups = new Map<number, Placed[]>();
  /** For each block that has passed whether it is lost. */
  readonly #lost: boolean[] = [];

  constructor(modem: HfModem, air: Air, startMs: number, dPdus: readonly DPdu[]) {
    this.#modem = modem;
    this.#air = air;
    this.#startMs = startMs;
    let fromByte = 0;
    for (const dPdu of dPdus) {
      const toByte = fromByte + dPdu.sizeBytes;
      const afterMs = leadMs(modem) + usableMs(modem, toByte);
      const group = this.#groups.get(afterMs);
      if (group === undefined) this.#groups.set(afterMs, [{ dPdu, fromByte, toByte }]);
      else group.push({ dPdu, fromByte, toByte });
      fromByte = toByte;
    }
  }

  /** When, after the start, D_PDUs become usable; in order. */
  get stopsMs(): readonly number[] {
    return [...this.#groups.keys()];
  }

  get blocks(): number {
    return this.#lost.length;
  }

  get lostBlocks(): number {
    return this.#lost.filter((lost) => lost).length;
  }

  /** The D_PDUs that have come whole by that stop. To be asked at each stop, when its time has come. */
  arrived(stopMs: number): DPdu[] {
    const group = this.#groups.get(stopMs) ?? [];
    return group.filter((placed) => !this.#isLost(placed)).map(({ dPdu }) => dPdu);
  }

  #isLost({ fromByte, toByte }: Placed): boolean {
    const stepMs = this.#modem.blockMs === 0 ? FADING_PIECE_MS : this.#modem.blockMs;
    const bytesInBlock = stepMs * this.#modem.rateBps / 8_000;
    const first = Math.floor(fromByte / bytesInBlock);
    const last = Math.ceil(toByte / bytesInBlock) - 1;
    while (this.#lost.length <= last) this.#lost.push(this.#losesBlock(this.#lost.length, stepMs));
    return this.#lost.slice(first, last + 1).includes(true);
  }

  #losesBlock(index: number, stepMs: number): boolean {
    const dataMs = this.#startMs + leadMs(this.#modem);
    const fromMs = dataMs + index * stepMs;
    const faded = this.#air.fades(fromMs, fromMs + stepMs);
    // Who has not heard the preamble does not find the blocks behind it.
    const deaf = this.#air.isSilent(this.#startMs, dataMs);
    return deaf || this.#air.isSilent(fromMs, fromMs + stepMs) || faded;
  }
}
