import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import zlib from "node:zlib";
import { concat, seededRandom } from "../base/mod.ts";
import { compressed } from "./compressed.ts";
import { InflateError, type InflateLimits, inflater } from "./inflate.ts";
import { memoryPair } from "./memory.ts";

const MIB = 1024 * 1024;

/** What comes out when `input` goes in, and the error that ended it, if any. */
async function inflate(input: Uint8Array, limits: InflateLimits = {}, stepBytes = input.length) {
  const { readable, writable } = inflater(limits);
  const written = (async () => {
    const writer = writable.getWriter();
    for (let i = 0; i < input.length; i += stepBytes) await writer.write(input.subarray(i, i + stepBytes));
    await writer.close();
  })();
  const chunks: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const chunk of readable) chunks.push(chunk);
    await written;
  } catch (caught) {
    error = caught;
    await assert.rejects(written);
  }
  return { bytes: concat(chunks), chunks, error };
}

Deno.test("it makes no difference how the input is cut", async () => {
  const plain = concat([seededRandom(1).bytes(20_000), new Uint8Array(50_000)]);
  const zipped = new Uint8Array(zlib.deflateSync(plain));
  for (const stepBytes of [1, 2, 3, 7, 100, 4_096, 4_097, zipped.length]) {
    const { bytes, error } = await inflate(zipped, {}, stepBytes);
    assert.equal(error, undefined);
    assert.ok(Buffer.from(bytes).equals(plain), `steps of ${stepBytes}`);
  }
});

Deno.test("output comes in chunks of at most 16 KiB", async () => {
  const { chunks, bytes } = await inflate(new Uint8Array(zlib.deflateSync(new Uint8Array(MIB))));
  assert.equal(bytes.length, MIB);
  for (const chunk of chunks) assert.ok(chunk.length > 0 && chunk.length <= 16 * 1024);
});

Deno.test("nothing is inflated ahead of a reader who does not read", async () => {
  const { readable, writable } = inflater();
  const writer = writable.getWriter();
  let taken = false;
  const write = writer.write(new Uint8Array(zlib.deflateSync(new Uint8Array(8 * MIB)))).then(() =>
    taken = true
  );
  const reader = readable.getReader();
  for (let readBytes = 0; readBytes < 4 * MIB;) {
    assert.equal(taken, false);
    readBytes += (await reader.read()).value?.length ?? 0;
  }
  await reader.cancel();
  await assert.rejects(write);
});

Deno.test("a bomb stops soon", async () => {
  const bomb = new Uint8Array(zlib.deflateSync(new Uint8Array(64 * MIB), { level: 9 }));
  const { bytes, error } = await inflate(bomb, { maxRatio: 100, maxBurstBytes: MIB });
  assert.ok(error instanceof InflateError && error.reason === "limit");
  assert.match(error.message, /^Cannot inflate: 4096 octets became \d+, more than 100 each$/);
  assert.ok(bytes.length < 6 * MIB, `${bytes.length} octets came out`);
});

Deno.test("a bomb stops with the limits as they are, and in small pieces too", async () => {
  const bomb = new Uint8Array(zlib.deflateSync(new Uint8Array(128 * MIB), { level: 9 }));
  for (const stepBytes of [bomb.length, 300]) {
    const { bytes, error } = await inflate(bomb, {}, stepBytes);
    assert.ok(error instanceof InflateError && error.reason === "limit");
    assert.ok(bytes.length < 64 * MIB, `${bytes.length} octets came out`);
  }
});

Deno.test("dull stanzas are no bomb", async () => {
  const stanza = `<message to="juliet@shore.example"><body>${"a".repeat(250_000)}</body></message>`;
  const plain = new TextEncoder().encode(stanza.repeat(40));
  const { bytes, error } = await inflate(new Uint8Array(zlib.deflateSync(plain, { level: 9 })));
  assert.equal(error, undefined);
  assert.equal(bytes.length, plain.length);
});

const corrupt: [string, Uint8Array][] = [
  ["no zlib header", Uint8Array.of(1, 2, 3, 4)],
  ["a block of no known type", Uint8Array.of(0x78, 0x9c, 0xff, 0xff)],
  ["a wrong checksum", Uint8Array.of(...zlib.deflateSync("hello").subarray(0, -1), 0)],
  ["stanzas in the clear", new TextEncoder().encode("<message/>")],
];
for (const [what, input] of corrupt) {
  Deno.test(`${what} is corrupt`, async () => {
    const { error } = await inflate(input);
    assert.ok(error instanceof InflateError && error.reason === "corrupt", `${error}`);
  });
}

Deno.test("a stream that ends in the middle ends", async () => {
  const zipped = new Uint8Array(zlib.deflateSync("Anchored off Elsinore.".repeat(10)));
  const { bytes, error } = await inflate(zipped.subarray(0, -4));
  assert.equal(error, undefined);
  assert.equal(new TextDecoder().decode(bytes), "Anchored off Elsinore.".repeat(10));
});

Deno.test("what follows the end of a stream is dropped", async () => {
  const zipped = zlib.deflateSync("hello");
  const { bytes, error } = await inflate(Uint8Array.of(...zipped, ...zipped), {}, 3);
  assert.equal(error, undefined);
  assert.equal(new TextDecoder().decode(bytes), "hello");
});

const endings: [string, Uint8Array, string][] = [
  ["corrupt data", Uint8Array.of(1, 2, 3, 4), "stream-error"],
  ["a bomb", new Uint8Array(zlib.deflateSync(new Uint8Array(64 * MIB), { level: 9 })), "limit"],
];
for (const [what, input, reason] of endings) {
  Deno.test(`a compressed transport that gets ${what} ends with ${reason}`, async () => {
    const [peer, carrier] = memoryPair();
    const transport = compressed(carrier, { maxRatio: 100 });
    const writing = peer.writable.getWriter().write(input);
    const reading = (async () => {
      for await (const chunk of transport.readable) assert.ok(chunk.length > 0);
    })();
    await assert.rejects(reading, InflateError);
    assert.equal(await transport.closed, reason);
    await assert.rejects(transport.writable.getWriter().write(Uint8Array.of(1)));
    await writing;
    assert.equal(await peer.closed, "lost");
  });
}
