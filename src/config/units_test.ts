import assert from "node:assert/strict";
import fc from "fast-check";
import { DURATION, parseQuantity, quantityPattern, RATE, SIZE, type UnitFamily } from "./units.ts";

const GOOD: readonly (readonly [string, UnitFamily, number])[] = [
  ["500ms", DURATION, 500],
  ["30s", DURATION, 30_000],
  ["5m", DURATION, 300_000],
  ["2h", DURATION, 7_200_000],
  ["7d", DURATION, 604_800_000],
  ["1.5h", DURATION, 5_400_000],
  ["0s", DURATION, 0],
  ["512B", SIZE, 512],
  ["64KiB", SIZE, 65_536],
  ["1MiB", SIZE, 1_048_576],
  ["0.5GiB", SIZE, 536_870_912],
  ["2400bps", RATE, 2_400],
  ["9.6kbps", RATE, 9_600],
  ["1.1kbps", RATE, 1_100],
  ["2Mbps", RATE, 2_000_000],
];

const BAD: readonly (readonly [string, UnitFamily])[] = [
  ["", DURATION],
  ["30", DURATION],
  ["s", DURATION],
  ["-1s", DURATION],
  ["+1s", DURATION],
  ["1 s", DURATION],
  [" 1s", DURATION],
  ["1s\n", DURATION],
  ["1S", DURATION],
  ["1w", DURATION],
  ["1m30s", DURATION],
  ["1e3s", DURATION],
  [".5s", DURATION],
  ["1.s", DURATION],
  ["0.5ms", DURATION],
  ["٣s", DURATION],
  ["1constructor", DURATION],
  ["999999999999999d", DURATION],
  ["64KB", SIZE],
  ["64kib", SIZE],
  ["0.1B", SIZE],
  ["1s", SIZE],
  ["9600", RATE],
  ["9.6", RATE],
  ["0.3bps", RATE],
];

for (const [text, family, expected] of GOOD) {
  Deno.test(`${text} is ${family.noun} of ${expected}`, () => {
    assert.equal(parseQuantity(text, family), expected);
    assert.match(text, quantityPattern(family));
  });
}

for (const [text, family] of BAD) {
  Deno.test(`${JSON.stringify(text)} is not ${family.noun}`, () => {
    assert.equal(parseQuantity(text, family), undefined);
  });
}

for (const family of [DURATION, SIZE, RATE]) {
  const unit = fc.constantFrom(...Object.entries(family.units));

  Deno.test(`${family.noun} is exact, or refused where it is not whole or too great`, () => {
    const decimals = fc.integer({ min: 0, max: 999_999 });
    fc.assert(fc.property(fc.nat(), decimals, unit, (whole, millionths, [name, worth]) => {
      const text = `${whole}.${String(millionths).padStart(6, "0")}${name}`;
      const scaled = (BigInt(whole) * 1_000_000n + BigInt(millionths)) * BigInt(worth);
      const isGood = scaled % 1_000_000n === 0n && scaled / 1_000_000n <= BigInt(Number.MAX_SAFE_INTEGER);
      assert.equal(parseQuantity(text, family), isGood ? Number(scaled / 1_000_000n) : undefined);
    }));
  });

  Deno.test(`${family.noun} in whole units is that many of the unit`, () => {
    fc.assert(fc.property(fc.nat(1_000_000), unit, (amount, [name, worth]) => {
      assert.equal(parseQuantity(`${amount}${name}`, family), amount * worth);
    }));
  });

  Deno.test(`no text makes the reader of ${family.noun} fail or yield anything but a whole amount`, () => {
    const almost = fc.string({ unit: fc.constantFrom(..."0123456789.mshdKiBbpsMG-e ") });
    fc.assert(fc.property(almost, (text) => {
      const amount = parseQuantity(text, family);
      assert.ok(amount === undefined || (Number.isSafeInteger(amount) && amount >= 0));
    }));
  });
}
