import { DamageError, OctetReader, OctetWriter } from "./octets.ts";

/** Most octets of a frame (section 2): the largest stanza fits, even if compression does nothing for it. */
export const FRAME_SIZE_BYTES = 524_288;
/** What protection may add to a frame. */
const PROTECTION_SIZE_BYTES = 64;
/** Octets of an incarnation (section 1). */
export const INCARNATION_SIZE_BYTES = 4;
/** What a reader holds while nothing comes. */
const BUFFER_SIZE_BYTES = 2_048;
/** This version of the protocol. */
export const VERSION = 1;

/** How octets travel: a stream of them, or whole blocks of which the carrier confirms each. */
export type CarrierKind = "stream" | "block";

/** How the text of a flow is coded (section 4): 0 as it is, 1 DEFLATE with dictionary 1, 2 shortened too. */
export type Coding = 0 | 1 | 2;

/** How a side begins its flow (section 2.1). A warm opening exists on stream carriers only. */
export type Opening =
  | { readonly kind: "warm"; readonly start16: number; readonly tag: number }
  | {
    readonly kind: "cold";
    readonly coding: Coding;
    readonly incarnation: Uint8Array;
    readonly start: number;
  };

/** A point of a flow's history, named so that the other side sees whether it holds the same (section 2.4). */
export interface Mark {
  /** The number modulo 256. */
  readonly low: number;
  /** The low 16 bits of the tag. */
  readonly tag16: number;
}

/** Why a receiver cannot go on (section 2.3). */
export type RefusalReason = "unknown" | "fork" | "damaged" | "retired";

export interface Refusal {
  readonly reason: RefusalReason;
  /** Of the flow as the receiver knows it, zeros when it knows none; for `retired` the one that is refused. */
  readonly incarnation: Uint8Array;
  readonly received: number;
  /** The tag of the history at `received`; 0 when the receiver does not hold it. */
  readonly tag: number;
}

/** A frame taken apart (section 2). */
export interface Frame {
  readonly opening: Opening | undefined;
  /** By which a restart of the sender's process is seen (section 5.4). */
  readonly process: number | undefined;
  /** On stream carriers: the number taken, modulo 65,536 (section 2.2). */
  readonly ack: number | undefined;
  /** On block carriers: the history at the number taken. */
  readonly ackMark: Mark | undefined;
  readonly refusal: Refusal | undefined;
  /** On block carriers, unless the block opens: the history from which `data` goes on (section 2.4). */
  readonly place: Mark | undefined;
  readonly data: Uint8Array | undefined;
  /** On stream carriers: the other side is to answer at once, if with a frame that says nothing (section 3.6). */
  readonly asks: boolean;
}

/** A frame that says nothing. */
export const NO_FRAME: Frame = {
  opening: undefined,
  process: undefined,
  ack: undefined,
  ackMark: undefined,
  refusal: undefined,
  place: undefined,
  data: undefined,
  asks: false,
};

const FLAG = {
  always: 0x80,
  open: 0x40,
  cold: 0x20,
  ack: 0x10,
  refusal: 0x08,
  /** On block carriers. */
  place: 0x04,
  /** On stream carriers. */
  asks: 0x04,
  data: 0x02,
  new: 0x01,
};
const REASONS: readonly RefusalReason[] = ["unknown", "fork", "damaged", "retired"];

/** The octets of a frame, without the length that precedes it on stream carriers. */
export function encodeFrame(frame: Frame): Uint8Array {
  const { opening, process, ack, ackMark, refusal, place, data, asks } = frame;
  const flags = FLAG.always |
    (opening === undefined ? 0 : FLAG.open | (opening.kind === "cold" ? FLAG.cold : 0)) |
    (process === undefined ? 0 : FLAG.new) |
    (ack === undefined && ackMark === undefined ? 0 : FLAG.ack) |
    (refusal === undefined ? 0 : FLAG.refusal) |
    (place === undefined ? 0 : FLAG.place) |
    (asks ? FLAG.asks : 0) |
    (data === undefined ? 0 : FLAG.data);
  const writer = new OctetWriter().octet(flags);
  if (opening !== undefined) writeOpening(writer, opening);
  if (process !== undefined) writer.octet(process);
  if (ack !== undefined) writer.fixed(ack, 2);
  if (ackMark !== undefined) writeMark(writer, ackMark);
  if (refusal !== undefined) writeRefusal(writer, refusal);
  if (place !== undefined) writeMark(writer, place);
  return data === undefined ? writer.done() : writer.doneWith(data);
}

function writeOpening(writer: OctetWriter, opening: Opening): void {
  if (opening.kind === "warm") writer.fixed(opening.start16, 2).fixed(opening.tag, 4);
  else writer.octet(VERSION).octet(opening.coding).bytes(opening.incarnation).varint(opening.start);
}

function writeMark(writer: OctetWriter, { low, tag16 }: Mark): void {
  writer.octet(low).fixed(tag16, 2);
}

function writeRefusal(writer: OctetWriter, { reason, incarnation, received, tag }: Refusal): void {
  writer.octet(REASONS.indexOf(reason) + 1).bytes(incarnation).varint(received).fixed(tag, 4);
}

/** @throws {DamageError} when the octets are no legal frame of that kind of carrier */
export function decodeFrame(bytes: Uint8Array, kind: CarrierKind): Frame {
  if (bytes.length > FRAME_SIZE_BYTES) {
    throw new DamageError(
      `Cannot read a frame: ${bytes.length} octets exceed the limit of ${FRAME_SIZE_BYTES}`,
    );
  }
  const reader = new OctetReader(bytes);
  const flags = reader.octet();
  const has = (flag: number) => (flags & flag) !== 0;
  checkFlags(has, kind);
  const isStream = kind === "stream";
  const opening = has(FLAG.open) ? readOpening(reader, has(FLAG.cold)) : undefined;
  const process = has(FLAG.new) ? reader.octet() : undefined;
  const ack = has(FLAG.ack) && isStream ? reader.fixed(2) : undefined;
  const ackMark = has(FLAG.ack) && !isStream ? readMark(reader) : undefined;
  const refusal = has(FLAG.refusal) ? readRefusal(reader) : undefined;
  const place = has(FLAG.place) && !isStream ? readMark(reader) : undefined;
  const data = has(FLAG.data) ? reader.rest() : undefined;
  if (!reader.isDone) throw new DamageError("Cannot read a frame: octets behind its last field");
  return { opening, process, ack, ackMark, refusal, place, data, asks: isStream && has(FLAG.asks) };
}

function checkFlags(has: (flag: number) => boolean, kind: CarrierKind): void {
  const faults: readonly (readonly [is: boolean, why: string])[] = [
    [!has(FLAG.always), "the other side does not speak profile halyard"],
    [has(FLAG.cold) && !has(FLAG.open), "flags of an opening without one"],
    [kind === "stream" && has(FLAG.new) && !has(FLAG.open), "flags of an opening without one"],
    [kind === "block" && has(FLAG.open) && !has(FLAG.cold), "a warm opening on a block carrier"],
    [kind === "block" && has(FLAG.place) && has(FLAG.open), "a place beside an opening"],
    [
      kind === "block" && has(FLAG.place) !== (has(FLAG.data) && !has(FLAG.open)),
      "data without its place, or a place without data",
    ],
  ];
  const fault = faults.find(([is]) => is);
  if (fault !== undefined) throw new DamageError(`Cannot read a frame: ${fault[1]}`);
}

function readOpening(reader: OctetReader, isCold: boolean): Opening {
  if (!isCold) return { kind: "warm", start16: reader.fixed(2), tag: reader.fixed(4) };
  const version = reader.octet();
  if (version !== VERSION) {
    throw new DamageError(`Cannot read a frame: version ${version} instead of ${VERSION}`);
  }
  const coding = reader.octet();
  if (coding !== 0 && coding !== 1 && coding !== 2) {
    throw new DamageError(`Cannot read a frame: unknown coding ${coding}`);
  }
  const incarnation = reader.bytes(INCARNATION_SIZE_BYTES);
  const start = reader.varint();
  if (start === 0) throw new DamageError("Cannot read a frame: stanzas are numbered from 1");
  return { kind: "cold", coding, incarnation, start };
}

function readMark(reader: OctetReader): Mark {
  return { low: reader.octet(), tag16: reader.fixed(2) };
}

function readRefusal(reader: OctetReader): Refusal {
  const reason = REASONS[reader.octet() - 1];
  if (reason === undefined) throw new DamageError("Cannot read a frame: unknown reason of a refusal");
  return {
    reason,
    incarnation: reader.bytes(INCARNATION_SIZE_BYTES),
    received: reader.varint(),
    tag: reader.fixed(4),
  };
}

/** Cuts a stream of octets into frames by the lengths that precede them (section 2). */
export class FrameReader {
  #buffer = new Uint8Array(BUFFER_SIZE_BYTES);
  #sizeBytes = 0;

  /**
   * @returns the frames that are complete now
   * @throws {DamageError} when a length is not legal
   */
  push(bytes: Uint8Array): Uint8Array[] {
    this.#append(bytes);
    const all = this.#buffer.subarray(0, this.#sizeBytes);
    const frames: Uint8Array[] = [];
    let at = 0;
    for (;;) {
      const found = frameAt(all, at);
      if (found === undefined) break;
      frames.push(all.slice(found.from, found.to));
      at = found.to;
    }
    if (at > 0) this.#keepFrom(at);
    return frames;
  }

  #append(bytes: Uint8Array): void {
    const neededBytes = this.#sizeBytes + bytes.length;
    if (neededBytes > this.#buffer.length) {
      const larger = new Uint8Array(2 * neededBytes);
      larger.set(this.#buffer.subarray(0, this.#sizeBytes));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#sizeBytes);
    this.#sizeBytes = neededBytes;
  }

  /** What is left moves to the front; a buffer that grew is given back once it is empty. */
  #keepFrom(at: number): void {
    this.#buffer.copyWithin(0, at, this.#sizeBytes);
    this.#sizeBytes -= at;
    if (this.#sizeBytes === 0 && this.#buffer.length > BUFFER_SIZE_BYTES) {
      this.#buffer = new Uint8Array(BUFFER_SIZE_BYTES);
    }
  }
}

/** Where the frame is that begins at `at`; undefined when it is not complete. */
function frameAt(all: Uint8Array, at: number): { from: number; to: number } | undefined {
  let length = 0;
  for (let i = 0; i < 3; i++) {
    const octet = all[at + i];
    if (octet === undefined) return undefined;
    length += (octet & 0x7f) * 0x80 ** i;
    if (octet >= 0x80) continue;
    if (length === 0 || length > FRAME_SIZE_BYTES + PROTECTION_SIZE_BYTES) {
      throw new DamageError(
        `Cannot read a frame: its length is ${length}, 1 to ${FRAME_SIZE_BYTES} are legal`,
      );
    }
    const from = at + i + 1;
    return from + length > all.length ? undefined : { from, to: from + length };
  }
  throw new DamageError("Cannot read a frame: its length has more than 3 octets");
}

/** A frame as it goes on a stream carrier. */
export function withLength(frame: Uint8Array): Uint8Array {
  return new OctetWriter().varint(frame.length).doneWith(frame);
}
