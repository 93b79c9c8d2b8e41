import { matchDistance, matchLength, matchOf } from "./match.ts";
import { MAX_MATCH, MIN_MATCH, WINDOW_BYTES } from "./tables.ts";

/** Octets that are compressed together. */
export const PIECE_BYTES = 4_096;
/** Room for matches of a piece; where it runs out, the piece ends early. */
const POOL_MATCHES = 6_144;
/** The window, and room for some text before the window must be moved. */
const TEXT_BYTES = WINDOW_BYTES + 8_192;
const WINDOW_MASK = WINDOW_BYTES - 1;
const HASH_BITS = 14;
/** Octets an index entry is about. Matches of three are found apart, and only the nearest. */
const INDEXED_BYTES = 4;
/** Bounds the time spent on text made to be slow: how many candidates are looked at for a position. */
const MAX_CANDIDATES = 256;
/** Where a match at least this long goes on from the octet before, a better start is unlikely. */
const LONG_MATCH = 16;
/** So that only these are looked at. */
const CANDIDATES_WITHIN_LONG = 4;

/**
 * The window with an index of it: where every four octets occurred last, and from there back through all earlier
 * places (or those of others with the same hash). Positions count from 1, so that 0 can mean none.
 */
export class Matcher {
  readonly text: Uint8Array = new Uint8Array(TEXT_BYTES + INDEXED_BYTES);
  /** The matches found in the piece, packed; those of each position by rising length. Some reach beyond its end. */
  readonly matches: Uint32Array = new Uint32Array(POOL_MATCHES);
  /** Where those of a position of the piece begin; those of the next follow. */
  readonly firstMatch: Uint16Array = new Uint16Array(PIECE_BYTES + 1);
  /** Where the piece begins in `text`. */
  start = 1;

  readonly #view = new DataView(this.text.buffer);
  readonly #latestOfThree = new Uint16Array(1 << HASH_BITS);
  readonly #latest = new Uint16Array(1 << HASH_BITS);
  readonly #before = new Uint16Array(WINDOW_BYTES);
  /** Where the text ends. */
  #end = 1;
  /** The first position that is not in the index yet. */
  #next = 1;
  #found = 0;

  /** Octets a match may reach back to from here. */
  get historySizeBytes(): number {
    return Math.min(this.#end - 1, WINDOW_BYTES);
  }

  /** Takes text in without looking for matches. Only the last 32,768 octets count. */
  prime(history: Uint8Array): void {
    const last = history.subarray(-WINDOW_BYTES);
    this.#slide(last.length);
    this.text.set(last, this.#end);
    this.#end += last.length;
    this.#indexUpTo(this.#end);
  }

  /**
   * Takes the next piece in and finds its matches.
   * @returns how much of `plain` became the piece, octets
   */
  take(plain: Uint8Array): number {
    const piece = plain.subarray(0, PIECE_BYTES);
    this.#slide(piece.length);
    this.text.set(piece, this.#end);
    this.start = this.#end;
    this.#end += piece.length;
    const size = this.#findMatches(piece.length);
    this.#end = this.start + size;
    return size;
  }

  /** Makes room behind the text, where there is none: moves the window to the front and indexes it anew. */
  #slide(moreBytes: number): void {
    if (this.#end + moreBytes <= TEXT_BYTES) return;
    this.text.copyWithin(1, this.#end - WINDOW_BYTES, this.#end);
    this.#end = 1 + WINDOW_BYTES;
    this.#latest.fill(0);
    this.#latestOfThree.fill(0);
    this.#next = 1;
    this.#indexUpTo(this.#end);
  }

  /** Indexes all positions before one, as far as four octets are there. */
  #indexUpTo(position: number): void {
    const last = Math.min(position, this.#end - INDEXED_BYTES + 1);
    for (; this.#next < last; this.#next++) {
      const octets = this.#octets(this.#next);
      this.#latestOfThree[hash(octets << 8)] = this.#next;
      this.#index(octets, this.#next);
    }
  }

  /** @returns the position before, 0 if there is none */
  #index(octets: number, position: number): number {
    const key = hash(octets);
    const before = this.#latest[key]!;
    this.#latest[key] = position;
    this.#before[position & WINDOW_MASK] = before;
    return before;
  }

  /** Four octets as one number, the first the lowest; behind the text stands anything. */
  #octets(position: number): number {
    return this.#view.getInt32(position, true);
  }

  /** @returns the octets dealt with before the pool was full */
  #findMatches(sizeBytes: number): number {
    this.#indexUpTo(this.start);
    this.#found = 0;
    let carried = 0;
    for (let offset = 0; offset < sizeBytes; offset++) {
      this.firstMatch[offset] = this.#found;
      if (this.#found > POOL_MATCHES - MAX_MATCH) return offset;
      const most = Math.min(MAX_MATCH, sizeBytes - offset);
      if (most >= MIN_MATCH) carried = this.#findAt(this.start + offset, most, carried);
    }
    this.firstMatch[sizeBytes] = this.#found;
    return sizeBytes;
  }

  /**
   * Finds for each length the nearest match, and indexes the position.
   * @param carried the longest match of the position before, 0 if it had none
   * @returns the longest here
   */
  #findAt(position: number, most: number, carried: number): number {
    const first = this.#found;
    const octets = this.#octets(position);
    const rest = Math.min(matchLength(carried) - 1, most);
    this.#findThree(octets, position, most);
    if (most >= INDEXED_BYTES) this.#findLonger(octets, position, most, rest, first);
    if (rest >= MIN_MATCH && rest > this.#longest(first)) this.#add(rest, matchDistance(carried));
    return this.#found > first ? this.matches[this.#found - 1]! : 0;
  }

  #findThree(octets: number, position: number, most: number): void {
    const key = hash(octets << 8);
    const at = this.#latestOfThree[key]!;
    this.#latestOfThree[key] = position;
    if (at === 0 || position - at > WINDOW_BYTES) return;
    const length = this.#common(at, position, most);
    if (length >= MIN_MATCH) this.#add(length, position - at);
  }

  #findLonger(octets: number, position: number, most: number, rest: number, first: number): void {
    const before = this.#before;
    const view = this.#view;
    const oldest = Math.max(0, position - WINDOW_BYTES - 1);
    let at = this.#index(octets, position);
    this.#next = position + 1;
    let longest = Math.max(this.#longest(first), MIN_MATCH);
    let left = rest >= LONG_MATCH ? CANDIDATES_WITHIN_LONG : MAX_CANDIDATES;
    let last = view.getInt32(position + longest - MIN_MATCH, true);
    for (; at > oldest && left > 0 && longest < most; left--) {
      // To be longer, a match must agree at the end of the longest so far; few do by chance.
      if (view.getInt32(at + longest - MIN_MATCH, true) === last) {
        const length = this.#common(at, position, most);
        if (length > longest) {
          longest = length;
          last = view.getInt32(position + longest - MIN_MATCH, true);
          this.#add(length, position - at);
        }
      }
      // The farthest place there can be shares its entry with this position, which points forward again.
      const earlier = before[at & WINDOW_MASK]!;
      at = earlier < at ? earlier : 0;
    }
  }

  /** How many octets from two positions on are the same, up to `most`. */
  #common(at: number, position: number, most: number): number {
    const view = this.#view;
    let length = 0;
    while (
      length + 4 <= most && view.getInt32(at + length, true) === view.getInt32(position + length, true)
    ) {
      length += 4;
    }
    while (length < most && this.text[at + length] === this.text[position + length]) length++;
    return length;
  }

  #add(length: number, distance: number): void {
    this.matches[this.#found++] = matchOf(length, distance);
  }

  /** The longest match added since `first`, 0 if none was. */
  #longest(first: number): number {
    return this.#found > first ? matchLength(this.matches[this.#found - 1]!) : 0;
  }
}

function hash(octets: number): number {
  return Math.imul(octets, 0x9e3779b1) >>> (32 - HASH_BITS);
}
