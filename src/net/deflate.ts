import zlib from "node:zlib";
import { concat } from "../base/mod.ts";

/** The shape of `CompressionStream`: what is written to one comes out of the other. */
export interface ByteTransform {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** How hard to try. */
export interface DeflateOptions {
  /** 1 (fast) to 9 (small; the default, since on a link worth compressing for the processor has time to spare). */
  readonly level?: number;
}

/**
 * One zlib stream (RFC 1950) from the first byte to the last. Each write is a batch: it comes out at once, whole, as
 * one chunk. Closing `writable` ends the zlib stream.
 */
export function deflater(options: DeflateOptions = {}): ByteTransform {
  const deflation = new Deflation(options);
  return new TransformStream<Uint8Array, Uint8Array>({
    transform: async (batch, output) => {
      if (batch.length > 0) output.enqueue(await deflation.batch(batch));
    },
    flush: async (output) => output.enqueue(await deflation.end()),
    cancel: () => deflation.destroy(),
  });
}

/** A zlib stream being made; one call at a time. */
export class Deflation {
  readonly #zlib: zlib.Deflate;
  #chunks: Uint8Array[] = [];

  constructor({ level = 9 }: DeflateOptions = {}) {
    this.#zlib = zlib.createDeflate({ level });
    this.#zlib.on("data", (chunk: Uint8Array) => this.#chunks.push(chunk));
  }

  /** Compresses one batch, not empty, down to the last bit that the other side needs to read it all. */
  batch(bytes: Uint8Array): Promise<Uint8Array> {
    // A partial flush ends in an empty static block of ten bits where a sync flush has one of five octets. Neither
    // forgets what was learnt, as a full flush does. Inflaters need not know.
    return this.#run((done) => {
      this.#zlib.write(bytes);
      this.#zlib.flush(zlib.constants.Z_PARTIAL_FLUSH, done);
    });
  }

  /** Ends the stream; what it returns is the last of it. */
  end(): Promise<Uint8Array> {
    return this.#run((done) => {
      this.#zlib.once("end", done);
      this.#zlib.end();
    });
  }

  /** Frees the memory (about 300 KB); a call under way rejects. */
  destroy(): void {
    this.#zlib.destroy();
  }

  #run(begin: (done: () => void) => void): Promise<Uint8Array> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const onClose = () => reject(new Error("Cannot deflate: the stream was destroyed"));
    this.#zlib.once("close", onClose);
    begin(() => {
      this.#zlib.off("close", onClose);
      resolve(this.#take());
    });
    return promise;
  }

  #take(): Uint8Array {
    const chunks = this.#chunks;
    this.#chunks = [];
    return concat(chunks);
  }
}
