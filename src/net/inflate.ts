import zlib from "node:zlib";
import type { ByteTransform } from "./deflate.ts";

/** Bounds on what a peer may make of few bytes. */
export interface InflateLimits {
  /**
   * How many octets one octet may become, in the long run. The default of 1,000 is just below the 1,032 that deflate
   * can do at most, and above what stanzas reach: each costs some octets however dull it is.
   */
  readonly maxRatio?: number;
  /** By how much that may be exceeded in the short run, octets; 1 MiB unless given. */
  readonly maxBurstBytes?: number;
}

/** What cannot be inflated: it is corrupt, or it becomes too much. */
export class InflateError extends Error {
  override readonly name = "InflateError";
  constructor(readonly reason: "corrupt" | "limit", message: string) {
    super(message);
  }
}

/** Input is taken in bites of this size, and what each became is looked at. */
const SLICE_BYTES = 4 * 1024;
/** Largest chunk that comes out. */
const CHUNK_BYTES = 16 * 1024;

/**
 * The counterpart of `deflater`, for any zlib stream. What is written comes out as far as it can be inflated, in
 * chunks of at most 16 KiB and no faster than they are read. A stream that ends in the middle just ends: connections
 * do. Corrupt data, or too much of it, fails both ends with an `InflateError`.
 */
export function inflater(limits: InflateLimits = {}): ByteTransform {
  const inflation = new Inflation(limits);
  const readable = new ReadableStream<Uint8Array>({
    start: (output) => void (inflation.output = output),
    pull: () => inflation.pull(),
    cancel: (reason) => inflation.fail(reason ?? new Error("Cannot inflate: nobody reads any more")),
  }, { highWaterMark: 0 });
  const writable = new WritableStream<Uint8Array>({
    start: (input) => void (inflation.input = input),
    write: (bytes) => inflation.write(bytes),
    close: () => inflation.end(),
    abort: (reason) => inflation.fail(reason),
  });
  return { readable, writable };
}

class Inflation {
  output: ReadableStreamDefaultController<Uint8Array> | undefined;
  input: WritableStreamDefaultController | undefined;
  readonly #zlib = zlib.createInflate({ chunkSize: CHUNK_BYTES, finishFlush: zlib.constants.Z_SYNC_FLUSH });
  readonly #maxRatio: number;
  readonly #maxBurstBytes: number;
  #givenBytes = 0;
  #excessBytes = 0;
  #ended = false;
  #pulled: (() => void) | undefined;
  #writing: ((error: unknown) => void) | undefined;

  constructor({ maxRatio = 1_000, maxBurstBytes = 1024 * 1024 }: InflateLimits) {
    this.#maxRatio = maxRatio;
    this.#maxBurstBytes = maxBurstBytes;
    this.#zlib.on("readable", () => this.#give());
    this.#zlib.on("end", () => this.#end());
    this.#zlib.on(
      "error",
      (error) => this.fail(new InflateError("corrupt", `Cannot inflate: ${error.message}`)),
    );
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; offset += SLICE_BYTES) {
      const slice = bytes.subarray(offset, offset + SLICE_BYTES);
      const beforeBytes = this.#inflatedBytes();
      await this.#settled((done) => this.#zlib.write(slice, done));
      this.#account(slice.length, this.#inflatedBytes() - beforeBytes);
    }
  }

  end(): Promise<void> {
    return this.#settled((done) => this.#zlib.end(done));
  }

  /** Gives out one chunk as soon as there is one. */
  pull(): Promise<void> {
    return new Promise((resolve) => {
      this.#pulled = resolve;
      this.#give();
    });
  }

  fail(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.output?.error(error);
    this.input?.error(error);
    this.#writing?.(error);
    this.#pulled?.();
    this.#zlib.destroy();
  }

  #give(): void {
    if (this.#pulled === undefined) return;
    const chunk: Uint8Array | null = this.#zlib.read(Math.min(this.#zlib.readableLength, CHUNK_BYTES));
    if (chunk === null) return;
    this.#givenBytes += chunk.length;
    this.output?.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#pulled();
    this.#pulled = undefined;
  }

  #end(): void {
    this.#ended = true;
    this.output?.close();
    this.#pulled?.();
  }

  #inflatedBytes(): number {
    return this.#givenBytes + this.#zlib.readableLength;
  }

  #account(inBytes: number, outBytes: number): void {
    this.#excessBytes = Math.max(0, this.#excessBytes + outBytes - this.#maxRatio * inBytes);
    if (this.#excessBytes <= this.#maxBurstBytes) return;
    const growth = `${inBytes} octets became ${outBytes}, more than ${this.#maxRatio} each`;
    this.fail(new InflateError("limit", `Cannot inflate: ${growth}`));
  }

  #settled(begin: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#writing = reject;
      begin((error) => error ? reject(error) : resolve());
    });
  }
}
