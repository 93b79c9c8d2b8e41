import { InflateError } from "./inflate_error.ts";
import { WINDOW_BYTES } from "./tables.ts";

const SIZE_BYTES = 2 * WINDOW_BYTES;

/** The window and, behind it, what a block has become so far; the latter counts only once it is kept. */
export class History {
  #text = new Uint8Array(SIZE_BYTES);
  /** Where the window ends and the block begins. */
  #end = 0;
  #at = 0;
  #mostAt = 0;

  constructor(history: Uint8Array) {
    const last = history.subarray(-WINDOW_BYTES);
    this.#text.set(last);
    this.#end = last.length;
  }

  get sizeBytes(): number {
    return Math.min(this.#end, WINDOW_BYTES);
  }

  /** Begins a block, which may become as much as `mostBytes`. What was not kept is gone. */
  begin(mostBytes: number): void {
    this.#at = this.#end;
    this.#mostAt = this.#end + mostBytes;
  }

  /** Makes what the block became part of the window, and returns a copy of it. */
  keep(): Uint8Array<ArrayBuffer> {
    const block = this.#text.slice(this.#end, this.#at);
    this.#end = this.#at;
    if (this.#text.length > SIZE_BYTES) this.#move(SIZE_BYTES);
    return block;
  }

  octet(octet: number): void {
    if (this.#at >= this.#text.length || this.#at >= this.#mostAt) this.#grow(1);
    this.#text[this.#at++] = octet;
  }

  octets(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#text.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /**
   * Repeats what stands `distance` octets before; it may overlap with itself.
   * @throws {InflateError} `distance`, `too-long`
   */
  match(length: number, distance: number): void {
    const reach = Math.min(this.#at, WINDOW_BYTES);
    if (distance > reach) {
      throw new InflateError("distance", `a match begins ${distance} octets before, of ${reach}`);
    }
    this.#grow(length);
    const text = this.#text;
    const last = this.#at + length;
    for (let at = this.#at; at < last; at++) text[at] = text[at - distance]!;
    this.#at = last;
  }

  #grow(moreBytes: number): void {
    const needed = this.#at + moreBytes;
    if (needed > this.#mostAt) {
      throw new InflateError(
        "too-long",
        `more comes out than the ${this.#mostAt - this.#end} octets allowed`,
      );
    }
    if (needed <= this.#text.length) return;
    const kept = Math.min(this.#end, WINDOW_BYTES);
    const size = kept + (needed - this.#end);
    this.#move(Math.max(SIZE_BYTES, Math.min(2 * size, kept + (this.#mostAt - this.#end))));
  }

  /** Moves the window to the front, with the block behind it, in a buffer of this size if it is another. */
  #move(sizeBytes: number): void {
    const first = Math.max(0, this.#end - WINDOW_BYTES);
    if (sizeBytes === this.#text.length) {
      this.#text.copyWithin(0, first, this.#at);
    } else {
      const text = new Uint8Array(sizeBytes);
      text.set(this.#text.subarray(first, this.#at));
      this.#text = text;
    }
    this.#end -= first;
    this.#at -= first;
    this.#mostAt -= first;
  }
}
