import type { CancelTimer, Clock, Turn } from "../base/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import type { Connection } from "./connection.ts";
import { Deadline } from "./deadline.ts";
import type { Batch, Outbox } from "./outbox.ts";

/** XML that leaves together, before compression, unless a single stanza is larger. */
const BATCH_SIZE_BYTES = 4_096;

/**
 * Moves what waits in an outbox to the connection in use, late: one batch at a time, gathered when a turn ends, and
 * the next one only when the carrier has taken the last and little air time is left below us.
 */
export class Pump {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #turn: Turn;
  readonly #expiry: Deadline;
  #connection: Connection | undefined;
  #inFlight: { readonly batch: Batch; readonly connection: Connection } | undefined;
  #isScheduled = false;
  #cancelPause: CancelTimer | undefined;
  #isStopped = false;

  constructor(outbox: Outbox, clock: Clock, turn: Turn) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#turn = turn;
    this.#expiry = new Deadline(clock, () => {
      outbox.expire();
      this.wake();
    });
  }

  /** Sends on `connection` from now on; on none when undefined. */
  use(connection: Connection | undefined): void {
    this.#connection = connection;
    this.#cancelPause?.();
    this.#cancelPause = undefined;
    if (connection === undefined) this.#outbox.storeAll();
    this.wake();
  }

  /** Takes a stanza for the far side. */
  accept(stanza: Stanza): void {
    const isUp = this.#connection !== undefined;
    this.#outbox.accept(stanza, { isUp, roomBytes: this.#isReady() ? BATCH_SIZE_BYTES : 0 });
    this.wake();
  }

  /** A connection has ended: what it had not taken by then goes back to the queue. */
  ended(connection: Connection): void {
    if (this.#inFlight?.connection !== connection) return;
    const { batch } = this.#inFlight;
    this.#inFlight = undefined;
    this.#outbox.takeBack(batch);
    this.wake();
  }

  /** Looks, when the turn ends, at what can be sent and what has expired. */
  wake(): void {
    if (this.#isScheduled || this.#isStopped) return;
    this.#isScheduled = true;
    this.#turn.flush(() => {
      this.#isScheduled = false;
      if (this.#isStopped) return;
      this.#drain();
      this.#expiry.set(this.#outbox.nextExpiryMs);
    });
  }

  /** Sends no more; what waits is on disk from now on. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelPause?.();
    this.#expiry.set(undefined);
    this.#outbox.storeAll();
  }

  #isReady(): boolean {
    return this.#connection !== undefined && this.#inFlight === undefined &&
      this.#connection.pacer.waitMs === 0;
  }

  #drain(): void {
    const connection = this.#connection;
    if (connection === undefined || this.#inFlight !== undefined || this.#outbox.stanzas === 0) return;
    const { waitMs } = connection.pacer;
    if (waitMs > 0) return this.#pause(waitMs);
    const batch = this.#outbox.take(BATCH_SIZE_BYTES);
    if (batch === undefined) return;
    this.#inFlight = { batch, connection };
    connection.send(batch.xml).then(
      (linkBytes) => this.#taken(batch, connection, linkBytes),
      // Broken: the batch goes back when the connection says that it has ended.
      () => {},
    );
  }

  #taken(batch: Batch, connection: Connection, linkBytes: number): void {
    if (this.#inFlight?.batch !== batch) return;
    this.#inFlight = undefined;
    connection.pacer.sent(linkBytes);
    this.#outbox.handedOver(batch);
    this.wake();
  }

  #pause(waitMs: number): void {
    this.#cancelPause ??= this.#clock.after(waitMs, () => {
      this.#cancelPause = undefined;
      this.wake();
    });
  }
}
