/** Air time of a block: small enough that something more urgent does not wait long for its end. */
const BLOCK_MS = 20_000;
/** Of the first one, when nothing is on its way: so that something arrives soon after a link has come back. */
const FIRST_BLOCK_MS = 4_000;
/** Least that a block holds, however slow the channel. */
const LEAST_BLOCK_SIZE_BYTES = 192;
/** Frames of 200 octets that a node may have on the air (Annex C), and some to follow at once. */
const MOST_HANDED_SIZE_BYTES = 48 * 1_024;

/** What a channel is like. */
export interface Air {
  readonly rateBps: number;
  /** Longest transmission. */
  readonly transmissionMs: number;
}

/**
 * How much is handed to a node at once: about what fits into one transmission, so that the node never runs out while it
 * holds the channel, and nothing that could be overtaken waits below us. Pure.
 */
export class AirWindow {
  readonly #air: Air;
  #handedBytes = 0;

  constructor(air: Air) {
    this.#air = air;
  }

  /**
   * What may be handed over now.
   * @param mostBytes the largest block that the node takes
   */
  room(mostBytes: number): { readonly blockBytes: number; readonly blocks: number } {
    const { rateBps, transmissionMs } = this.#air;
    const isFirst = this.#handedBytes === 0;
    const wishedBytes = rateBps * (isFirst ? FIRST_BLOCK_MS : BLOCK_MS) / 8_000;
    const blockBytes = Math.min(mostBytes, Math.max(LEAST_BLOCK_SIZE_BYTES, Math.round(wishedBytes)));
    const limitBytes = Math.min(MOST_HANDED_SIZE_BYTES, rateBps * transmissionMs / 8_000);
    const blocks = Math.floor((limitBytes - this.#handedBytes) / Math.max(1, blockBytes));
    return { blockBytes, blocks: isFirst ? 1 : Math.max(0, blocks) };
  }

  /** A block was handed over. */
  handed(sizeBytes: number): void {
    this.#handedBytes += sizeBytes;
  }

  /** It is known what became of it. */
  done(sizeBytes: number): void {
    this.#handedBytes = Math.max(0, this.#handedBytes - sizeBytes);
  }
}
