/** A family of units: what a duration, a size or a rate may be written in. */
export interface UnitFamily {
  /** With its article, as messages say it. */
  readonly noun: string;
  /** As the reference names the type of a key. */
  readonly type: string;
  /** What one of each unit is worth in the unit the server counts in. */
  readonly units: Readonly<Record<string, number>>;
}

/** Durations: `500ms`, `30s`, `5m`, `2h`, `7d`; counted in milliseconds. */
export const DURATION = {
  noun: "a duration",
  type: "duration",
  units: { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 },
} as const satisfies UnitFamily;

/** Sizes: `512B`, `64KiB`, `1MiB`, `2GiB`; counted in bytes. */
export const SIZE = {
  noun: "a size",
  type: "size",
  units: { B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 },
} as const satisfies UnitFamily;

/** Rates: `2400bps`, `9.6kbps`, `2Mbps` (powers of 1,000); counted in bits a second. */
export const RATE = {
  noun: "a rate",
  type: "rate",
  units: { bps: 1, kbps: 1_000, Mbps: 1_000_000 },
} as const satisfies UnitFamily;

/** Text of a quantity in a family, as far as the compiler can tell. */
export type QuantityText<F extends UnitFamily> = `${number}${keyof F["units"] & string}`;

const QUANTITY = /^(\d{1,15})(?:\.(\d{1,6}))?([A-Za-z]+)$/;

/**
 * Reads a quantity: digits, at most six decimals, and one of the family's units without a space between.
 * @returns the exact amount; undefined when it is no such quantity, not a whole amount, or beyond 2^53 - 1
 */
export function parseQuantity(text: string, family: UnitFamily): number | undefined {
  const [, whole = "", decimals = "", unit = ""] = QUANTITY.exec(text) ?? [];
  const worth = Object.hasOwn(family.units, unit) ? family.units[unit] : undefined;
  if (worth === undefined) return undefined;
  // In whole numbers: floating point would make 1.1kbps something other than 1,100 bit/s.
  const scale = 10 ** decimals.length;
  const scaledPart = Number(decimals) * worth;
  const amount = Number(whole) * worth + scaledPart / scale;
  return scaledPart % scale === 0 && Number.isSafeInteger(amount) ? amount : undefined;
}

/** The family's quantities as a regular expression, for editors. */
export function quantityPattern(family: UnitFamily): RegExp {
  return new RegExp(`^\\d{1,15}(\\.\\d{1,6})?(${Object.keys(family.units).join("|")})$`);
}
