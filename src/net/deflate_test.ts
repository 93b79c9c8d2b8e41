import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, seededRandom } from "../base/mod.ts";
import { type ByteTransform, deflater } from "./deflate.ts";
import { inflater } from "./inflate.ts";

const text = (string: string) => new TextEncoder().encode(string);
const message = (id: number, body: string) =>
  text(
    `<message from="romeo@ship.example/deck" to="juliet@shore.example" id="m${id}"><body>${body}</body></message>`,
  );

/** Batches of every kind that matters: short, stanzas, what does not compress, what compresses to nothing. */
const batches: Uint8Array[] = [
  message(1, "But soft, what light through yonder window breaks?"),
  message(2, "It is the east, and Juliet is the sun."),
  text(" "),
  seededRandom(1).bytes(100 * 1024),
  new Uint8Array(100 * 1024).fill(0x61),
  message(3, "x".repeat(200)),
  seededRandom(2).bytes(1),
  seededRandom(3).bytes(33_000),
];
const sizes = batches.map((batch) => batch.length);

/** What `transform` makes of each input, one after the other, and of the end. */
async function oneByOne({ readable, writable }: ByteTransform, inputs: readonly Uint8Array[]) {
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const outputs: Uint8Array[] = [];
  for (const input of inputs) {
    const [{ value }] = await Promise.all([reader.read(), writer.write(input)]);
    outputs.push(value ?? new Uint8Array());
  }
  const closed = writer.close();
  const rest: Uint8Array[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) rest.push(next.value);
  await closed;
  return { outputs, rest: concat(rest) };
}

/** Feeds `chunks` to `transform`, each only after all that is expected of those before it has come out. */
async function inStep(
  { readable, writable }: ByteTransform,
  chunks: readonly Uint8Array[],
  expectedSizes: readonly number[],
): Promise<Uint8Array[]> {
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const writes: Promise<void>[] = [];
  const outputs: Uint8Array[] = [];
  for (const [i, chunk] of chunks.entries()) {
    writes.push(writer.write(chunk));
    const parts: Uint8Array[] = [];
    for (let missing = expectedSizes[i] ?? 0; missing > 0;) {
      const { value } = await reader.read();
      assert.ok(value !== undefined, `batch ${i} ends ${missing} octets too soon`);
      parts.push(value);
      missing -= value.length;
    }
    outputs.push(concat(parts));
  }
  const [end] = await Promise.all([reader.read(), writer.close(), ...writes]);
  assert.equal(end.done, true);
  return outputs;
}

Deno.test("each batch comes out at once as one chunk that ends with it, for our own inflater", async () => {
  const { outputs, rest } = await oneByOne(deflater(), batches);
  assert.deepEqual(await inStep(inflater(), [...outputs, rest], sizes), [...batches, new Uint8Array()]);
});

Deno.test("the same for DecompressionStream", async () => {
  const { outputs, rest } = await oneByOne(deflater(), batches);
  const stream = new DecompressionStream("deflate") as ByteTransform;
  assert.deepEqual(await inStep(stream, [...outputs, rest], sizes), [...batches, new Uint8Array()]);
});

Deno.test("what CompressionStream makes can be inflated", async () => {
  const stream = new CompressionStream("deflate") as ByteTransform;
  const written = (async () => {
    const writer = stream.writable.getWriter();
    for (const batch of batches) await writer.write(batch);
    await writer.close();
  })();
  const inflated: Uint8Array[] = [];
  for await (const chunk of stream.readable.pipeThrough(inflater())) inflated.push(chunk);
  await written;
  assert.deepEqual(concat(inflated), concat(batches));
});

const PYTHON = "/usr/bin/python3";
const havePython = await Deno.stat(PYTHON).then(() => true, () => false);
/** Inflates batches octet by octet; each line of input is one batch in hexadecimal, and so is each line of output. */
const SCRIPT = `
import sys, zlib
inflater = zlib.decompressobj()
for line in sys.stdin:
    out = b"".join(inflater.decompress(bytes([octet])) for octet in bytes.fromhex(line.strip()))
    print(out.hex())
assert inflater.eof and inflater.unused_data == b""
`;

Deno.test("the same for Python's zlib, octet by octet", { ignore: !havePython }, async () => {
  const { outputs, rest } = await oneByOne(deflater(), batches);
  const child = new Deno.Command(PYTHON, { args: ["-c", SCRIPT], stdin: "piped", stdout: "piped" }).spawn();
  const input = [...outputs, rest].map((chunk) => chunk.toHex() + "\n").join("");
  const [{ success, stdout }] = await Promise.all([child.output(), feed(child.stdin, text(input))]);
  assert.ok(success);
  const expected = [...batches, new Uint8Array()].map((batch) => batch.toHex() + "\n").join("");
  assert.equal(new TextDecoder().decode(stdout), expected);
});

async function feed(writable: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = writable.getWriter();
  await writer.write(bytes);
  await writer.close();
}

Deno.test("any batches go through and come back, in step", async () => {
  const anyBatch = fc.uint8Array({ minLength: 1, maxLength: 3_000, size: "max" });
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyBatch, { maxLength: 8 }),
      fc.integer({ min: 1, max: 9 }),
      async (inputs, level) => {
        const { outputs, rest } = await oneByOne(deflater({ level }), inputs);
        const expected = inputs.map((input) => input.length);
        assert.deepEqual(await inStep(inflater(), [...outputs, rest], expected), [
          ...inputs,
          new Uint8Array(),
        ]);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("an empty batch costs nothing", async () => {
  const { readable, writable } = deflater();
  const written = (async () => {
    const writer = writable.getWriter();
    for (const input of [new Uint8Array(), text("a"), new Uint8Array()]) await writer.write(input);
    await writer.close();
  })();
  const chunks: Uint8Array[] = [];
  for await (const chunk of readable) chunks.push(chunk);
  await written;
  assert.equal(chunks.length, 2, "one for the batch, one for the end");
});

Deno.test("a second message like the first costs a fraction, and a flush three or four octets", async () => {
  const { outputs } = await oneByOne(deflater(), [
    message(1, "Anchored."),
    message(2, "Anchored."),
    text("a"),
    text("a"),
  ]);
  const [first = 0, second = 0, third = 0, fourth = 0] = outputs.map((chunk) => chunk.length);
  assert.ok(first > 90 && second <= 12, `${first}, then ${second}`);
  assert.ok(third <= 4 && fourth <= 4, `${third}, then ${fourth}`);
});

Deno.test("giving up frees the deflater", async () => {
  const { readable, writable } = deflater();
  const writer = writable.getWriter();
  await Promise.all([readable.getReader().read(), writer.write(text("a"))]);
  await writer.abort(new Error("given up"));
  await assert.rejects(writer.write(text("b")), /given up/);
});
