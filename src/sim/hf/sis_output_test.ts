import assert from "node:assert/strict";
import { memoryPair } from "../../net/mod.ts";
import { MAX_UNREAD_BYTES, SisOutput } from "./sis_output.ts";

Deno.test("a client that does not read is cut off when too much waits for it", async () => {
  const [near, far] = memoryPair();
  const output = new SisOutput(near);
  const reader = far.readable.getReader();
  const piece = new Uint8Array(65_536);
  for (let sentBytes = 0; sentBytes < MAX_UNREAD_BYTES; sentBytes += piece.length) output.write(piece);
  assert.equal((await reader.read()).value?.length, piece.length);
  output.write(piece);
  output.write(piece);
  output.write(new Uint8Array(1));
  output.write(new Uint8Array(1));
  assert.equal(await near.closed, "closed-by-us");
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  });
});

Deno.test("what was written before the end is sent before it", async () => {
  const [near, far] = memoryPair();
  const output = new SisOutput(near);
  output.write(Uint8Array.of(1));
  output.write(Uint8Array.of(2));
  output.close();
  output.write(Uint8Array.of(3));
  const got: number[] = [];
  for await (const octets of far.readable) got.push(...octets);
  assert.deepEqual(got, [1, 2]);
});
