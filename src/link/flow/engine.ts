import type { RandomSource } from "../../base/mod.ts";
import { Deflater, InflateError, Inflater } from "../../deflate/mod.ts";
import { DICTIONARY } from "./dictionary.ts";
import {
  type Coding,
  decodeFrame,
  encodeFrame,
  type Frame,
  FrameReader,
  type Opening,
  withLength,
} from "./frame.ts";
import type { NumberedText } from "./store.ts";
import { DamageError } from "./octets.ts";
import { FlowReceiver } from "./receiver.ts";
import { FlowSender, WINDOW_SIZE_BYTES, WINDOW_STANZAS } from "./sender.ts";
import type { FlowStore } from "./store.ts";
import { joinTexts, splitStanzas, type StanzaText } from "./stanzas.ts";

/** How octets travel: a stream of them, or whole blocks of which the carrier confirms each. */
export type CarrierKind = "stream" | "block";

/** What an engine tells about; events only inform. */
export interface EngineEvents {
  /** A stanza to be delivered, once. What it effects joins the turn's transaction. */
  deliver(stanza: StanzaText): void;
  /** The other side's process has restarted (section 5.4). */
  peerRestarted(): void;
  /** The flow could not go on where it was; `lost` counts stanzas that only an older backup explains. */
  resynchronised(what: "refused" | "was refused" | "renewed" | "set back", lost: number): void;
}

export interface EngineOptions {
  readonly store: FlowStore;
  readonly random: RandomSource;
  readonly coding: Coding;
  readonly events: EngineEvents;
  /** How long what was received may stay unacknowledged on a stream carrier. */
  readonly ackDelayMs: number;
}

/** Everything about one connection; gone with it. */
interface Connection {
  readonly kind: CarrierKind;
  readonly reader: FrameReader;
  /** Undefined until our opening is out. */
  deflater: Deflater | undefined;
  /** Our flow has to begin anew by a cold opening. */
  reopen: boolean;
  /** Number of the next stanza to send here. */
  next: number;
  /** Undefined until the other side's opening was accepted, and after a refusal. */
  inflater: Inflater | undefined;
  peerNext: number;
  /** The other side has refused or been refused: its data is ignored until a cold opening. */
  isRefusing: boolean;
  refusal: Frame["refusal"];
  /** The number last acknowledged here. */
  told: number;
  untoldSizeBytes: number;
  /** When an acknowledgement has to go alone; monotonic. */
  ackDueMs: number | undefined;
}

/** Text of one frame (section 2.5). */
const FRAME_TEXT_SIZE_BYTES = 65_536;

/**
 * Profile `halyard` for one link, without I/O: stanzas and octets in, octets and deliveries out; time and disk are
 * parameters. See `docs/link-protocol.md`, whose sections are cited here.
 *
 * The owner ends the connection when `receive` throws `DamageError` or `mustEnd` becomes true.
 */
export class LinkEngine {
  readonly #options: EngineOptions;
  readonly #sender: FlowSender;
  readonly #receiver: FlowReceiver;
  #peerCoding: Coding;
  #connection: Connection | undefined;
  #isNewProcess = true;
  #mustEnd = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { store, random, coding } = options;
    const dictionary = coding === 0 ? new Uint8Array(0) : DICTIONARY;
    this.#sender = new FlowSender(store.sender, { random, coding, dictionary });
    this.#receiver = new FlowReceiver(store.receiver, dictionary);
    this.#peerCoding = coding;
  }

  /** Whether the connection has to end, because this side begins a new incarnation (section 5.3). */
  get mustEnd(): boolean {
    return this.#mustEnd;
  }

  /** Stanzas that were given a number and are not acknowledged. */
  get unacknowledged(): number {
    return this.#sender.sent - this.#sender.acked;
  }

  /** Their texts, in order. */
  get unacknowledgedTexts(): Uint8Array[] {
    return this.#sender.unacked.map(({ text }) => text);
  }

  /** When `flush` has something to do even if nothing else happens; monotonic. */
  get dueMs(): number | undefined {
    return this.#connection?.ackDueMs;
  }

  connected(kind: CarrierKind): void {
    this.#mustEnd = false;
    this.#connection = {
      kind,
      reader: new FrameReader(),
      deflater: undefined,
      reopen: false,
      next: this.#sender.acked + 1,
      inflater: undefined,
      peerNext: 0,
      isRefusing: false,
      refusal: undefined,
      told: 0,
      untoldSizeBytes: 0,
      ackDueMs: undefined,
    };
  }

  disconnected(): void {
    this.#connection = undefined;
  }

  /** Whether a stanza of this size would be given a number now. */
  hasRoomFor(sizeBytes: number): boolean {
    return this.#sender.hasRoomFor(sizeBytes);
  }

  /** Gives a stanza its number; it is stored in this turn and leaves with the next `flush`. */
  accept(text: Uint8Array): void {
    this.#sender.take(text);
  }

  /**
   * What is to be handed to the carrier now, each entry a frame (with its length before it on a stream carrier). To
   * be called after the turn's commit: what goes out, acknowledgements above all, has to be on disk.
   * @param mostTextBytes of stanzas, at least one stanza
   */
  flush(nowMs: number, mostTextBytes: number): Uint8Array[] {
    const connection = this.#connection;
    if (connection === undefined || this.#mustEnd) return [];
    const frames: Uint8Array[] = [];
    let room = mostTextBytes;
    for (;;) {
      const opensNow = this.#isOpeningDue(connection);
      const opening = opensNow ? this.#open(connection) : undefined;
      const texts = room > 0 ? this.#nextTexts(connection, Math.min(room, FRAME_TEXT_SIZE_BYTES)) : [];
      const isDue = opening !== undefined || connection.refusal !== undefined ||
        this.#isAckDue(connection, nowMs);
      if (texts.length === 0 && !isDue) return frames;
      frames.push(this.#packed(connection, this.#frame(connection, opening, texts)));
      room -= texts.reduce((sum, { text }) => sum + text.length, 0);
    }
  }

  /**
   * Takes octets of a stream carrier, cut anywhere, or one whole block.
   * @throws {DamageError} when the connection has to end
   */
  receive(bytes: Uint8Array, nowMs: number): void {
    const connection = this.#connection;
    if (connection === undefined || this.#mustEnd) return;
    const frames = connection.kind === "stream" ? connection.reader.push(bytes) : [bytes];
    for (const frame of frames) this.#take(connection, decodeFrame(frame), nowMs);
  }

  #packed(connection: Connection, frame: Frame): Uint8Array {
    const octets = encodeFrame(frame);
    return connection.kind === "stream" ? withLength(octets) : octets;
  }

  #isOpeningDue(connection: Connection): boolean {
    if (connection.reopen) return true;
    if (connection.deflater !== undefined) return false;
    return this.#sender.sent > this.#sender.acked || (this.#isNewProcess && this.#sender.sent > 0);
  }

  #open(connection: Connection): Opening {
    const { opening, history } = this.#sender.open(this.#isNewProcess, connection.reopen);
    connection.deflater = new Deflater(history);
    connection.reopen = false;
    connection.next = this.#sender.acked + 1;
    this.#isNewProcess = false;
    return opening;
  }

  #nextTexts(connection: Connection, mostBytes: number): NumberedText[] {
    const taken: NumberedText[] = [];
    let sizeBytes = 0;
    for (const numbered of this.#sender.from(connection.next)) {
      sizeBytes += numbered.text.length;
      if (taken.length > 0 && sizeBytes > mostBytes) break;
      taken.push(numbered);
    }
    return taken;
  }

  #isAckDue(connection: Connection, nowMs: number): boolean {
    const untold = connection.peerNext - 1 - connection.told;
    if (untold === 0 || connection.inflater === undefined) return false;
    return untold >= WINDOW_STANZAS / 2 || connection.untoldSizeBytes >= WINDOW_SIZE_BYTES / 2 ||
      (connection.ackDueMs !== undefined && connection.ackDueMs <= nowMs);
  }

  #frame(connection: Connection, opening: Opening | undefined, texts: readonly NumberedText[]): Frame {
    // Only what was seen on this connection: of what came before, the sender may have another idea by now.
    const taken = connection.peerNext - 1;
    const tells = connection.inflater !== undefined && taken > connection.told;
    if (tells) {
      connection.told = taken;
      connection.untoldSizeBytes = 0;
      connection.ackDueMs = undefined;
    }
    const { refusal } = connection;
    connection.refusal = undefined;
    const [first] = texts;
    if (first !== undefined) connection.next = first.number + texts.length;
    return {
      opening,
      ack: tells ? taken % 65_536 : undefined,
      refusal,
      place: first === undefined || connection.kind === "stream" ? undefined : first.number % 65_536,
      data: first === undefined ? undefined : this.#encode(connection, joinTexts(texts)),
    };
  }

  #encode(connection: Connection, text: Uint8Array): Uint8Array {
    return this.#options.coding === 0 || connection.deflater === undefined
      ? text
      : connection.deflater.block(text);
  }

  #take(connection: Connection, frame: Frame, nowMs: number): void {
    if (this.#mustEnd) return;
    if (frame.opening !== undefined) this.#opened(connection, frame.opening);
    if (frame.ack !== undefined) this.#sender.acknowledge(frame.ack);
    if (frame.refusal !== undefined) this.#refused(connection, frame.refusal);
    if (frame.data !== undefined && !this.#mustEnd) this.#data(connection, frame.data, nowMs);
  }

  #opened(connection: Connection, opening: Opening): void {
    const { events } = this.#options;
    if (connection.inflater !== undefined && opening.kind === "warm") {
      throw new DamageError("Cannot read a frame: a second warm opening");
    }
    if (opening.isNewProcess) events.peerRestarted();
    const verdict = this.#receiver.open(opening);
    if (verdict.kind === "refuse") {
      this.#refuse(connection, verdict.refusal);
      return;
    }
    if (verdict.missing > 0) events.resynchronised("set back", verdict.missing);
    if (verdict.coding !== undefined) this.#peerCoding = verdict.coding;
    connection.isRefusing = false;
    connection.inflater = new Inflater(verdict.history);
    connection.peerNext = verdict.start;
    connection.told = verdict.start - 1;
  }

  #refused(connection: Connection, refusal: NonNullable<Frame["refusal"]>): void {
    const verdict = this.#sender.refused(refusal);
    this.#options.events.resynchronised("was refused", 0);
    if (verdict === "renewed") this.#renewed();
    else connection.reopen = true;
  }

  #renewed(): void {
    this.#mustEnd = true;
    this.#options.events.resynchronised("renewed", 0);
  }

  #refuse(connection: Connection, refusal: NonNullable<Frame["refusal"]>): void {
    connection.isRefusing = true;
    connection.inflater = undefined;
    connection.refusal = refusal;
    this.#options.events.resynchronised("refused", 0);
  }

  #data(connection: Connection, data: Uint8Array, nowMs: number): void {
    if (connection.isRefusing) return;
    if (connection.inflater === undefined) {
      throw new DamageError("Cannot read a frame: data before an opening");
    }
    const stanzas = this.#decode(connection.inflater, data);
    if (stanzas === undefined) {
      this.#refuse(connection, this.#receiver.refusal("damaged"));
      return;
    }
    for (const stanza of stanzas) {
      const { text } = stanza;
      const verdict = this.#receiver.take({ number: connection.peerNext, text });
      if (verdict === "fork") {
        this.#refuse(connection, this.#receiver.refusal("fork"));
        return;
      }
      connection.peerNext++;
      if (verdict === "deliver") this.#options.events.deliver(stanza);
      connection.untoldSizeBytes += text.length;
    }
    this.#receiver.tidy();
    if (connection.kind === "stream") connection.ackDueMs ??= nowMs + this.#options.ackDelayMs;
  }

  /** The stanzas of a frame; undefined when its data is damaged. */
  #decode(inflater: Inflater, data: Uint8Array): StanzaText[] | undefined {
    try {
      const text = this.#peerCoding === 0 ? data : inflater.block(data, FRAME_TEXT_SIZE_BYTES * 8);
      return splitStanzas(text);
    } catch (error) {
      if (error instanceof InflateError || error instanceof DamageError) return undefined;
      throw error;
    }
  }
}
