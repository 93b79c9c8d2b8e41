import { interleaverOf } from "./waveform.ts";

/** What decides how long something is on the air. */
export interface HfModem {
  readonly rateBps: number;
  /** One interleaver block; 0 = no interleaver. */
  readonly blockMs: number;
  readonly preambleMs: number;
  /** From keying the transmitter to the first sign of the preamble. */
  readonly pttLeadMs: number;
  /** Silence between the end of one transmission and the beginning of the next. */
  readonly turnaroundMs: number;
}

/** A modem by rate and by the interleaver's name. */
export interface ModemChoice {
  /** One of `RATES_BPS`; 1,200 unless given. */
  readonly rateBps?: number;
  /** Name of an interleaver of that rate's waveform; `short` unless given. */
  readonly interleaver?: string;
  /** 0 unless given. */
  readonly pttLeadMs?: number;
  /** 2,000 unless given. */
  readonly turnaroundMs?: number;
}

/**
 * A modem out of the table of waveforms.
 * @throws {RangeError} for a rate or an interleaver that is not in it
 */
export function hfModem(choice: ModemChoice = {}): HfModem {
  const { rateBps = 1_200, interleaver = "short", pttLeadMs = 0, turnaroundMs = 2_000 } = choice;
  return { rateBps, ...interleaverOf(rateBps, interleaver), pttLeadMs, turnaroundMs };
}

/** Milliseconds before the first octet: keying and preamble. */
export function leadMs(modem: HfModem): number {
  return modem.pttLeadMs + modem.preambleMs;
}

/** Interleaver blocks that `sizeBytes` fill or begin; 0 without an interleaver. */
export function blocksOf(modem: HfModem, sizeBytes: number): number {
  if (modem.blockMs === 0) return 0;
  return Math.ceil(sizeBytes * 8_000 / (modem.rateBps * modem.blockMs));
}

/** Milliseconds on the air of one transmission of `sizeBytes`: lead, preamble, whole interleaver blocks. */
export function airMs(modem: HfModem, sizeBytes: number): number {
  return leadMs(modem) + usableMs(modem, sizeBytes);
}

/**
 * Milliseconds after the preamble when the receiver has the first `sizeBytes`: the end of the interleaver block in
 * which the last of them sits.
 */
export function usableMs(modem: HfModem, sizeBytes: number): number {
  if (modem.blockMs === 0) return sizeBytes * 8_000 / modem.rateBps;
  return blocksOf(modem, sizeBytes) * modem.blockMs;
}

/** Most octets one transmission may hold when it may last `limitMs`. */
export function capacityBytes(modem: HfModem, limitMs: number): number {
  const restMs = Math.max(0, limitMs - leadMs(modem));
  const dataMs = modem.blockMs === 0 ? restMs : Math.floor(restMs / modem.blockMs) * modem.blockMs;
  return Math.floor(dataMs * modem.rateBps / 8_000);
}
