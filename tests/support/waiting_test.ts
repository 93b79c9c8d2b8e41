import assert from "node:assert/strict";
import { Waiting } from "./waiting.ts";

const LONG_MS = 10_000;

function words(): Waiting<string> {
  return new Waiting((word) => `"${word}"`);
}

Deno.test("Waiting gives what came before it was waited for, each thing once", async () => {
  const waiting = words();
  for (const word of ["a", "b", "a"]) waiting.arrive(word);
  assert.equal(await waiting.next((word) => word === "b", "b", LONG_MS), "b");
  assert.equal(await waiting.next(() => true, "anything", LONG_MS), "a");
  assert.deepEqual(waiting.kept, ["a"]);
});

Deno.test("Waiting gives what comes later to the first who wants it", async () => {
  const waiting = words();
  const [first, second] = ["first", "second"].map((what) =>
    waiting.next((word) => word !== "x", what, LONG_MS)
  );
  for (const word of ["x", "a", "b"]) waiting.arrive(word);
  assert.deepEqual(await Promise.all([first, second]), ["a", "b"]);
  assert.deepEqual(waiting.drain(), ["x"]);
  assert.deepEqual(waiting.kept, []);
});

Deno.test("Waiting says what came instead when time is up", async () => {
  const waiting = words();
  waiting.arrive("x");
  await assert.rejects(waiting.next((word) => word === "a", "the a", 1), {
    message: 'Cannot find the a: 1 ms have passed. What came and was not waited for:\n  "x"',
  });
});

Deno.test("Waiting fails all who wait, and all who will, once nothing more can come", async () => {
  const waiting = words();
  const before = waiting.next(() => true, "anything", LONG_MS);
  waiting.end("the connection has ended");
  await assert.rejects(before, /the connection has ended/);
  await assert.rejects(waiting.next(() => true, "anything", LONG_MS), /the connection has ended/);
});
