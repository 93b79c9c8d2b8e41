import { randomFraction, type RandomSource } from "../../base/mod.ts";

/** How much of the air is lost. */
export interface FadingOptions {
  /** Average share of interleaver blocks that are lost: 0 to 0.9, and at most burst / (burst + 1). */
  readonly lossRatio: number;
  /** Average length of a run of lost blocks, 1 or more. */
  readonly burstBlocks: number;
}

/** The model needs good times between the bad ones, and a good one lasts a block at least. */
const MAX_LOSS_RATIO = 0.9;

/**
 * Fading in the model of Gilbert and Elliott: in a good state every block arrives, in a bad one none, and the states
 * follow one another at random. It goes on while nobody sends.
 */
export class Fading {
  readonly #random: RandomSource;
  readonly #lossRatio: number;
  /** Chance of a state to end with a block. */
  readonly #leaveBad: number;
  readonly #leaveGood: number;
  #bad: boolean;

  /** @throws {RangeError} when an option is out of its range */
  constructor(options: FadingOptions, random: RandomSource) {
    const { lossRatio, burstBlocks } = options;
    if (!(burstBlocks >= 1)) {
      throw new RangeError(`Cannot lose bursts of ${burstBlocks} blocks: 1 or more is possible`);
    }
    const most = Math.min(MAX_LOSS_RATIO, burstBlocks / (burstBlocks + 1));
    if (!(lossRatio >= 0 && lossRatio <= most)) {
      throw new RangeError(`Cannot lose a share of ${lossRatio}: 0 to ${most} is possible`);
    }
    this.#random = random;
    this.#lossRatio = lossRatio;
    this.#leaveBad = 1 / burstBlocks;
    this.#leaveGood = lossRatio / (burstBlocks * (1 - lossRatio));
    this.#bad = lossRatio > 0 && randomFraction(random) < lossRatio;
  }

  /**
   * Goes on by `blocks`, of which the last one is asked about.
   * @returns whether it is lost
   */
  next(blocks: number): boolean {
    if (this.#lossRatio === 0) return false;
    const memory = (1 - this.#leaveBad - this.#leaveGood) ** Math.max(1, Math.round(blocks));
    const chance = this.#lossRatio + ((this.#bad ? 1 : 0) - this.#lossRatio) * memory;
    this.#bad = randomFraction(this.#random) < chance;
    return this.#bad;
  }
}
