import assert from "node:assert/strict";
import fc from "fast-check";
import { Deadlines } from "./deadlines.ts";
import { Line } from "./line.ts";

Deno.test("whatever is added and called off, what is due comes in order and once", () => {
  const entries = fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 50 }), isOff: fc.boolean() }), {
    maxLength: 300,
  });
  fc.assert(fc.property(entries, (given) => {
    const off = new Set<number>();
    const deadlines = new Deadlines<number>((index) => !off.has(index));
    given.forEach(({ atMs, isOff }, index) => {
      deadlines.add(atMs, index, index);
      if (isOff) off.add(index);
    });
    const expected = given.map(({ atMs, isOff }, index) => ({ atMs, isOff, index })).filter(({ isOff }) =>
      !isOff
    ).sort((a, b) => a.atMs - b.atMs || a.index - b.index);
    assert.equal(deadlines.nextMs, expected[0]?.atMs);
    const due: number[] = [];
    for (const nowMs of [10, 50]) {
      for (let next = deadlines.take(nowMs); next !== undefined; next = deadlines.take(nowMs)) {
        assert.ok((given[next]?.atMs ?? 99) <= nowMs);
        due.push(next);
      }
    }
    assert.deepEqual(due, expected.map(({ index }) => index));
    assert.equal(deadlines.nextMs, undefined);
  }));
});

Deno.test("a line is what a sorted list would be", () => {
  const steps = fc.array(
    fc.oneof(
      fc.constant({ kind: "put" } as const),
      fc.record({ kind: fc.constant("replace" as const), order: fc.nat(40) }),
      fc.record({ kind: fc.constant("delete" as const), order: fc.nat(40) }),
    ),
    { maxLength: 80 },
  );
  fc.assert(fc.property(steps, (given) => {
    const line = new Line<{ order: number; name: number }>();
    const model = new Map<number, number>();
    let next = 0;
    given.forEach((step, name) => {
      if (step.kind === "delete") {
        line.delete(step.order);
        model.delete(step.order);
        return;
      }
      const order = step.kind === "put" ? next++ : step.order;
      if (step.kind === "replace" && !model.has(order)) return;
      line.put({ order, name });
      model.set(order, name);
    });
    const expected = [...model].sort(([a], [b]) => a - b).map(([order, name]) => ({ order, name }));
    assert.deepEqual([...line], expected);
    assert.deepEqual(line.first, expected[0]);
    assert.equal(line.size, expected.length);
  }));
});
