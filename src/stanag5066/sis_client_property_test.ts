import assert from "node:assert/strict";
import fc from "fast-check";
import { anyPrimitive } from "./testing/arbitrary.ts";
import { Rig } from "./testing/rig.ts";

type Step = (rig: Rig) => void | Promise<void>;

/** The server takes the next call, and its bind. */
async function acceptsNext(rig: Rig): Promise<void> {
  rig.client.start();
  rig.accept();
  if (rig.client.isBound) return;
  await rig.clock.advance(120_000);
  rig.accept();
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: anyPrimitive.map((primitive) => (rig: Rig) => rig.reads({ kind: "primitive", primitive })),
  },
  {
    weight: 4,
    arbitrary: fc.nat(3).map((first) => (rig: Rig) =>
      rig.client.hasRoom ? void rig.submit(first) : undefined
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(3), fc.nat(6)).map(([first, size]) => (rig: Rig) => rig.confirm(first, size)),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(3), fc.nat(15)).map(([first, reason]) => (rig: Rig) =>
      rig.reject(first, reason)
    ),
  },
  { weight: 3, arbitrary: fc.constant(acceptsNext) },
  { weight: 1, arbitrary: fc.constant((rig: Rig) => rig.client.closed("lost")) },
  { weight: 1, arbitrary: fc.constant((rig: Rig) => rig.client.stop()) },
  { weight: 1, arbitrary: fc.constant((rig: Rig) => rig.client.start()) },
  { weight: 2, arbitrary: fc.nat(200_000).map((delayMs) => (rig: Rig) => rig.clock.advance(delayMs)) },
);

Deno.test("whatever comes in whatever state, nothing is thrown and each U_PDU has one outcome", async () => {
  let outcomes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 60 }), async (steps) => {
      const rig = new Rig({ mostOutstanding: 3 });
      rig.client.start();
      rig.accept();
      for (const act of steps) await act(rig);
      rig.client.stop();
      assert.equal(rig.client.outstanding, 0);
      assert.equal(rig.clock.pending, 0);
      const happened = rig.happened();
      const submitted = happened.filter((text) => /^send \d/.test(text)).length;
      const handles = happened.flatMap((text) => /^(\d+) (?:confirmed|rejected|lost)/.exec(text)?.[1] ?? []);
      assert.deepEqual(
        handles.map(Number).sort((a, b) => a - b),
        Array.from({ length: submitted }, (_, index) => index + 1),
      );
      outcomes += submitted;
    }),
    { numRuns: 200, seed: 5066 },
  );
  assert.ok(outcomes > 500, `${outcomes}`);
});
