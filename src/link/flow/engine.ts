import type { Channel } from "./channel.ts";
import { BlockChannel } from "./block_channel.ts";
import { Core, type EngineOptions } from "./core.ts";
import type { CarrierKind } from "./frame.ts";
import { StreamChannel } from "./stream_channel.ts";

/**
 * Profile `halyard` for one link, without I/O: stanzas and octets in, octets and deliveries out; time and disk are
 * parameters. See `docs/link-protocol.md`, whose sections are cited here.
 *
 * Whatever connections there are, all are heard; stanzas leave on the one that is in use.
 */
export class LinkEngine {
  readonly #core: Core;

  constructor(options: EngineOptions) {
    this.#core = new Core(options);
  }

  /** Stanzas that were given a number and are not acknowledged. */
  get unacknowledged(): number {
    return this.#core.sender.sent - this.#core.sender.acked;
  }

  /** Their texts, in order. */
  get unacknowledgedTexts(): Uint8Array[] {
    return this.#core.sender.unacked.map(({ text }) => text);
  }

  /** The highest number of which the other side has said that it has it. */
  get acknowledged(): number {
    return this.#core.sender.acked;
  }

  /** A connection has come about. Nothing leaves on it but acknowledgements until it is in use. */
  connected(kind: CarrierKind): Channel {
    return kind === "stream" ? new StreamChannel(this.#core) : new BlockChannel(this.#core);
  }

  /**
   * From now on stanzas leave on this connection; on none when undefined. A stream that was in use before and then
   * was not may end, but is never used again.
   */
  use(channel: Channel | undefined): void {
    this.#core.active = channel;
  }

  /** Whether a stanza of this size would be given a number now. */
  hasRoomFor(sizeBytes: number): boolean {
    return this.#core.sender.hasRoomFor(sizeBytes);
  }

  /** Gives a stanza its number; it is stored in this turn and leaves with the next `flush`. */
  accept(text: Uint8Array): void {
    this.#core.sender.take(text);
  }
}
