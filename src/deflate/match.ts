/** A match as one number, never 0: its length in the high half, its distance in the low one. */
export function matchOf(length: number, distance: number): number {
  return (length << 16) | distance;
}

/** How many octets are repeated. */
export function matchLength(match: number): number {
  return match >>> 16;
}

/** How far back they begin, octets. */
export function matchDistance(match: number): number {
  return match & 0xffff;
}
