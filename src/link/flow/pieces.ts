import { concat } from "../../base/mod.ts";
import { DamageError, OctetReader, OctetWriter } from "./octets.ts";

/** Most pieces of a frame (section 2.6). */
export const MOST_PIECES = 4_096;
/** First octet of a piece: no frame, plain or protected, begins with it. */
const PIECE = 0x01;
const HEADER_SIZE_BYTES = 6;
const NOTHING = new Uint8Array(0);

/**
 * Cuts a frame that is larger than a block of the carrier (section 2.6).
 * @param frame counts the frames that are cut, modulo 256
 * @returns the frame itself when it fits
 * @throws {RangeError} when the blocks are so small that 4,096 of them do not hold it
 */
export function cutFrame(octets: Uint8Array, blockBytes: number, frame: number): Uint8Array[] {
  if (octets.length <= blockBytes) return [octets];
  const roomBytes = blockBytes - HEADER_SIZE_BYTES;
  const pieces = Math.ceil(octets.length / roomBytes);
  if (roomBytes < 1 || pieces > MOST_PIECES) {
    throw new RangeError(`Cannot cut a frame of ${octets.length} octets into blocks of ${blockBytes}`);
  }
  return Array.from({ length: pieces }, (_, piece) => {
    const part = octets.subarray(piece * roomBytes, (piece + 1) * roomBytes);
    return new OctetWriter().octet(PIECE).octet(frame).fixed(piece, 2).fixed(pieces, 2).doneWith(part);
  });
}

/** Puts frames together again. Holds the pieces of one frame at a time. */
export class PieceReader {
  #frame: number | undefined;
  #pieces: (Uint8Array | undefined)[] = [];
  #missing = 0;

  /**
   * Takes a block.
   * @returns the frame that is whole now; undefined while pieces are missing
   * @throws {DamageError} when it is a piece that cannot be one
   */
  take(block: Uint8Array): Uint8Array | undefined {
    if (block[0] !== PIECE) return block;
    const reader = new OctetReader(block.subarray(1));
    const [frame, piece, pieces] = [reader.octet(), reader.fixed(2), reader.fixed(2)];
    if (reader.isDone || pieces < 2 || pieces > MOST_PIECES || piece >= pieces) {
      throw new DamageError(`Cannot read a block: piece ${piece} of ${pieces}`);
    }
    if (this.#frame !== frame || this.#pieces.length !== pieces) {
      this.#frame = frame;
      this.#pieces = new Array<undefined>(pieces).fill(undefined);
      this.#missing = pieces;
    }
    if (this.#pieces[piece] === undefined) this.#missing--;
    this.#pieces[piece] = reader.rest();
    if (this.#missing > 0) return undefined;
    const whole = concat(this.#pieces.map((part) => part ?? NOTHING));
    this.#frame = undefined;
    this.#pieces = [];
    return whole;
  }
}
