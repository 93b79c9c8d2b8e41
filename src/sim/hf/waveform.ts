/** How long one interleaver is, and the preamble that goes before its first block. */
export interface Interleaver {
  /** Milliseconds of one block; 0 = there is none and every octet stands for itself. */
  readonly blockMs: number;
  readonly preambleMs: number;
}

/** A modem waveform: its data rates, and its interleavers by name. */
export interface Waveform {
  readonly name: string;
  readonly ratesBps: readonly number[];
  readonly interleavers: Readonly<Record<string, Interleaver>>;
}

/**
 * The waveforms the channel knows. Both are autobaud: the receiver follows, so nothing is said about the rate.
 *
 * The initial preamble of STANAG 4539 is taken as 0.3 s for every interleaver; the sources give no number. Its block
 * lengths are those of the data part. 4,800 bit/s is the coded waveform of STANAG 4539, not the uncoded one of
 * MIL-STD-188-110A.
 */
export const WAVEFORMS: readonly Waveform[] = [
  {
    name: "MIL-STD-188-110A",
    ratesBps: [75, 150, 300, 600, 1_200, 2_400],
    interleavers: {
      zero: { blockMs: 0, preambleMs: 600 },
      short: { blockMs: 600, preambleMs: 600 },
      long: { blockMs: 4_800, preambleMs: 4_800 },
    },
  },
  {
    name: "STANAG 4539",
    ratesBps: [3_200, 4_800, 6_400, 8_000, 9_600],
    interleavers: {
      "ultra-short": { blockMs: 119.58, preambleMs: 300 },
      "very-short": { blockMs: 358.75, preambleMs: 300 },
      short: { blockMs: 1_076.25, preambleMs: 300 },
      medium: { blockMs: 2_152.5, preambleMs: 300 },
      long: { blockMs: 4_305, preambleMs: 300 },
      "very-long": { blockMs: 8_610, preambleMs: 300 },
    },
  },
];

/** Every data rate there is a waveform for, lowest first. */
export const RATES_BPS: readonly number[] = WAVEFORMS.flatMap(({ ratesBps }) => ratesBps);

/**
 * The interleaver of that name at that rate.
 * @throws {RangeError} when no waveform has the rate, or the rate's waveform has no such interleaver
 */
export function interleaverOf(rateBps: number, name: string): Interleaver {
  const waveform = WAVEFORMS.find(({ ratesBps }) => ratesBps.includes(rateBps));
  if (waveform === undefined) {
    throw new RangeError(`Cannot use ${rateBps} bit/s: the rates are ${RATES_BPS.join(", ")}`);
  }
  const interleaver = Object.hasOwn(waveform.interleavers, name) ? waveform.interleavers[name] : undefined;
  if (interleaver !== undefined) return interleaver;
  const names = Object.keys(waveform.interleavers).join(", ");
  throw new RangeError(`Cannot use interleaver ${name} at ${rateBps} bit/s: ${waveform.name} has ${names}`);
}
