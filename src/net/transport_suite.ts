import assert from "node:assert/strict";
import { type CloseReason, concat, sleep, systemClock } from "../base/mod.ts";
import type { Transport } from "./transport.ts";
import { TransportError } from "./wire.ts";

/** Two ends of one connection, and how to put away what it stands on. */
export interface TransportPair {
  readonly a: Transport;
  readonly b: Transport;
  dispose?(): Promise<void>;
}

/** What any carrier may hold between a writer and a reader who does not read: the system's buffers and ours. */
const MAX_UNREAD_BYTES = 32 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** What the other side may see of an abort: carriers differ in whether they can tell it from a good end. */
const HUNG_UP = /^(lost|closed-by-peer)$/;

/**
 * The one suite that every transport passes, be it a socket, a radio or the simulator.
 * @param makePair makes a fresh connection; `a` and `b` are alike to the suite
 */
export function testTransport(name: string, makePair: () => TransportPair | Promise<TransportPair>): void {
  const test = (what: string, run: (pair: TransportPair) => Promise<void>) => {
    Deno.test(`${name}: ${what}`, async () => {
      const pair = await makePair();
      try {
        await run(pair);
      } finally {
        pair.a.abort("shutdown");
        pair.b.abort("shutdown");
        await Promise.all([pair.a.closed, pair.b.closed]);
        await pair.dispose?.();
      }
    });
  };
  testTransfer(test);
  testHalfClose(test);
  testBackPressure(test);
  testAbort(test);
}

type Test = (what: string, run: (pair: TransportPair) => Promise<void>) => void;

function testTransfer(test: Test): void {
  test("many small writes arrive whole and in order", async ({ a, b }) => {
    const sizes = Array.from({ length: 2_000 }, (_, i) => i % 61);
    const sent = sizes.map((size, i) => new Uint8Array(size).fill(i & 0xff));
    const received = readAll(b);
    const writer = a.writable.getWriter();
    for (const chunk of sent) await writer.write(chunk);
    await writer.close();
    assert.deepEqual(await received, concat(sent));
  });

  test("megabytes arrive intact, both ways at once", async ({ a, b }) => {
    const up = pattern(3 * 1024 * 1024 + 17, 1);
    const down = pattern(2 * 1024 * 1024 + 3, 2);
    const [atB, atA] = await Promise.all([readAll(b), readAll(a), writeAll(a, up), writeAll(b, down)]);
    assert.ok(equal(atB, up) && equal(atA, down));
    assert.ok(["closed-by-us", "closed-by-peer"].includes(await a.closed));
  });

  test("a writer may use its buffer again once the write is done", async ({ a, b }) => {
    const received = readBytes(b.readable.getReader(), 8);
    const writer = a.writable.getWriter();
    const buffer = new Uint8Array(4);
    await writer.write(buffer.fill(1));
    await writer.write(buffer.fill(2));
    assert.deepEqual(await received, Uint8Array.of(1, 1, 1, 1, 2, 2, 2, 2));
  });

  test("writes that nobody waits for go out too", async ({ a, b }) => {
    const writer = a.writable.getWriter();
    const writes = [1, 2, 3].map((octet) => writer.write(Uint8Array.of(octet)));
    assert.deepEqual(await readBytes(b.readable.getReader(), 3), Uint8Array.of(1, 2, 3));
    await Promise.all(writes);
  });
}

function testHalfClose(test: Test): void {
  for (const swap of [false, true]) {
    test(`${swap ? "b" : "a"} may finish first and still hear the answer`, async (pair) => {
      const [first, second] = swap ? [pair.b, pair.a] : [pair.a, pair.b];
      await writeAll(first, Uint8Array.of(1, 2, 3));
      assert.deepEqual(await readAll(second), Uint8Array.of(1, 2, 3));
      await writeAll(second, Uint8Array.of(4, 5));
      assert.deepEqual(await readAll(first), Uint8Array.of(4, 5));
      assert.equal(await first.closed, "closed-by-us");
      assert.equal(await second.closed, "closed-by-peer");
    });
  }

  test("one who does not want to read can still send", async ({ a, b }) => {
    await b.readable.cancel();
    await writeAll(a, pattern(1024 * 1024, 3));
    await writeAll(b, Uint8Array.of(7));
    assert.deepEqual(await readAll(a), Uint8Array.of(7));
    assert.equal(await b.closed === "lost", false);
  });

  test("to abort after the end changes nothing", async ({ a, b }) => {
    await Promise.all([writeAll(a, new Uint8Array(1)), readAll(b)]);
    await Promise.all([writeAll(b, new Uint8Array(1)), readAll(a)]);
    assert.equal(await a.closed, "closed-by-us");
    a.abort("internal");
    assert.equal(await a.closed, "closed-by-us");
  });
}

function testBackPressure(test: Test): void {
  test("a writer waits for a reader who does not read", async ({ a, b }) => {
    const flood = new Flood(a);
    await flood.stalled();
    assert.ok(flood.writtenBytes < MAX_UNREAD_BYTES, `${flood.writtenBytes} bytes were taken`);
    flood.stop();
    let receivedBytes = 0;
    for await (const chunk of b.readable) receivedBytes += chunk.length;
    await flood.done;
    assert.equal(receivedBytes, flood.writtenBytes);
  });

  test("a write that waits for a reader fails when its own side aborts", async ({ a }) => {
    const flood = new Flood(a);
    await flood.stalled();
    a.abort("timeout");
    await assert.rejects(flood.done);
    assert.equal(await a.closed, "timeout");
  });

  test("a write that waits for a reader fails when the other side aborts", async ({ a, b }) => {
    const flood = new Flood(a);
    await flood.stalled();
    b.abort("shutdown");
    await assert.rejects(flood.done);
    assert.match(await a.closed, HUNG_UP);
  });
}

function testAbort(test: Test): void {
  const reasons: CloseReason[] = ["timeout", "limit", "stream-error", "replaced", "shutdown"];
  for (const reason of reasons) {
    test(`abort with ${reason} ends both directions with that reason`, async ({ a, b }) => {
      const reading = a.readable.getReader().read();
      const writer = a.writable.getWriter();
      a.abort(reason);
      a.abort("internal");
      await assert.rejects(reading, (error) => error instanceof TransportError && error.reason === reason);
      await assert.rejects(writer.write(Uint8Array.of(1)));
      assert.equal(await a.closed, reason);
      await readAll(b).catch(() => {});
      await b.writable.close().catch(() => {});
      assert.match(await b.closed, HUNG_UP);
    });
  }

  test("to abort the writable side ends the transport", async ({ a }) => {
    await a.writable.abort();
    assert.equal(await a.closed, "closed-by-us");
  });
}

/** Writes without end until stopped. */
class Flood {
  writtenBytes = 0;
  readonly done: Promise<void>;
  #stopped = false;

  constructor(transport: Transport) {
    this.done = this.#run(transport.writable.getWriter());
    this.done.catch(() => {});
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when nothing has been taken for a while, or too much has. */
  async stalled(): Promise<void> {
    for (let before = -1; before < this.writtenBytes && this.writtenBytes < MAX_UNREAD_BYTES;) {
      before = this.writtenBytes;
      await sleep(systemClock, 50);
    }
  }

  async #run(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    for (let i = 0; !this.#stopped; i++) {
      await writer.write(pattern(CHUNK_BYTES, i));
      this.writtenBytes += CHUNK_BYTES;
    }
    await writer.close();
  }
}

/** Everything until the other side has finished. */
export async function readAll({ readable }: Transport): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readable) chunks.push(chunk);
  return concat(chunks);
}

/** The next `sizeBytes`, or fewer when the other side finishes before. */
export async function readBytes(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  sizeBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let missing = sizeBytes; missing > 0;) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
    missing -= value.length;
  }
  return concat(chunks);
}

/** Writes in pieces of odd size, and finishes. */
export async function writeAll({ writable }: Transport, bytes: Uint8Array): Promise<void> {
  const writer = writable.getWriter();
  const step = 40_009;
  for (let offset = 0; offset < bytes.length; offset += step) {
    await writer.write(bytes.subarray(offset, offset + step));
  }
  await writer.close();
}

/** Bytes that compress badly and differ by `seed`, cheap to make. */
function pattern(sizeBytes: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4));
  let state = seed * 2_654_435_761 + 1;
  for (let i = 0; i < words.length; i++) words[i] = state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + i;
  return new Uint8Array(words.buffer, 0, sizeBytes);
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, i) => octet === other[i]);
}
