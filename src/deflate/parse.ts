import type { Costs } from "./costs.ts";
import { matchDistance, matchLength, matchOf } from "./match.ts";
import { type Matcher, PIECE_BYTES } from "./matcher.ts";
import { distanceSymbol, MIN_MATCH } from "./tables.ts";

/** Up to this length every shortening of a match is weighed; of longer ones only the last few. */
const WEIGHED_LENGTH = 20;
const WEIGHED_SHORTENINGS = 3;

/** For a piece, the cheapest way to say the rest of it from each position, worked out from the end. */
export class Parser {
  readonly #cost = new Int32Array(PIECE_BYTES + 1);

  /** @param choices gets for each position the match to use there, 0 for a literal */
  parse(matcher: Matcher, sizeBytes: number, costs: Costs, choices: Uint32Array): void {
    const { text, matches, firstMatch, start } = matcher;
    const { literal, length: lengthCost, distance: distanceCost } = costs;
    const cost = this.#cost;
    cost[sizeBytes] = 0;
    let end = firstMatch[sizeBytes]!;
    for (let offset = sizeBytes - 1; offset >= 0; offset--) {
      let least = cost[offset + 1]! + literal[text[start + offset]!]!;
      let choice = 0;
      let shortest = MIN_MATCH;
      const first = firstMatch[offset]!;
      for (let index = first; index < end; index++) {
        const match = matches[index]!;
        // A piece cut short leaves matches that reach into the next.
        const longest = Math.min(matchLength(match), sizeBytes - offset);
        const distance = matchDistance(match);
        const fixed = distanceCost[distanceSymbol(distance)]!;
        if (longest > WEIGHED_LENGTH) shortest = Math.max(shortest, longest - WEIGHED_SHORTENINGS);
        for (let length = longest; length >= shortest; length--) {
          const sum = fixed + lengthCost[length]! + cost[offset + length]!;
          if (sum >= least) continue;
          least = sum;
          choice = matchOf(length, distance);
        }
        shortest = longest + 1;
      }
      end = first;
      cost[offset] = least;
      choices[offset] = choice;
    }
  }
}
