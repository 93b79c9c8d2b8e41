import assert from "node:assert/strict";
import { earliest, Metrics, randomFraction, randomId, seededRandom, systemRandom } from "./mod.ts";

Deno.test("counters are kept apart by name and labels, whatever the order of the labels", () => {
  const metrics = new Metrics();
  metrics.count("halyard_x_total", { a: "1", b: "2" });
  metrics.count("halyard_x_total", { b: "2", a: "1" }, 4);
  metrics.count("halyard_x_total");
  assert.equal(metrics.value("halyard_x_total", { b: "2", a: "1" }), 5);
  assert.deepEqual(metrics.all(), [["halyard_x_total", 1], ['halyard_x_total{a="1",b="2"}', 5]]);
});

Deno.test("a seed gives the same sequence again, another seed another", () => {
  const take = (seed: number) => randomId(seededRandom(seed), 16);
  assert.equal(take(1), take(1));
  assert.notEqual(take(1), take(2));
});

Deno.test("ids use 64 characters that need no escaping and no two of a thousand are equal", () => {
  const ids = new Set(Array.from({ length: 1000 }, () => randomId(systemRandom, 10)));
  assert.equal(ids.size, 1000);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{10}$/);
});

Deno.test("fractions lie in [0, 1) and spread evenly", () => {
  const random = seededRandom(7);
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const tenth = Math.floor(randomFraction(random) * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  assert.ok(tenths.every((count) => count > 800 && count < 1200), tenths.join(" "));
});

Deno.test("the earliest of moments is the least that there is", () => {
  assert.equal(earliest(5, undefined, 3, 4), 3);
  assert.equal(earliest(undefined), undefined);
  assert.equal(earliest(), undefined);
});
