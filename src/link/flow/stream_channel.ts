import type { Channel, Outgoing, Room } from "./channel.ts";
import { FlowDecoder, FlowEncoder } from "./coder.ts";
import { type Core, FRAME_TEXT_SIZE_BYTES } from "./core.ts";
import { decodeFrame, encodeFrame, type Frame, NO_FRAME, type Opening, type Refusal } from "./frame.ts";
import { DamageError } from "./octets.ts";
import { sizeOfTexts } from "./stanzas.ts";
import type { NumberedText } from "./store.ts";

/** What may be unacknowledged before an acknowledgement goes alone (section 3.4). */
export const ACK_AFTER_STANZAS = 16;
/** The same in octets of text. */
export const ACK_AFTER_SIZE_BYTES = 4_096;

/** A connection of a stream carrier: octets in order, until it ends. */
export class StreamChannel implements Channel {
  readonly kind = "stream";
  readonly #core: Core;
  /** Undefined until our opening is out. */
  #encoder: FlowEncoder | undefined;
  /** Our flow has to begin anew. */
  #reopen: "cold" | "back" | undefined;
  /** Number of the next stanza to send here. */
  #next = 0;
  /** The highest number acknowledged here. */
  #heardAck = 0;
  #senderGeneration: number;
  #hasSaidProcess = false;
  /** Undefined until the other side's opening was accepted, and after a refusal. */
  #decoder: FlowDecoder | undefined;
  #peerNext = 0;
  #receiverGeneration = 0;
  /** We have refused: data is ignored until an opening. */
  #isRefusing = false;
  #refusal: Refusal | undefined;
  /** The number last acknowledged here. */
  #told = 0;
  #untoldSizeBytes = 0;
  #ackDueMs: number | undefined;
  #mustEnd = false;
  #isAsking = false;
  #isAsked = false;

  constructor(core: Core) {
    this.#core = core;
    this.#senderGeneration = core.sender.generation;
  }

  get mustEnd(): boolean {
    return this.#mustEnd;
  }

  get dueMs(): number | undefined {
    return this.#ackDueMs;
  }

  get unsentSizeBytes(): number {
    const { sender } = this.#core;
    return sender.sizeBytesFrom(this.#encoder === undefined ? sender.acked + 1 : this.#next);
  }

  wanted(room: Room): number {
    return Math.max(0, room.textBytes - this.unsentSizeBytes);
  }

  flush(nowMs: number, room: Room): Outgoing[] {
    const frames: Outgoing[] = [];
    let textBytes = room.textBytes;
    while (!this.#mustEnd) {
      const opening = this.#isOpeningDue() ? this.#open() : undefined;
      const texts = this.#nextTexts(Math.min(textBytes, FRAME_TEXT_SIZE_BYTES));
      const isDue = opening !== undefined || this.#refusal !== undefined || this.#isAckDue(nowMs) ||
        this.#isAsking || this.#isAsked;
      if (texts.length === 0 && !isDue) break;
      const octets = encodeFrame(this.#frame(opening, texts));
      const sizeBytes = sizeOfTexts(texts);
      frames.push({ octets, handle: 0, last: texts.at(-1)?.number ?? 0, textBytes: sizeBytes });
      textBytes -= sizeBytes;
    }
    return frames;
  }

  receive(bytes: Uint8Array, nowMs: number): void {
    if (!this.#mustEnd) this.#take(decodeFrame(bytes, "stream"), nowMs);
  }

  ask(): void {
    this.#isAsking = true;
  }

  again(): void {
    throw new Error("Cannot send again over a stream carrier: the connection has to end");
  }

  missed(): void {
    throw new Error("Cannot have missed anything on a stream carrier: the connection has to end");
  }

  outcome(): void {
    throw new Error("Cannot say what became of a block: a stream carrier has none");
  }

  get #isActive(): boolean {
    return this.#core.active === this;
  }

  #isOpeningDue(): boolean {
    if (!this.#isActive) return false;
    const { sender, isProcessTold } = this.#core;
    if (this.#reopen === "cold") return true;
    const hasToSay = sender.sent > sender.acked;
    if (this.#reopen === "back") return hasToSay;
    if (this.#encoder !== undefined) return false;
    return hasToSay || (!isProcessTold && sender.sent > 0);
  }

  #open(): Opening {
    const { sender } = this.#core;
    const { opening, window } = sender.open(this.#reopen === "cold");
    this.#encoder = new FlowEncoder(this.#core.coding, window);
    this.#reopen = undefined;
    this.#next = sender.acked + 1;
    this.#senderGeneration = sender.generation;
    this.#heardAck = sender.acked;
    return opening;
  }

  #nextTexts(mostBytes: number): NumberedText[] {
    const { sender } = this.#core;
    // A stream that is not in use any more never takes up sending again: its compressor has fallen behind.
    const isOpen = this.#encoder !== undefined && this.#reopen === undefined &&
      this.#senderGeneration === sender.generation;
    if (!this.#isActive || !isOpen || mostBytes <= 0) return [];
    return sender.textsFrom(this.#next, mostBytes);
  }

  #isAckDue(nowMs: number): boolean {
    const untold = this.#peerNext - 1 - this.#told;
    if (untold <= 0 || this.#decoder === undefined) return false;
    return untold >= ACK_AFTER_STANZAS || this.#untoldSizeBytes >= ACK_AFTER_SIZE_BYTES ||
      (this.#ackDueMs !== undefined && this.#ackDueMs <= nowMs);
  }

  #frame(opening: Opening | undefined, texts: readonly NumberedText[]): Frame {
    const { isProcessTold, process } = this.#core;
    const saysProcess = opening !== undefined && !isProcessTold;
    if (saysProcess) this.#hasSaidProcess = true;
    const refusal = this.#refusal;
    const asks = this.#isAsking;
    this.#refusal = undefined;
    this.#isAsking = false;
    this.#isAsked = false;
    return {
      ...NO_FRAME,
      opening,
      process: saysProcess ? process : undefined,
      ack: this.#ack(),
      refusal,
      data: this.#coded(texts),
      asks,
    };
  }

  #coded(texts: readonly NumberedText[]): Uint8Array | undefined {
    const [encoder, last] = [this.#encoder, texts.at(-1)];
    if (encoder === undefined || last === undefined) return undefined;
    this.#next = last.number + 1;
    const data = encoder.encode(texts.map(({ text }) => text));
    this.#core.leaves(texts.length, encoder);
    return data;
  }

  /** Only what was seen on this connection: of what came before, the sender may have another idea by now. */
  #ack(): number | undefined {
    const taken = this.#peerNext - 1;
    if (this.#decoder === undefined || taken <= this.#told) return undefined;
    this.#told = taken;
    this.#untoldSizeBytes = 0;
    this.#ackDueMs = undefined;
    return taken % 65_536;
  }

  #take(frame: Frame, nowMs: number): void {
    if (frame.asks) this.#isAsked = true;
    if (frame.opening !== undefined) this.#opened(frame.opening);
    if (frame.process !== undefined) this.#core.sawProcess(frame.process);
    if (frame.ack !== undefined) this.#acknowledged(frame.ack);
    if (frame.refusal !== undefined) this.#refused(frame.refusal);
    if (frame.data !== undefined && !this.#mustEnd) this.#data(frame.data, nowMs);
  }

  #acknowledged(ack: number): void {
    // A stream over which an earlier incarnation went says nothing about the present one.
    if (this.#senderGeneration !== this.#core.sender.generation) return;
    // What another connection has brought meanwhile may be more.
    const last = this.#next - 1;
    const number = last - (last - ack + 131_072) % 65_536;
    if (this.#encoder === undefined || number < this.#heardAck) {
      throw new DamageError(`Cannot take an acknowledgement of ${ack}: that was not sent here`);
    }
    this.#heardAck = number;
    this.#core.sender.acknowledge(number);
    if (this.#hasSaidProcess) this.#core.isProcessTold = true;
  }

  #opened(opening: Opening): void {
    if (this.#decoder !== undefined && opening.kind === "warm") {
      throw new DamageError("Cannot read a frame: a second warm opening");
    }
    const verdict = this.#core.opened(opening);
    if (verdict.kind === "refuse") return this.#refuse(verdict.refusal);
    this.#isRefusing = false;
    this.#decoder = new FlowDecoder(this.#core.receiver.coding, verdict.window);
    this.#receiverGeneration = this.#core.receiver.generation;
    this.#peerNext = verdict.start;
    this.#told = verdict.start - 1;
    this.#untoldSizeBytes = 0;
    this.#ackDueMs = undefined;
  }

  #refused(refusal: Refusal): void {
    if (this.#senderGeneration !== this.#core.sender.generation) return;
    const verdict = this.#core.refused(refusal);
    if (verdict === "renewed") this.#mustEnd = true;
    else if (verdict !== "fine") this.#reopen = verdict;
  }

  #refuse(refusal: Refusal): void {
    this.#isRefusing = true;
    this.#decoder = undefined;
    this.#refusal = refusal;
    this.#ackDueMs = undefined;
    this.#core.events.resynchronised("refused", 0);
  }

  #data(data: Uint8Array, nowMs: number): void {
    if (this.#isRefusing) return;
    if (this.#decoder === undefined) {
      throw new DamageError("Cannot read a frame: data before an opening");
    }
    const { receiver } = this.#core;
    if (this.#receiverGeneration !== receiver.generation) {
      // The flow has begun anew on another connection: what still comes here is of the one that ended.
      throw new DamageError("Cannot take a frame: its flow has ended");
    }
    const stanzas = this.#core.decode(this.#decoder, data);
    if (stanzas === undefined) return this.#refuse(receiver.refusal("damaged"));
    const isGood = this.#core.take(this.#peerNext, stanzas);
    if (!isGood) return this.#refuse(receiver.refusal("fork"));
    this.#peerNext += stanzas.length;
    this.#untoldSizeBytes += sizeOfTexts(stanzas);
    this.#ackDueMs ??= nowMs + this.#core.ackDelayMs;
  }
}
