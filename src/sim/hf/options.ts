/** How a node is set up. Where Annex B and C leave a value to the node, it is one of these. */
export interface HfNodeOptions {
  /** Longest segment of a D_PDU, 1 to 1,023 octets. */
  readonly segmentBytes: number;
  /** Octets of the address field of a D_PDU (m), 1 to 7. */
  readonly addressBytes: number;
  /** Longest transmission; the EOT field counts to 127.5 s. */
  readonly maxTransmissionMs: number;
  /** Most frames not acknowledged, 1 to 128. */
  readonly windowFrames: number;
  /** Largest U_PDU the node takes. */
  readonly mtuBytes: number;
  /** Leading octets of a U_PDU in a DATA DELIVERY CONFIRM or FAIL S_PDU. */
  readonly returnedBytes: number;
  /** The calling side breaks a soft link that was idle this long. */
  readonly linkIdleMs: number;
  /** The called side breaks a soft link that was idle this long. */
  readonly calledIdleMs: number;
  /** The called side forgets a link over which no data has come this long after it was made. */
  readonly firstDataMs: number;
  /** How often a link is requested before it has failed. */
  readonly callAttempts: number;
  /** How often a break is said before the link counts as broken without a confirmation. */
  readonly breakAttempts: number;
  /** How often a node that has gone silent is asked for an acknowledgement before the link has failed. */
  readonly pollAttempts: number;
  /** Longest wait for the DATA DELIVERY CONFIRM, from when the other node has acknowledged the last segment. */
  readonly clientConfirmMs: number;
  /** Life of a U_PDU whose client set no limit. */
  readonly defaultTtlMs: number;
}

const DAY_MS = 86_400_000;

/** The defaults: Annex C's sizes with segments of 200 octets, and times as reasoned in `docs/testing.md`. */
export const HF_NODE_DEFAULTS: HfNodeOptions = {
  segmentBytes: 200,
  addressBytes: 7,
  maxTransmissionMs: 127_500,
  windowFrames: 128,
  mtuBytes: 2_048,
  returnedBytes: 6,
  linkIdleMs: 30_000,
  calledIdleMs: 60_000,
  firstDataMs: 60_000,
  callAttempts: 3,
  breakAttempts: 3,
  pollAttempts: 5,
  clientConfirmMs: 600_000,
  defaultTtlMs: 15 * DAY_MS,
};

const RANGES: Readonly<Partial<Record<keyof HfNodeOptions, readonly [number, number]>>> = {
  segmentBytes: [1, 1_023],
  addressBytes: [1, 7],
  maxTransmissionMs: [1_000, 127_500],
  windowFrames: [1, 128],
  mtuBytes: [1, 4_096],
  callAttempts: [1, 100],
  breakAttempts: [1, 100],
  pollAttempts: [1, 100],
};

/**
 * The defaults with some values replaced.
 * @throws {RangeError} when a value is outside what the Annexes, or this node, allow
 */
export function hfNodeOptions(changes: Partial<HfNodeOptions> = {}): HfNodeOptions {
  const options = { ...HF_NODE_DEFAULTS, ...changes };
  for (const [name, value] of Object.entries(options)) {
    const [from, to] = RANGES[name as keyof HfNodeOptions] ?? [0, Infinity];
    if (value >= from && value <= to) continue;
    throw new RangeError(`Cannot use ${name} ${value}: ${from} to ${to} is allowed`);
  }
  return options;
}
