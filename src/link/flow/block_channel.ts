import { concat } from "../../base/mod.ts";
import { BlockRefusals } from "./block_refusals.ts";
import type { Channel, Outgoing, Room } from "./channel.ts";
import { FlowDecoder, FlowEncoder } from "./coder.ts";
import { type Core, FRAME_TEXT_SIZE_BYTES } from "./core.ts";
import { decodeFrame, encodeFrame, type Frame, type Mark, NO_FRAME, type Refusal } from "./frame.ts";
import { DamageError } from "./octets.ts";
import type { Window } from "./history.ts";
import { type Start, WINDOW_SIZE_BYTES, WINDOW_STANZAS } from "./sender.ts";
import { sizeOfTexts } from "./stanzas.ts";
import type { NumberedText } from "./store.ts";

/** What may be unacknowledged before an acknowledgement goes alone over a carrier that confirms (section 3.4). */
export const BLOCK_ACK_AFTER_STANZAS = WINDOW_STANZAS / 4;
/** The same in octets of text. */
export const BLOCK_ACK_AFTER_SIZE_BYTES = WINDOW_SIZE_BYTES / 4;
/** Attempts at filling a block: each compresses it anew. */
const FILL_TRIES = 5;
/** A block filled to this share is not tried to be filled better. */
const FULL_SHARE = 0.9;
/** How small compression is expected to make text before anything is known. */
const FIRST_RATIO = 0.4;

/** A block that was handed to the carrier and of which nothing is known yet. */
interface Outstanding {
  readonly handle: number;
  readonly generation: number;
  /** Numbers of its stanzas; 0 and 0 when it has none. */
  readonly first: number;
  readonly last: number;
  readonly refusal: Refusal | undefined;
  readonly saysProcess: boolean;
  /** What was acknowledged before this block said more. */
  readonly toldBefore: number;
  isConfirmed: boolean;
  /** Its stanzas go again whatever becomes of it. */
  isVoid: boolean;
}

/** What goes on from a number, kept as long as it does. */
interface Coder<C> {
  readonly coder: C;
  readonly after: number;
  readonly generation: number;
}

interface Filled {
  readonly texts: readonly NumberedText[];
  readonly data: Uint8Array;
  readonly coder: FlowEncoder | undefined;
}

/**
 * A connection of a block carrier. Each block stands alone: it names the history from which it goes on (section 2.4).
 * So blocks may be lost, late or repeated, and either side may restart, without a word about it.
 */
export class BlockChannel implements Channel {
  readonly kind = "block";
  readonly mustEnd = false;
  readonly #core: Core;
  readonly #outstanding: Outstanding[] = [];
  #handles = 0;
  /** Number of the next stanza to send here. */
  #next: number;
  #generation: number;
  #isColdDue = false;
  #encoder: Coder<FlowEncoder> | undefined;
  #ratio = FIRST_RATIO;
  #decoder: Coder<FlowDecoder> | undefined;
  #receiverGeneration: number;
  /** What this side has, as far as it may be acknowledged here. */
  #taken: number;
  /** The number last acknowledged here. */
  #told: number;
  #untoldSizeBytes = 0;
  /** Whether this process has to say that it is a new one, and what it has (section 5.4). */
  #isHelloDue: boolean;
  readonly #refusals: BlockRefusals;
  /** The carrier may have confirmed what it could not hand us. */
  #hasMissed = false;

  constructor(core: Core) {
    this.#core = core;
    this.#refusals = new BlockRefusals(core);
    this.#generation = core.sender.generation;
    this.#next = core.sender.confirmed + 1;
    this.#receiverGeneration = core.receiver.generation;
    this.#taken = core.receiver.received;
    this.#told = this.#taken;
    this.#isHelloDue = !core.isProcessTold && this.#taken > 0;
  }

  get dueMs(): number | undefined {
    return this.#refusals.dueMs;
  }

  get unsentSizeBytes(): number {
    this.#catchUp();
    return this.#core.sender.sizeBytesFrom(this.#next);
  }

  wanted(room: Room): number {
    const textBytes = room.blocks * room.blockBytes / (this.#core.coding === 0 ? 1 : this.#ratio);
    return Math.max(0, Math.min(textBytes, room.textBytes) - this.unsentSizeBytes);
  }

  ask(): void {}

  flush(nowMs: number, room: Room): Outgoing[] {
    this.#refusals.wake(nowMs);
    this.#sayMissed();
    const blocks: Outgoing[] = [];
    while (blocks.length < room.blocks) {
      const block = this.#block(room, nowMs);
      if (block === undefined) break;
      blocks.push(block);
    }
    return blocks;
  }

  receive(block: Uint8Array, nowMs: number): void {
    try {
      this.#take(decodeFrame(block, "block"), nowMs);
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      this.#core.events.damaged(error);
    }
  }

  again(): void {
    this.#goBack();
  }

  missed(): void {
    this.#hasMissed = true;
  }

  outcome(handle: number, isConfirmed: boolean): void {
    const at = this.#outstanding.findIndex((block) => block.handle === handle);
    const block = this.#outstanding[at];
    if (block === undefined) return;
    if (isConfirmed) this.#confirmed(block);
    else this.#failed(at, block);
  }

  /** The flow may have begun anew on another connection. */
  #catchUp(): void {
    const { sender } = this.#core;
    if (this.#generation !== sender.generation) {
      this.#generation = sender.generation;
      this.#next = sender.confirmed + 1;
    }
    this.#next = Math.max(this.#next, sender.acked + 1);
  }

  #block(room: Room, nowMs: number): Outgoing | undefined {
    this.#catchUp();
    const { sender, receiver } = this.#core;
    const hasData = this.#core.active === this && room.textBytes > 0 && this.#next <= sender.sent;
    const untold = this.#taken - this.#told;
    const isAckDue = untold >= BLOCK_ACK_AFTER_STANZAS || this.#untoldSizeBytes >= BLOCK_ACK_AFTER_SIZE_BYTES;
    const refusal = this.#refusals.due;
    if (!hasData && refusal === undefined && !isAckDue && !this.#isHelloDue) return undefined;
    const ackMark = untold > 0 || this.#isHelloDue ? receiver.mark : undefined;
    const process = this.#core.isProcessTold ? undefined : this.#core.process;
    const head: Frame = { ...NO_FRAME, ackMark, process, refusal };
    const { frame, filled } = hasData ? this.#withData(head, room) : { frame: head, filled: undefined };
    this.#refusals.handedOver(nowMs);
    return this.#handOver(frame, filled);
  }

  #withData(head: Frame, room: Room): { readonly frame: Frame; readonly filled: Filled } {
    const { window, ...start } = this.#start();
    const frame = { ...head, ...start };
    const filled = this.#fill(window, room, encodeFrame({ ...frame, data: new Uint8Array(0) }).length);
    return { frame: { ...frame, data: filled.data }, filled };
  }

  /** How the block says from where it goes on. */
  #start(): Pick<Frame, "opening" | "place"> & Pick<Start, "window"> {
    const { sender } = this.#core;
    const before = this.#next - 1;
    const window = this.#isColdDue || this.#next < sender.base ? undefined : sender.windowAt(before);
    if (window === undefined) {
      sender.open(true);
      this.#isColdDue = false;
      this.#catchUp();
    } else if (this.#next !== sender.base) {
      return { opening: undefined, place: sender.markAt(before, window.octets), window };
    }
    return { ...sender.coldStart, place: undefined };
  }

  /** As many stanzas as fit, at least one. */
  #fill(window: Window, room: Room, overheadBytes: number): Filled {
    const mostBytes = Math.max(1, room.blockBytes - overheadBytes);
    if (this.#core.coding === 0) {
      const texts = this.#texts(Math.min(mostBytes, room.textBytes));
      return { texts, data: concat(texts.map(({ text }) => text)), coder: undefined };
    }
    let best: Filled | undefined;
    let [least, most] = [1, Number.POSITIVE_INFINITY];
    for (let attempt = 0; attempt < FILL_TRIES; attempt++) {
      const wanted = this.#texts(Math.min(mostBytes / this.#ratio, room.textBytes)).slice(0, most - 1);
      const texts = wanted.length >= least ? wanted : this.#texts(room.textBytes).slice(0, least);
      const filled = this.#compressed(window, texts);
      const isGood = filled.data.length <= mostBytes || texts.length === 1;
      if (isGood && texts.length > (best?.texts.length ?? 0)) best = filled;
      if (isGood) least = texts.length + 1;
      else most = texts.length;
      if (least >= most || (isGood && filled.data.length >= FULL_SHARE * mostBytes)) break;
      if (isGood && this.#texts(room.textBytes).length < least) break;
    }
    return best ?? this.#compressed(window, this.#texts(1));
  }

  #compressed(window: Window, texts: readonly NumberedText[]): Filled {
    const held = this.#encoder;
    this.#encoder = undefined;
    const goesOn = held?.after === this.#next - 1 && held.generation === this.#generation;
    const coder = goesOn ? held.coder : new FlowEncoder(this.#core.coding, window);
    const data = coder.encode(texts.map(({ text }) => text));
    this.#ratio = Math.min(1.1, Math.max(0.02, data.length / sizeOfTexts(texts)));
    return { texts, data, coder };
  }

  #texts(mostBytes: number): NumberedText[] {
    return this.#core.sender.textsFrom(this.#next, Math.min(mostBytes, FRAME_TEXT_SIZE_BYTES));
  }

  #handOver(frame: Frame, filled: Filled | undefined): Outgoing {
    const first = filled?.texts[0]?.number ?? 0;
    const last = filled?.texts.at(-1)?.number ?? 0;
    const handle = ++this.#handles;
    this.#outstanding.push({
      handle,
      generation: this.#generation,
      first,
      last,
      refusal: frame.refusal,
      saysProcess: frame.process !== undefined,
      toldBefore: this.#told,
      isConfirmed: false,
      isVoid: false,
    });
    if (last > 0) this.#next = last + 1;
    if (filled?.coder !== undefined) this.#core.leaves(filled.texts.length, filled.coder);
    if (filled?.coder?.followsHistory === true) {
      this.#encoder = { coder: filled.coder, after: last, generation: this.#generation };
    }
    if (frame.ackMark !== undefined) {
      this.#told = this.#taken;
      this.#untoldSizeBytes = 0;
    }
    if (this.#isHelloDue) this.#refusals.saidByHello();
    this.#isHelloDue = false;
    return { octets: encodeFrame(frame), handle, last, textBytes: sizeOfTexts(filled?.texts ?? []) };
  }

  #confirmed(block: Outstanding): void {
    block.isConfirmed = true;
    if (block.saysProcess) this.#core.isProcessTold = true;
    // The carrier may confirm out of order; only what has all before it confirmed is over.
    for (let first = this.#outstanding[0]; first?.isConfirmed === true; first = this.#outstanding[0]) {
      this.#outstanding.shift();
      const counts = !first.isVoid && first.generation === this.#core.sender.generation;
      if (counts) this.#core.sender.confirm(first.last);
    }
  }

  /** Everything from a lost block on goes again: what follows it may be of no use to the receiver. */
  #failed(at: number, block: Outstanding): void {
    this.#outstanding.splice(at, 1);
    const counts = !block.isVoid && block.first > 0 && block.generation === this.#core.sender.generation;
    if (counts) {
      for (const later of this.#outstanding.slice(at)) later.isVoid = true;
      this.#next = Math.min(this.#next, block.first);
      this.#encoder = undefined;
    }
    this.#told = Math.min(this.#told, block.toldBefore);
    this.#refusals.failed(block.refusal);
    if (block.saysProcess && !this.#core.isProcessTold && this.#taken > 0) this.#isHelloDue = true;
  }

  #take(frame: Frame, nowMs: number): void {
    const isRestarted = frame.process !== undefined && this.#core.sawProcess(frame.process);
    if (frame.ackMark !== undefined) this.#core.sender.acknowledgeMark(frame.ackMark);
    // What the carrier had brought over, and the process that ended had not stored, goes again.
    if (isRestarted) this.#goBack();
    // Nor may it have stored what was refused.
    if (isRestarted) this.#refusals.sayAgain();
    if (frame.refusal !== undefined) this.#refused(frame.refusal, nowMs);
    if (frame.opening !== undefined) {
      const verdict = this.#core.opened(frame.opening);
      if (verdict.kind === "refuse") return this.#refusals.refuse(verdict.refusal, nowMs);
      if (frame.data === undefined) return;
      this.#data({ number: verdict.start - 1, window: verdict.window }, frame.data, nowMs);
    } else if (frame.data !== undefined && frame.place !== undefined) {
      this.#placed(frame.place, frame.data, nowMs);
    }
  }

  #placed(place: Mark, data: Uint8Array, nowMs: number): void {
    const found = this.#core.receiver.find(place);
    if (found === undefined) return this.#refusals.refuse(this.#core.receiver.refusal("unknown"), nowMs);
    this.#data(found, data, nowMs);
  }

  #data(
    after: { readonly number: number; readonly window: Window },
    data: Uint8Array,
    nowMs: number,
  ): void {
    const { receiver } = this.#core;
    const receivedBefore = receiver.received;
    const held = this.#decoder;
    this.#decoder = undefined;
    const goesOn = held?.after === after.number && held.generation === receiver.generation;
    const decoder = goesOn ? held.coder : new FlowDecoder(receiver.coding, after.window);
    const stanzas = this.#core.decode(decoder, data);
    if (stanzas === undefined) return this.#refusals.refuse(receiver.refusal("damaged"), nowMs);
    if (!this.#core.take(after.number + 1, stanzas)) {
      return this.#refusals.refuse(receiver.refusal("fork"), nowMs);
    }
    const last = after.number + stanzas.length;
    if (decoder.followsHistory) {
      this.#decoder = { coder: decoder, after: last, generation: receiver.generation };
    }
    if (this.#receiverGeneration !== receiver.generation) {
      this.#receiverGeneration = receiver.generation;
      this.#told = after.number;
    }
    // The block has shown that both sides hold the same; a repetition may mean that they do not know it.
    this.#taken = receiver.received;
    this.#told = Math.min(this.#told, after.number);
    this.#untoldSizeBytes += sizeOfTexts(stanzas);
    if (receiver.received === receivedBefore) return;
    // What was dropped came behind this; the refusal that was said did not know of this.
    this.#refusals.sayOwed(nowMs);
    this.#refusals.worked();
  }

  #refused(refusal: Refusal, nowMs: number): void {
    this.#refusals.hear(nowMs);
    const verdict = this.#core.refused(refusal);
    if (verdict === "cold") this.#isColdDue = true;
    if (verdict === "cold" || verdict === "back") this.#goBack();
  }

  /** Sends all again that is not acknowledged; of what is under way nothing counts any more. */
  #goBack(): void {
    const { sender } = this.#core;
    sender.unconfirm();
    if (this.#next <= sender.acked + 1) return;
    this.#next = sender.acked + 1;
    for (const block of this.#outstanding) block.isVoid = true;
    this.#encoder = undefined;
  }

  /** On a stream, or when the process is a new one, the sender learns of it otherwise. */
  #sayMissed(): void {
    if (!this.#hasMissed || this.#core.active !== this) return;
    this.#hasMissed = false;
    if (!this.#isHelloDue) this.#refusals.sayMissed();
  }
}
