import { ACK_AFTER_SIZE_BYTES } from "./flow/mod.ts";

/**
 * Octets of text that may be unacknowledged at first, and at least. So many make the other side acknowledge at once
 * (docs/link-protocol.md section 3.4); fewer could wait for that until its timer.
 */
const LEAST_SIZE_BYTES = ACK_AFTER_SIZE_BYTES;
const MOST_SIZE_BYTES = 1_048_576;
/** How long an acknowledgement should take: above it the window shrinks, below half of it it grows. */
const TARGET_MS = 4_000;

/** Frames with stanzas that were handed over together. */
export interface Handed {
  /** Number of the last stanza. */
  readonly last: number;
  /** Octets of their text. */
  readonly textBytes: number;
  /** Octets for the carrier. */
  readonly linkBytes: number;
}

interface Sent extends Handed {
  readonly atMs: number;
  /** Whether the window was full then: only such a moment says something about the link. */
  readonly wasFull: boolean;
}

/**
 * Holds back by acknowledgements what a carrier of unknown rate would swallow into its buffers: seconds of backlog lie
 * below, not minutes. Pure; times are monotonic.
 */
export class AckWindow {
  #limitBytes = LEAST_SIZE_BYTES;
  #textBytes = 0;
  #linkBytes = 0;
  readonly #sent: Sent[] = [];
  /** Up to which number what is under way left under another limit, and so says nothing about the present one. */
  #judgedUpTo = 0;

  /** Octets of text that may be handed over now; when there are any, one stanza may exceed them. */
  get roomBytes(): number {
    return Math.max(0, this.#limitBytes - this.#textBytes);
  }

  /** Octets that were handed to the carrier and are not acknowledged. */
  get linkBytes(): number {
    return this.#linkBytes;
  }

  /** Notes what was handed over. */
  sent(handed: Handed, nowMs: number): void {
    this.#textBytes += handed.textBytes;
    this.#linkBytes += handed.linkBytes;
    this.#sent.push({ ...handed, atMs: nowMs, wasFull: this.roomBytes === 0 });
  }

  /** The other side has everything up to `number`. */
  acknowledged(number: number, nowMs: number): void {
    for (let first = this.#sent[0]; first !== undefined && first.last <= number; first = this.#sent[0]) {
      this.#sent.shift();
      this.#textBytes -= first.textBytes;
      this.#linkBytes -= first.linkBytes;
      if (first.wasFull && first.last > this.#judgedUpTo) this.#judge(first.last, nowMs - first.atMs);
    }
  }

  #judge(last: number, tookMs: number): void {
    this.#judgedUpTo = this.#sent.at(-1)?.last ?? last;
    if (tookMs > TARGET_MS) this.#limitBytes = Math.round(this.#limitBytes * TARGET_MS / tookMs);
    else if (tookMs < TARGET_MS / 2) this.#limitBytes *= 2;
    this.#limitBytes = Math.min(MOST_SIZE_BYTES, Math.max(LEAST_SIZE_BYTES, this.#limitBytes));
  }
}
