import type { HfAddress } from "./dpdu.ts";

/** What one node has sent. */
export interface StationCounts {
  readonly airMs: number;
  readonly transmissions: number;
  readonly dPdus: number;
  readonly sizeBytes: number;
}

/** What has gone over a channel. A transmission counts when it has ended. */
export interface HfCounts {
  readonly elapsedMs: number;
  /** Time in which somebody sent; a transmission that goes on counts with what has passed of it. */
  readonly airMs: number;
  /** Share of the elapsed time in which somebody sent, 0 to 1. */
  readonly utilisation: number;
  /** Time in which nobody sent though the turnaround after the last transmission was over. */
  readonly idleMs: number;
  readonly transmissions: number;
  /** Transmissions by another node than the one before. */
  readonly turnarounds: number;
  readonly dPdus: number;
  readonly sizeBytes: number;
  /** Interleaver blocks (without an interleaver: pieces of 200 ms). */
  readonly blocks: number;
  readonly lostBlocks: number;
  readonly byNode: ReadonlyMap<HfAddress, StationCounts>;
}

/** What the tally has to know of a transmission that has ended. */
export interface Ended {
  readonly from: HfAddress;
  readonly airMs: number;
  readonly sizeBytes: number;
  readonly dPdus: readonly unknown[];
  readonly blocks: number;
  readonly lostBlocks: number;
}

const NOTHING: StationCounts = { airMs: 0, transmissions: 0, dPdus: 0, sizeBytes: 0 };

/** Counts what goes over a channel. */
export class ChannelTally {
  readonly #nowMs: () => number;
  #sinceMs: number;
  #sendingSinceMs: number | undefined;
  /** Since when the channel has been free for a transmission, or will be. */
  #freeAtMs: number;
  #idleMs = 0;
  #turnarounds = 0;
  #blocks = 0;
  #lostBlocks = 0;
  #byNode = new Map<HfAddress, StationCounts>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#sinceMs = nowMs();
    this.#freeAtMs = this.#sinceMs;
  }

  /** A transmission begins. */
  begin(startMs: number, isTurnaround: boolean): void {
    this.#sendingSinceMs = startMs;
    this.#idleMs += this.#idleUntil(startMs);
    if (isTurnaround) this.#turnarounds++;
  }

  /** It has ended; the next may begin at `freeAtMs`. */
  end(ended: Ended, freeAtMs: number): void {
    this.#freeAtMs = freeAtMs;
    const { from, blocks, lostBlocks } = ended;
    const before = this.#byNode.get(from) ?? NOTHING;
    const startMs = this.#sendingSinceMs ?? 0;
    this.#sendingSinceMs = undefined;
    this.#blocks += blocks;
    this.#lostBlocks += lostBlocks;
    this.#byNode.set(from, {
      airMs: before.airMs + Math.min(ended.airMs, this.#nowMs() - Math.max(startMs, this.#sinceMs)),
      transmissions: before.transmissions + 1,
      dPdus: before.dPdus + ended.dPdus.length,
      sizeBytes: before.sizeBytes + ended.sizeBytes,
    });
  }

  reset(): void {
    this.#sinceMs = this.#nowMs();
    this.#idleMs = 0;
    this.#turnarounds = 0;
    this.#blocks = 0;
    this.#lostBlocks = 0;
    this.#byNode = new Map();
  }

  counts(): HfCounts {
    const nowMs = this.#nowMs();
    const all = [...this.#byNode.values()];
    const sum = (part: keyof StationCounts) => all.reduce((total, counts) => total + counts[part], 0);
    const runningMs = this.#sendingSinceMs === undefined
      ? 0
      : nowMs - Math.max(this.#sendingSinceMs, this.#sinceMs);
    const elapsedMs = nowMs - this.#sinceMs;
    const airMs = sum("airMs") + runningMs;
    return {
      elapsedMs,
      airMs,
      idleMs: this.#idleMs + (this.#sendingSinceMs === undefined ? this.#idleUntil(nowMs) : 0),
      utilisation: elapsedMs === 0 ? 0 : airMs / elapsedMs,
      transmissions: sum("transmissions"),
      turnarounds: this.#turnarounds,
      dPdus: sum("dPdus"),
      sizeBytes: sum("sizeBytes"),
      blocks: this.#blocks,
      lostBlocks: this.#lostBlocks,
      byNode: new Map(this.#byNode),
    };
  }

  /** How long the channel has been free by then, within what is counted. */
  #idleUntil(untilMs: number): number {
    return Math.max(0, untilMs - Math.max(this.#freeAtMs, this.#sinceMs));
  }
}
