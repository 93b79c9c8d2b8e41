import { type HfModem, usableMs } from "./air.ts";
import { ArqReceiver } from "./arq_receiver.ts";
import { ArqSender } from "./arq_sender.ts";
import type { Ack, CPdu, DPduBody, Segment } from "./dpdu.ts";
import type { HfNodeOptions } from "./options.ts";
import { ackMapBytes, DPDU, dpduBytes } from "./sizes.ts";
import { type Outgoing, type UPduOutcome, WaitingQueue } from "./waiting.ts";

/** A D_PDU's content with its size. */
export interface Sized {
  readonly sizeBytes: number;
  readonly body: DPduBody;
}

/** What ARQ has counted. */
export interface TransferCounts {
  readonly segments: number;
  /** Segments that were sent before. */
  readonly resent: number;
}

/**
 * ARQ with one node, both directions: what waits for it, what is under way, and which acknowledgement is due. Pure:
 * when to speak is decided by the link.
 */
export class Transfer {
  readonly #options: HfNodeOptions;
  readonly #modem: HfModem;
  readonly #queue = new WaitingQueue();
  readonly #sender: ArqSender;
  readonly #receiver = new ArqReceiver();
  readonly #open = new Map<CPdu, Outgoing>();
  readonly #mayGo: (outgoing: Outgoing) => boolean;
  #ackDue = false;
  #segments = 0;
  #resent = 0;
  #highestSent = -1;

  /** @param mayGo whether a hard link lets it go now */
  constructor(options: HfNodeOptions, modem: HfModem, mayGo: (outgoing: Outgoing) => boolean) {
    this.#options = options;
    this.#modem = modem;
    this.#mayGo = mayGo;
    this.#sender = new ArqSender(options.segmentBytes, options.windowFrames, () => this.#start());
  }

  get counts(): TransferCounts {
    return { segments: this.#segments, resent: this.#resent };
  }

  /** An acknowledgement is owed. */
  get isAckDue(): boolean {
    return this.#ackDue;
  }

  /** There is data that may be sent now. */
  get hasData(): boolean {
    if (this.#sender.hasLost) return true;
    return this.#sender.hasRoom && (this.#sender.hasStarted || this.#next() !== undefined);
  }

  /** Priority of the most urgent thing that could be sent; -1 for none. */
  get urgency(): number {
    return this.#next()?.priority ?? -1;
  }

  /** Something waits or is under way: a link is needed. */
  get isPending(): boolean {
    return !this.#sender.isDone || this.#next() !== undefined;
  }

  /** Segments are under way whose acknowledgement has not come. */
  get isWaiting(): boolean {
    return this.#sender.isWaiting;
  }

  add(outgoing: Outgoing): void {
    this.#queue.add(outgoing);
  }

  /** Takes it out of the queue. @returns false when it has been begun: then it is finished */
  forget(outgoing: Outgoing): boolean {
    return this.#queue.remove(outgoing);
  }

  /**
   * What to say now, in `limitBytes` at most: data as much as fits, with the acknowledgement on its first and its last
   * D_PDU (one of them may be lost), or the acknowledgement alone.
   * @param isPoll the other node has gone silent: no more interleaver blocks than the first D_PDU needs
   */
  compose(limitBytes: number, isPoll: boolean): Sized[] {
    const ack = this.#ackDue ? this.#receiver.ack() : undefined;
    this.#ackDue = false;
    const segments = this.#sender.take(this.#fitting(limitBytes, isPoll, ack));
    this.#count(segments);
    if (segments.length === 0) return ack === undefined ? [] : [this.#sized(undefined, ack)];
    const last = segments.length - 1;
    return segments.map((segment, index) =>
      this.#sized(segment, index === 0 || index === last ? ack : undefined)
    );
  }

  /** @returns the C_PDUs to be handed over now, in order */
  receive(window: number, segment: Segment): CPdu[] {
    this.#ackDue = true;
    return this.#receiver.receive(window, segment);
  }

  /** Settles what the other node has now. */
  acknowledged(ack: Ack): void {
    for (const cPdu of this.#sender.acknowledged(ack)) this.#settle(cPdu, "delivered");
  }

  /** Nothing was heard of what is under way. */
  poll(): void {
    this.#sender.poll();
  }

  /** Gives up all that waits and all that is under way. */
  fail(outcome: UPduOutcome): void {
    this.#ackDue = false;
    this.#highestSent = -1;
    for (const cPdu of this.#sender.reset()) this.#settle(cPdu, outcome);
    for (const outgoing of this.#queue.clear()) outgoing.settled(outcome);
  }

  #next(): Outgoing | undefined {
    return this.#queue.first(this.#mayGo);
  }

  #start(): CPdu | undefined {
    const next = this.#next();
    if (next === undefined) return undefined;
    this.#queue.remove(next);
    this.#open.set(next.cPdu, next);
    return next.cPdu;
  }

  #settle(cPdu: CPdu, outcome: UPduOutcome): void {
    const outgoing = this.#open.get(cPdu);
    this.#open.delete(cPdu);
    outgoing?.settled(outcome);
  }

  #count(segments: readonly Segment[]): void {
    this.#segments += segments.length;
    for (const { frame } of segments) {
      if (frame <= this.#highestSent) this.#resent++;
      else this.#highestSent = frame;
    }
  }

  /** Says for one segment after another whether it fits, and counts it when it does. */
  #fitting(limitBytes: number, isPoll: boolean, ack: Ack | undefined): (sizeBytes: number) => boolean {
    const bare = this.#sized(undefined, undefined).sizeBytes;
    const ackBytes = ack === undefined ? 0 : this.#ackExtraBytes(ack);
    const roomBytes = limitBytes - 2 * ackBytes;
    let usedBytes = 0;
    let untilMs = Infinity;
    return (sizeBytes) => {
      const thenBytes = usedBytes + bare + sizeBytes;
      if (thenBytes > roomBytes || usableMs(this.#modem, thenBytes + ackBytes) > untilMs) return false;
      usedBytes = thenBytes;
      if (isPoll && untilMs === Infinity) untilMs = usableMs(this.#modem, usedBytes + ackBytes);
      return true;
    };
  }

  #ackExtraBytes(ack: Ack): number {
    return 1 + ackMapBytes(ack.rxLwe, ack.held.size === 0 ? undefined : Math.max(...ack.held));
  }

  #sized(segment: Segment | undefined, ack: Ack | undefined): Sized {
    const { addressBytes } = this.#options;
    const type = ack === undefined ? DPDU.dataOnly : segment === undefined ? DPDU.ackOnly : DPDU.dataAck;
    const sizeBytes = dpduBytes(type, {
      addressBytes,
      segmentBytes: segment?.sizeBytes ?? 0,
      ackMapBytes: ack === undefined ? 0 : this.#ackExtraBytes(ack) - 1,
    });
    return {
      sizeBytes,
      body: {
        kind: "arq",
        window: this.#sender.window,
        ...(segment && { segment }),
        ...(ack && { ack }),
      },
    };
  }
}
