import type { CloseReason } from "../base/mod.ts";
import type { RemoteAddress } from "./transport.ts";

/**
 * The little that sockets of every kind have in common. `WireTransport` makes a transport of it, so that streams,
 * half-close and reasons are written once, and a new carrier is one small class.
 */
export interface Wire {
  readonly remote: RemoteAddress;
  /**
   * Says who is told of what happens; called before anything else, and again when the wire passes to another.
   * Nothing is read before the first `resume`.
   */
  start(events: WireEvents): void;
  /** Asks for data, until the next time that `data` returns false. Harmless when data is flowing already. */
  resume(): void;
  /**
   * Resolves when the carrier has taken the bytes, which the caller must leave alone until then. One at a time.
   * Rejects, with a `TransportError`, at the latest when the wire is freed.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Finishes sending and leaves the other direction open (half-close). Settles like `write`. */
  finish(): Promise<void>;
  /** Gives everything back now; a pending write rejects with `reason`; `freed` follows. May be repeated. */
  destroy(reason: CloseReason): void;
}

/** What a wire reports: data, then at most one of `end` and `broken`; last, once and always, `freed`. */
export interface WireEvents {
  /**
   * Bytes arrived; they belong to the receiver.
   * @returns whether more are welcome; after false the wire stops reading until `resume`
   */
  data(bytes: Uint8Array): boolean;
  /** The other side has finished sending. */
  end(): void;
  /** The connection broke, in either direction. */
  broken(): void;
  /** Nothing is held any more, nothing else will come. */
  freed(): void;
}

/** What reads and writes fail with once a transport has ended: an expected event, not a fault of ours. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  constructor(readonly reason: CloseReason, message = `Cannot use the connection: it has ended (${reason})`) {
    super(message);
  }
}
