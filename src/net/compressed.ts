import type { CloseReason } from "../base/mod.ts";
import { type DeflateOptions, Deflation } from "./deflate.ts";
import { InflateError, type InflateLimits, inflater } from "./inflate.ts";
import type { Transport } from "./transport.ts";

/** How the bytes of a transport are compressed, and bounds on what comes. */
export interface CompressedOptions extends DeflateOptions, InflateLimits {
  /** Told why what came cannot be inflated, before the transport ends. */
  readonly onBad?: (error: InflateError) => void;
}

/**
 * A transport whose bytes are compressed on the way: one zlib stream each way, from the first byte. Each write is one
 * batch. A peer that sends what cannot be inflated ends it with `stream-error`, or with `limit` when it would become
 * too much.
 */
export function compressed(transport: Transport, options: CompressedOptions = {}): Transport {
  const deflation = new Deflation(options);
  const inflation = inflater(options);
  const output = transport.writable.getWriter();
  const abort = (reason: CloseReason) => transport.abort(reason);
  transport.readable.pipeTo(inflation.writable).catch((error) => {
    if (!(error instanceof InflateError)) return;
    options.onBad?.(error);
    abort(error.reason === "limit" ? "limit" : "stream-error");
  });
  transport.closed.then(() => deflation.destroy());
  const writable = new WritableStream<Uint8Array>({
    start: (controller) => void output.closed.catch((error) => controller.error(error)),
    write: async (batch) => {
      if (batch.length > 0) await output.write(await deflation.batch(batch));
    },
    close: async () => {
      await output.write(await deflation.end());
      await output.close();
    },
    abort: () => abort("closed-by-us"),
  });
  const { closed, remote } = transport;
  return { readable: inflation.readable, writable, closed, remote, abort };
}
