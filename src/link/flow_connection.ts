import { type Clock, type CloseReason, errorText, type Log } from "../base/mod.ts";
import type { Transport } from "../net/mod.ts";
import { counted } from "./counted.ts";
import { DamageError } from "./flow/mod.ts";
import { Pacer } from "./pacer.ts";
import type { CarrierConfig } from "./peer_config.ts";
import type { Tally } from "./tally.ts";

/** Time that a connection gets to send what it was given when it is closed in good order. */
const CLOSE_MS = 5_000;

/** What a connection tells its peer. */
export interface FlowConnectionEvents {
  /** @throws {DamageError} when the other side does not keep to the protocol */
  received(bytes: Uint8Array): void;
  /** The carrier has taken what it was given. */
  taken(): void;
  /** Comes once; nothing follows. */
  ended(reason: CloseReason): void;
}

export interface FlowConnectionOptions {
  readonly peer: string;
  readonly transport: Transport;
  readonly carrier: CarrierConfig;
  /** Whether this side called. */
  readonly isOurs: boolean;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly log: Log;
}

/** One connection to a peer in profile `halyard`: moves octets between its transport and the engine. */
export class FlowConnection {
  readonly carrier: CarrierConfig;
  readonly isOurs: boolean;
  readonly pacer: Pacer;
  readonly #options: FlowConnectionOptions;
  readonly #events: FlowConnectionEvents;
  readonly #transport: Transport;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #isWriting = false;
  #reason: CloseReason | undefined;

  constructor(options: FlowConnectionOptions, events: FlowConnectionEvents) {
    const { transport, carrier, isOurs, clock, tally } = options;
    this.#options = options;
    this.#events = events;
    this.carrier = carrier;
    this.isOurs = isOurs;
    this.pacer = new Pacer(clock, carrier.rateBps);
    this.#transport = counted(transport, (direction, sizeBytes) => {
      tally.addBytes("link", direction, sizeBytes);
      if (direction === "in") tally.noteHeard(clock.nowMs());
    });
    this.#writer = this.#transport.writable.getWriter();
    void transport.closed.then((reason) => events.ended(this.#reason ?? reason));
    void this.#read();
  }

  /** Whether the carrier has taken all it was given and little air time is left below us. */
  get isReady(): boolean {
    return !this.#isWriting && this.pacer.waitMs === 0 && this.#reason === undefined;
  }

  /** Hands frames to the carrier, in one piece. */
  send(frames: readonly Uint8Array[]): void {
    if (this.#reason !== undefined) return;
    const sizeBytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    const joined = new Uint8Array(sizeBytes);
    let at = 0;
    for (const frame of frames) {
      joined.set(frame, at);
      at += frame.length;
    }
    this.#isWriting = true;
    // When it fails, `closed` says why; what was not acknowledged goes again.
    this.#writer.write(joined).then(() => {
      this.#isWriting = false;
      this.pacer.sent(sizeBytes);
      this.#events.taken();
    }, () => {});
  }

  /** Ends the connection once the carrier has taken what it was given. */
  close(reason: CloseReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const cancel = this.#options.clock.after(CLOSE_MS, () => this.#transport.abort(reason));
    void this.#transport.closed.then(cancel);
    this.#writer.close().catch(() => {}).then(() => this.#transport.abort(reason));
  }

  async #read(): Promise<void> {
    const reader = this.#transport.readable.getReader();
    for (;;) {
      const next = await reader.read().catch(() => undefined);
      if (next === undefined) return;
      if (next.done) return this.close("closed-by-peer");
      if (this.#reason === undefined) this.#receive(next.value);
    }
  }

  #receive(bytes: Uint8Array): void {
    const { log, peer } = this.#options;
    try {
      this.#events.received(bytes);
    } catch (error) {
      if (error instanceof DamageError) log.warn("link damaged", { peer, error: error.message });
      else log.error("link frame failed", { peer, error: errorText(error) });
      this.close(error instanceof DamageError ? "stream-error" : "internal");
    }
  }
}
