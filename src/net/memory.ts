import type { CloseReason } from "../base/mod.ts";
import { StartTlsTransport } from "./starttls.ts";
import type { RemoteAddress, UpgradableTransport } from "./transport.ts";
import { TransportError, type Wire, type WireEvents } from "./wire.ts";

/**
 * Two transports joined in memory, for tests and for the simulator: what one writes the other reads, chunk by chunk.
 * A write is done when the reader has room for one more chunk. When one side aborts, the other breaks. `startTls`
 * rejects.
 * @param names what each end is called by the other
 */
export function memoryPair(
  names: readonly [string, string] = ["memory-a", "memory-b"],
): [UpgradableTransport, UpgradableTransport] {
  const a = new MemoryWire({ host: names[1], port: 0 });
  const b = new MemoryWire({ host: names[0], port: 0 });
  a.join(b);
  b.join(a);
  return [new StartTlsTransport(a, undefined), new StartTlsTransport(b, undefined)];
}

/** One end of a pair. */
class MemoryWire implements Wire {
  /** Itself until it is joined to another. */
  #other: MemoryWire = this;
  #events: WireEvents | undefined;
  /** Our write that the other side has no room for yet. */
  #pending: { bytes: Uint8Array; resolve: () => void; reject: (error: TransportError) => void } | undefined;
  #wanted = false;
  #finished = false;
  #freed = false;

  constructor(readonly remote: RemoteAddress) {}

  join(other: MemoryWire): void {
    this.#other = other;
  }

  start(events: WireEvents): void {
    this.#events = events;
  }

  resume(): void {
    this.#wanted = true;
    this.#other.#deliver();
  }

  write(bytes: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // A copy, because the writer may use its buffer again while the reader still looks at what it got.
    this.#pending = { bytes: new Uint8Array(bytes), resolve, reject };
    if (this.#freed) reject(new TransportError("lost"));
    else this.#deliver();
    return promise;
  }

  finish(): Promise<void> {
    this.#finished = true;
    this.#other.#events?.end();
    return Promise.resolve();
  }

  destroy(reason: CloseReason): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#pending?.reject(new TransportError(reason));
    queueMicrotask(() => this.#events?.freed());
    const inOrder = this.#finished && this.#other.#finished;
    if (!inOrder) this.#other.#lose();
  }

  #deliver(): void {
    const reader = this.#other;
    if (this.#pending === undefined || !reader.#wanted) return;
    const { bytes, resolve } = this.#pending;
    this.#pending = undefined;
    reader.#wanted = reader.#events?.data(bytes) === true;
    resolve();
  }

  #lose(): void {
    if (this.#freed) return;
    this.#events?.broken();
    this.destroy("lost");
  }
}
