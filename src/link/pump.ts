import type { CancelTimer, Clock, Turn } from "../base/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import type { Connection } from "./connection.ts";
import { Deadline } from "./deadline.ts";
import type { Batch, Outbox } from "./outbox.ts";

/** XML that leaves together, before compression, unless a single stanza is larger. */
const BATCH_SIZE_BYTES = 4_096;
/** How long a batch is remembered that was sent to somebody who has not shown yet that he is there. */
const UNPROVEN_MS = 60_000;
/** How many are. As many are sent before an answer is awaited: a relay may swallow what it takes. */
const MOST_UNPROVEN = 16;

/** A batch that was handed to a connection. */
interface Sent {
  readonly batch: Batch;
  readonly connection: Connection;
  /** When, monotonic. */
  readonly sentMs: number;
}

/**
 * Moves what waits in an outbox to the connection in use, late: one batch at a time, gathered when a turn ends, and
 * the next one only when the carrier has taken the last and little air time is left below us.
 *
 * What is sent again when a connection has ended: a batch that the carrier had not taken, and, if nothing ever came
 * from the far side, the batches of the last minute, since a relay takes calls for a server that is down. What had
 * crossed of them comes twice. What a carrier had taken of a connection that worked may be lost with it. Profile
 * `xep-0361` has no acknowledgements, so it cannot know better.
 */
export class Pump {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #turn: Turn;
  readonly #isSilent: () => boolean;
  readonly #expiry: Deadline;
  #connection: Connection | undefined;
  /** The batch that the carrier has not taken yet. */
  #inFlight: Sent | undefined;
  /** Those that it took before anything came from the far side, oldest first. */
  #unproven: readonly Sent[] = [];
  #isScheduled = false;
  #cancelPause: CancelTimer | undefined;
  #isStopped = false;

  /** @param isSilent whether nothing may be sent now */
  constructor(outbox: Outbox, clock: Clock, turn: Turn, isSilent: () => boolean) {
    this.#outbox = outbox;
    this.#isSilent = isSilent;
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
    const isUp = this.#connection !== undefined && !this.#isSilent();
    this.#outbox.accept(stanza, { isUp, roomBytes: this.#isReady() ? BATCH_SIZE_BYTES : 0 });
    this.wake();
  }

  /** A connection has ended: what may not have arrived goes back to the queue. */
  ended(connection: Connection): void {
    const unproven = this.#stillUnproven();
    const sent = this.#inFlight === undefined ? unproven : [...unproven, this.#inFlight];
    const lost = sent.filter((one) => one.connection === connection);
    this.#unproven = unproven.filter((one) => one.connection !== connection);
    if (this.#inFlight?.connection === connection) this.#inFlight = undefined;
    if (lost.length > 0) this.#outbox.takeBack(lost.map(({ batch }) => batch));
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
    return this.#connection !== undefined && !this.#isHeldUp(this.#connection) && !this.#isSilent() &&
      this.#connection.pacer.waitMs === 0;
  }

  /** Whether something must arrive or come back first, so that nothing passes it. */
  #isHeldUp(connection: Connection): boolean {
    return this.#inFlight !== undefined ||
      this.#stillUnproven().some((sent) => sent.connection !== connection);
  }

  #drain(): void {
    const connection = this.#connection;
    if (connection === undefined || this.#isHeldUp(connection) || this.#outbox.stanzas === 0) return;
    if (this.#isSilent()) return;
    const { waitMs } = connection.pacer;
    if (waitMs > 0) return this.#pause(waitMs);
    const unproven = this.#stillUnproven();
    const [oldest] = unproven;
    if (oldest !== undefined && unproven.length >= MOST_UNPROVEN) {
      return this.#pause(oldest.sentMs + UNPROVEN_MS - this.#clock.monotonicMs());
    }
    const batch = this.#outbox.take(BATCH_SIZE_BYTES);
    if (batch === undefined) return;
    const sent = { batch, connection, sentMs: this.#clock.monotonicMs() };
    this.#inFlight = sent;
    connection.send(batch.xml).then(
      (linkBytes) => this.#taken(sent, linkBytes),
      // Broken: the batch goes back when the connection says that it has ended.
      () => {},
    );
  }

  #taken(sent: Sent, linkBytes: number): void {
    if (this.#inFlight !== sent) return;
    this.#inFlight = undefined;
    this.#unproven = [...this.#unproven, sent];
    this.#unproven = this.#stillUnproven();
    sent.connection.pacer.sent(linkBytes);
    this.#outbox.handedOver(sent.batch);
    this.wake();
  }

  #stillUnproven(): readonly Sent[] {
    const sinceMs = this.#clock.monotonicMs() - UNPROVEN_MS;
    return this.#unproven.filter(({ connection, sentMs }) => !connection.isProven && sentMs > sinceMs);
  }

  #pause(waitMs: number): void {
    this.#cancelPause ??= this.#clock.after(waitMs, () => {
      this.#cancelPause = undefined;
      this.wake();
    });
  }
}
