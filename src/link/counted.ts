import type { Transport } from "../net/mod.ts";

/** Told of bytes as they are handed to a transport or taken from it. */
export type CountBytes = (direction: "out" | "in", sizeBytes: number) => void;

/**
 * The same transport, each of its bytes counted. Adds no buffer: a write is taken when the transport below takes it.
 */
export function counted(transport: Transport, count: CountBytes): Transport {
  const reader = transport.readable.getReader();
  const writer = transport.writable.getWriter();
  return {
    readable: new ReadableStream({
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        count("in", value.length);
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 }),
    writable: new WritableStream({
      write(bytes) {
        count("out", bytes.length);
        return writer.write(bytes);
      },
      close: () => writer.close(),
      abort: (reason) => writer.abort(reason),
    }),
    closed: transport.closed,
    remote: transport.remote,
    abort: (reason) => transport.abort(reason),
  };
}
