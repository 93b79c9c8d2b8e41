import { type Clock, type CloseReason, concat, errorText, guard, type Log } from "../base/mod.ts";
import type { Transport } from "../net/mod.ts";
import { AckWindow } from "./ack_window.ts";
import { counted } from "./counted.ts";
import {
  type Channel,
  DamageError,
  FrameReader,
  type GuardChannel,
  type Outgoing,
  type Room,
  withLength,
} from "./flow/mod.ts";
import { Pacer } from "./pacer.ts";
import type { TcpCarrierConfig } from "./peer_config.ts";
import { batchSizeBytes, gatherMs, type Road, type RoadEvents } from "./road.ts";
import type { Tally } from "./tally.ts";

/** Time that a connection gets to send what it was given when it is closed in good order. */
const CLOSE_MS = 5_000;

/** Time that the guard's answer gets to arrive before its connection is closed. */
const ANSWER_MS = 10_000;

/** What a carrier bears at least, unless its rate is known: one that needs longer than that is taken for dead. */
const SLOWEST_BPS = 1_200;

export interface StreamRoadOptions {
  readonly peer: string;
  readonly transport: Transport;
  readonly carrier: TcpCarrierConfig;
  readonly rank: number;
  /** Whether this side called. */
  readonly isOurs: boolean;
  readonly channel: Channel;
  /** Begins the protection of its frames; to be called once it is put to use, since of two the later one counts. */
  readonly openGuard: () => GuardChannel;
  /** The highest number that the peer has acknowledged. */
  readonly acknowledged: () => number;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly log: Log;
}

/** A TCP connection to a peer in profile `halyard`: moves frames between its transport and the engine. */
export class StreamRoad implements Road {
  readonly carrier: TcpCarrierConfig;
  readonly rank: number;
  readonly isOurs: boolean;
  readonly channel: Channel;
  readonly gatherMs: number;
  readonly idleCloseMs: number | undefined;
  readonly ackTimeoutMs: number | undefined;
  readonly #options: StreamRoadOptions;
  readonly #events: RoadEvents;
  readonly #transport: Transport;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader = new FrameReader();
  readonly #pacer: Pacer;
  readonly #window = new AckWindow();
  #isWriting = false;
  #isProven = false;
  #guard: GuardChannel | undefined;
  /** Whether what comes is not heard any more. */
  #isDeaf = false;
  #reason: CloseReason | undefined;

  constructor(options: StreamRoadOptions, events: RoadEvents) {
    const { transport, carrier, clock, tally } = options;
    this.#options = options;
    this.#events = events;
    this.carrier = carrier;
    this.rank = options.rank;
    this.isOurs = options.isOurs;
    this.channel = options.channel;
    this.gatherMs = gatherMs(carrier.turnaroundMs ?? 0);
    this.idleCloseMs = carrier.idleCloseMs;
    this.ackTimeoutMs = carrier.ackTimeoutMs;
    this.#pacer = new Pacer(clock, carrier.rateBps);
    this.#transport = counted(transport, (direction, sizeBytes) => {
      tally.addBytes("link", direction, sizeBytes);
      if (direction === "in") tally.noteHeard(clock.nowMs());
    });
    this.#writer = this.#transport.writable.getWriter();
    const { log } = options;
    guard(
      log,
      "link end failed",
      () => transport.closed.then((reason) => events.ended(this.#reason ?? reason)),
    );
    guard(log, "link reading failed", () => this.#read());
  }

  get isOpen(): boolean {
    return this.#reason === undefined;
  }

  get closing(): CloseReason | undefined {
    return this.#reason;
  }

  get isProven(): boolean {
    return this.#isProven;
  }

  get room(): Room | undefined {
    if (this.#isWriting || this.#reason !== undefined || this.#pacer.waitMs > 0) return undefined;
    const { rateBps } = this.carrier;
    const batchBytes = batchSizeBytes(rateBps);
    // Where the rate is known the pacer knows better than any acknowledgement.
    const textBytes = rateBps === undefined ? Math.min(batchBytes, this.#window.roomBytes) : batchBytes;
    return { textBytes, blockBytes: 0, blocks: 0 };
  }

  get underWayMs(): number {
    return this.#window.linkBytes * 8_000 / (this.carrier.rateBps ?? SLOWEST_BPS);
  }

  get waitMs(): number | undefined {
    const { waitMs } = this.#pacer;
    return waitMs > 0 ? waitMs : undefined;
  }

  get isAnswerDue(): boolean {
    return this.#guard?.isAnswerDue === true;
  }

  prepare(): void {
    this.#guard ??= this.#options.openGuard();
  }

  send(outgoing: readonly Outgoing[]): void {
    const guard = this.#guard;
    if (this.#reason !== undefined || guard === undefined) return;
    const frames = outgoing.map((frame) => guard.protect(frame.octets));
    const answer = guard.answer();
    const octets = concat(
      [...frames, ...(answer === undefined ? [] : [answer])].map((one) => withLength(one.octets)),
    );
    if (octets.length === 0) return;
    const last = Math.max(0, ...outgoing.map((frame) => frame.last));
    const textBytes = outgoing.reduce((sum, frame) => sum + frame.textBytes, 0);
    const nowMs = this.#options.clock.monotonicMs();
    if (last > 0) this.#window.sent({ last, textBytes, linkBytes: octets.length }, nowMs);
    this.#isWriting = true;
    this.#write(octets);
  }

  /** What was written on a stream cannot be taken back: at most a second of air time. */
  withdraw(): void {}

  close(reason: CloseReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const cancel = this.#options.clock.after(CLOSE_MS, () => this.#transport.abort(reason));
    void this.#transport.closed.then(cancel);
    this.#writer.close().catch(() => {}).then(() => this.#transport.abort(reason));
  }

  #write(octets: Uint8Array): void {
    const taken = () => {
      this.#isWriting = false;
      this.#pacer.sent(octets.length);
      this.#events.changed();
    };
    // When it fails, `closed` says why; what was not acknowledged goes again.
    guard(this.#options.log, "link sending failed", () => this.#writer.write(octets).then(taken, () => {}));
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
    const { clock, log, peer, acknowledged } = this.#options;
    const nowMs = clock.monotonicMs();
    try {
      for (const octets of this.#reader.push(bytes)) this.#take(octets, nowMs);
    } catch (error) {
      if (error instanceof DamageError) {
        log.warn("link damaged", { peer, error: error.message });
        this.#events.damaged(error.message);
      } else log.error("link frame failed", { peer, error: errorText(error) });
      this.close(error instanceof DamageError ? "stream-error" : "internal");
    }
    this.#window.acknowledged(acknowledged(), nowMs);
    // What was taken in before the damage has to be acted on too.
    this.#events.received();
  }

  #take(octets: Uint8Array, nowMs: number): void {
    if (this.#reason !== undefined || this.#isDeaf) return;
    this.#guard ??= this.#options.openGuard();
    const { frame, fault, mustRenew } = this.#guard.unprotect(octets);
    if (fault !== undefined) this.#events.faulty(fault);
    if (fault !== undefined || mustRenew) return this.#refuse();
    if (frame === undefined) return;
    if (!this.#isProven) this.#events.faulty(undefined);
    this.#isProven = true;
    this.channel.receive(frame, nowMs);
  }
  /** Ends the connection, but not before the word of the guard that explains it has had time to arrive. */
  #refuse(): void {
    if (!this.isAnswerDue) return this.close("not-authentic");
    this.#isDeaf = true;
    this.#options.clock.after(ANSWER_MS, () => this.close("not-authentic"));
  }
}
