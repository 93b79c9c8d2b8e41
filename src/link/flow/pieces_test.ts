import assert from "node:assert/strict";
import fc from "fast-check";
import { DamageError } from "./octets.ts";
import { cutFrame, PieceReader } from "./pieces.ts";

Deno.test("a frame that fits goes as it is, and comes as it is", () => {
  const frame = Uint8Array.of(0x80, 1, 2);
  assert.deepEqual(cutFrame(frame, 3, 7), [frame]);
  assert.deepEqual(new PieceReader().take(frame), frame);
});

Deno.test("golden octets: nine octets in blocks of eight", () => {
  const pieces = cutFrame(Uint8Array.of(0x86, 1, 2, 3, 4, 5, 6, 7, 8), 8, 258);
  assert.deepEqual(pieces, [
    Uint8Array.of(1, 2, 0, 0, 0, 5, 0x86, 1),
    Uint8Array.of(1, 2, 0, 1, 0, 5, 2, 3),
    Uint8Array.of(1, 2, 0, 2, 0, 5, 4, 5),
    Uint8Array.of(1, 2, 0, 3, 0, 5, 6, 7),
    Uint8Array.of(1, 2, 0, 4, 0, 5, 8),
  ]);
});

Deno.test("frames in pieces come together, in whatever order and how often the pieces come", () => {
  const anyFrame = fc.uint8Array({ minLength: 30, maxLength: 400 }).map((octets) =>
    Uint8Array.of(0x80, ...octets)
  );
  fc.assert(
    fc.property(
      anyFrame,
      fc.integer({ min: 9, max: 29 }),
      fc.infiniteStream(fc.nat()),
      (frame, blockBytes, dice) => {
        const pieces = cutFrame(frame, blockBytes, 3);
        const order = [...pieces, ...pieces.slice(0, 1)].map((piece) => ({
          piece,
          at: dice.next().value as number,
        }))
          .sort((a, b) => a.at - b.at);
        const reader = new PieceReader();
        const whole = order.map(({ piece }) => reader.take(piece)).filter((one) => one !== undefined);
        assert.deepEqual(whole[0], frame);
      },
    ),
  );
});

Deno.test("a piece of another frame lets go of those before", () => {
  const [first, second] = [
    cutFrame(new Uint8Array(10).fill(0x80), 8, 1),
    cutFrame(new Uint8Array(10).fill(0x81), 8, 2),
  ];
  const reader = new PieceReader();
  reader.take(first[0] ?? new Uint8Array());
  assert.deepEqual(second.map((piece) => reader.take(piece)).at(-1), new Uint8Array(10).fill(0x81));
  assert.equal(reader.take(first[1] ?? new Uint8Array()), undefined);
});

for (
  const [what, ...octets] of [
    ["no pieces", 1, 0, 0, 0, 0, 0, 9],
    ["one piece", 1, 0, 0, 0, 0, 1, 9],
    [
      "a piece too many",
      1,
      0,
      2,
      2,
      9,
    ],
    ["no octets", 1, 0, 0, 0, 0, 2],
    ["more pieces than there may be", 1, 0, 0, 0, 16, 1, 9],
    ["a header cut short", 1, 0, 0],
  ] as const
) {
  Deno.test(`damage: ${what}`, () => {
    assert.throws(() => new PieceReader().take(Uint8Array.from(octets)), DamageError);
  });
}

Deno.test("any octets are a frame, part of one, or damage", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 8 })), (blocks) => {
    const reader = new PieceReader();
    for (const block of blocks) {
      try {
        reader.take(block);
      } catch (error) {
        assert.ok(error instanceof DamageError);
      }
    }
  }));
});

Deno.test("what 4,096 blocks do not hold cannot be cut", () => {
  assert.throws(() => cutFrame(new Uint8Array(9_000), 8, 0), RangeError);
});
