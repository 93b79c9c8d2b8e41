import { randomFraction, type RandomSource, seededRandom } from "../../src/base/mod.ts";

/** Reproducible choices: the same seed makes the same attack. */
export class Dice {
  readonly #random: RandomSource;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    return Math.floor(randomFraction(this.#random) * below);
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  bytes(sizeBytes: number): Uint8Array {
    return this.#random.bytes(sizeBytes);
  }

  /** A word of small letters. */
  word(): string {
    return String.fromCharCode(...Array.from(this.bytes(this.between(1, 12)), (octet) => 97 + octet % 26));
  }

  /** The bytes in up to four pieces, cut anywhere. */
  cut(bytes: Uint8Array): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let rest = bytes;
    for (let left = this.below(4); left > 0 && rest.length > 1; left--) {
      const at = this.between(1, rest.length - 1);
      pieces.push(rest.subarray(0, at));
      rest = rest.subarray(at);
    }
    return [...pieces, rest];
  }
}
