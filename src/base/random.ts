/** Randomness as a parameter: the system's in production, a seed's in tests. */
export interface RandomSource {
  /** `sizeBytes` unpredictable octets. */
  bytes(sizeBytes: number): Uint8Array;
}

/** The operating system's generator. */
export const systemRandom: RandomSource = {
  bytes: (sizeBytes) => crypto.getRandomValues(new Uint8Array(sizeBytes)),
};

/**
 * A reproducible generator (splitmix32) for tests and simulations. Never for secrets.
 * @param seed any integer; equal seeds give equal sequences
 */
export function seededRandom(seed: number): RandomSource {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  return {
    bytes(sizeBytes) {
      const out = new Uint8Array(sizeBytes);
      for (let i = 0; i < sizeBytes; i++) out[i] = next() & 0xff;
      return out;
    },
  };
}

/** A number in [0, 1). */
export function randomFraction(random: RandomSource): number {
  const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4);
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) / 2 ** 32;
}

const ID_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

/** A random id of `length` characters out of 64 (6 bits each), safe in attributes and resources. */
export function randomId(random: RandomSource, length: number): string {
  let id = "";
  for (const byte of random.bytes(length)) id += ID_ALPHABET[byte & 63];
  return id;
}
