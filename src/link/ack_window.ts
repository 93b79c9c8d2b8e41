/** Octets that may be unacknowledged at first, and at least. */
const FIRST_SIZE_BYTES = 16_384;
const LEAST_SIZE_BYTES = 2_048;
const MOST_SIZE_BYTES = 1_048_576;
/** How long an acknowledgement should take: above it the window shrinks, below half of it it grows. */
const TARGET_MS = 4_000;

interface Sent {
  readonly last: number;
  readonly sizeBytes: number;
  readonly atMs: number;
  /** Whether the window was full then: only such a moment says something about the link. */
  readonly wasFull: boolean;
}

/**
 * Holds back by acknowledgements what a carrier of unknown rate would swallow into its buffers: seconds of backlog lie
 * below, not minutes. Pure; times are monotonic.
 */
export class AckWindow {
  #limitBytes = FIRST_SIZE_BYTES;
  #inFlightBytes = 0;
  readonly #sent: Sent[] = [];

  /** Octets that may be handed over now. */
  get roomBytes(): number {
    return Math.max(0, this.#limitBytes - this.#inFlightBytes);
  }

  /** Notes frames with stanzas up to `last`, as octets for the carrier. */
  sent(last: number, sizeBytes: number, nowMs: number): void {
    this.#inFlightBytes += sizeBytes;
    this.#sent.push({ last, sizeBytes, atMs: nowMs, wasFull: this.roomBytes === 0 });
  }

  /** The other side has everything up to `number`. */
  acknowledged(number: number, nowMs: number): void {
    for (let first = this.#sent[0]; first !== undefined && first.last <= number; first = this.#sent[0]) {
      this.#sent.shift();
      this.#inFlightBytes -= first.sizeBytes;
      if (first.wasFull) this.#judge(nowMs - first.atMs);
    }
  }

  #judge(tookMs: number): void {
    if (tookMs > TARGET_MS) this.#limitBytes = this.#limitBytes * TARGET_MS / tookMs;
    else if (tookMs < TARGET_MS / 2) this.#limitBytes *= 2;
    this.#limitBytes = Math.min(MOST_SIZE_BYTES, Math.max(LEAST_SIZE_BYTES, this.#limitBytes));
  }
}
