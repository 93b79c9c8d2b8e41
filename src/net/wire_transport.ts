import type { CloseReason } from "../base/mod.ts";
import type { RemoteAddress, SecureTransport, Transport } from "./transport.ts";
import { TransportError, type Wire, type WireEvents } from "./wire.ts";

/**
 * A transport over any wire.
 *
 * - At most one chunk waits in `readable`; then the wire stops reading until it is taken.
 * - Cancelling `readable` means that nobody will look: what still arrives is dropped, and sending goes on.
 * - Aborting `writable` aborts the transport with `closed-by-us`.
 * - The reason is that of `abort`; else of whoever finished first; else, when it broke, `lost`. A break after the
 *   peer has finished still counts as `closed-by-peer`: it had said its last word.
 */
export class WireTransport implements Transport, WireEvents {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly closed: Promise<CloseReason>;
  readonly remote: RemoteAddress;
  /** Resolves `closed`; later calls do nothing. */
  protected readonly settle: (reason: CloseReason) => void;
  readonly #wire: Wire;
  #input: ReadableStreamDefaultController<Uint8Array> | undefined;
  #output: WritableStreamDefaultController | undefined;
  #receiving = true;
  #sending = true;
  #first: CloseReason | undefined;
  #failed: CloseReason | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
    this.remote = wire.remote;
    const { promise, resolve } = Promise.withResolvers<CloseReason>();
    this.closed = promise;
    this.settle = resolve;
    wire.start(this);
    this.readable = new ReadableStream({
      start: (controller) => void (this.#input = controller),
      pull: () => wire.resume(),
      cancel: () => this.#discard(),
    });
    this.writable = new WritableStream({
      start: (controller) => void (this.#output = controller),
      write: (bytes) => bytes.length === 0 ? undefined : this.send(bytes),
      close: () => this.#finish(),
      abort: () => this.abort("closed-by-us"),
    });
  }

  abort(reason: CloseReason): void {
    this.#fail(reason);
    this.#wire.destroy(reason);
  }

  /** For the wire. */
  data(bytes: Uint8Array): boolean {
    if (this.#input === undefined) return true;
    this.#input.enqueue(bytes);
    return (this.#input.desiredSize ?? 0) > 0;
  }

  /** For the wire. */
  end(): void {
    if (!this.#receiving) return;
    this.#receiving = false;
    this.#first ??= "closed-by-peer";
    this.#input?.close();
    this.#input = undefined;
    this.#destroyWhenDone();
  }

  /** For the wire. */
  broken(): void {
    this.#fail(this.#receiving ? "lost" : "closed-by-peer");
  }

  /** For the wire. */
  freed(): void {
    this.broken();
    this.settle(this.#failed ?? this.#first ?? "lost");
  }

  protected send(bytes: Uint8Array): Promise<void> {
    return this.#wire.write(bytes);
  }

  /** The streams are dead from now on and the wire belongs to the caller, who then has to call `settle`. */
  protected giveUpWire(): Wire {
    const error = new Error("Cannot use these streams: the connection goes on under TLS");
    this.#input?.error(error);
    this.#input = undefined;
    this.#output?.error(error);
    return this.#wire;
  }

  async #finish(): Promise<void> {
    this.#first ??= "closed-by-us";
    await this.#wire.finish();
    this.#sending = false;
    this.#destroyWhenDone();
  }

  #discard(): void {
    this.#input = undefined;
    this.#wire.resume();
  }

  #destroyWhenDone(): void {
    if (!this.#receiving && !this.#sending) this.#wire.destroy(this.#first ?? "lost");
  }

  #fail(reason: CloseReason): void {
    if (this.#failed !== undefined || (!this.#receiving && !this.#sending)) return;
    this.#failed = reason;
    const error = new TransportError(reason);
    this.#input?.error(error);
    this.#input = undefined;
    this.#output?.error(error);
  }
}

/** The same over a wire that TLS protects. */
export class SecureWireTransport extends WireTransport implements SecureTransport {
  constructor(wire: Wire, readonly serverEndPoint: Uint8Array | undefined) {
    super(wire);
  }
}
