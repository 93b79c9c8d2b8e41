import { decodePrimitive, frameSize } from "./decode.ts";
import { HEADER_SIZE_BYTES, MOST_FRAME_SIZE_BYTES } from "./encode.ts";
import type { SisPrimitive } from "./primitives.ts";
import { SisError } from "./sis_error.ts";

/** What a reader finds on a stream. */
export type SisInput =
  | { readonly kind: "primitive"; readonly primitive: SisPrimitive }
  /** A good frame that cannot be used, left out: an unknown type, or a value that is not allowed. */
  | { readonly kind: "skipped"; readonly type: number; readonly error: SisError }
  /** Nothing can be read any more: close. Comes once, as the last. */
  | { readonly kind: "broken"; readonly error: SisError };

/** Where buffers begin; they grow to one frame of the greatest size. */
const FIRST_SIZE_BYTES = 4_096;

/**
 * Takes the octets of a SIS connection apart, whatever the chunks they come in (Annex F, section F.16). Holds at most
 * one frame, which is 65,540 octets: a client has to take U_PDUs that are larger than its own MTU. It does not look
 * for the next preamble in garbage: the stream is reliable, so garbage is a mistake of the other side.
 */
export class SisReader {
  #held = new Uint8Array(FIRST_SIZE_BYTES);
  #heldBytes = 0;
  #isBroken = false;

  /** What can be read now, in order. After `broken` there is never anything. */
  push(octets: Uint8Array): SisInput[] {
    const found: SisInput[] = [];
    let at = 0;
    while (at < octets.length && !this.#isBroken) {
      at += this.#take(octets.subarray(at));
      this.#read(found);
    }
    return found;
  }

  /** @returns how many octets were held: to the end of a frame, or of its header while its size is not known */
  #take(octets: Uint8Array): number {
    const wanted = this.#heldBytes <= HEADER_SIZE_BYTES
      ? HEADER_SIZE_BYTES + 1
      : frameSize(this.#held.subarray(0, this.#heldBytes)) ?? MOST_FRAME_SIZE_BYTES;
    const taken = Math.min(wanted - this.#heldBytes, octets.length);
    if (wanted > this.#held.length) this.#grow(wanted);
    this.#held.set(octets.subarray(0, taken), this.#heldBytes);
    this.#heldBytes += taken;
    return taken;
  }

  #grow(sizeBytes: number): void {
    const grown = new Uint8Array(sizeBytes);
    grown.set(this.#held.subarray(0, this.#heldBytes));
    this.#held = grown;
  }

  /** Adds what is complete, or broken already, to `found`. */
  #read(found: SisInput[]): void {
    const held = this.#held.subarray(0, this.#heldBytes);
    try {
      const sizeBytes = frameSize(held);
      if (sizeBytes === undefined || held.length < sizeBytes) return;
      this.#heldBytes = 0;
      found.push({ kind: "primitive", primitive: decodePrimitive(held) });
    } catch (error) {
      if (!(error instanceof SisError)) throw error;
      const isHarmless = error.kind === "unknown-type" || error.kind === "value";
      this.#isBroken = !isHarmless;
      found.push(isHarmless ? { kind: "skipped", type: typeOf(held), error } : { kind: "broken", error });
    }
  }
}

function typeOf(frame: Uint8Array): number {
  return frame[HEADER_SIZE_BYTES] ?? 0;
}
