import { DamageError, OctetReader, OctetWriter } from "./octets.ts";

/** Most octets of a frame (section 2). */
export const FRAME_SIZE_BYTES = 131_072;
/** Octets of an incarnation (section 1). */
export const INCARNATION_SIZE_BYTES = 4;
/** This version of the protocol. */
export const VERSION = 1;

/** How the text of a flow is coded: 0 as it is, 1 DEFLATE with dictionary 1. */
export type Coding = 0 | 1;

/** How a side begins its flow on a connection (section 2.1). */
export type Opening =
  | { readonly kind: "warm"; readonly start16: number; readonly tag: number; readonly isNewProcess: boolean }
  | {
    readonly kind: "cold";
    readonly coding: Coding;
    readonly incarnation: Uint8Array;
    readonly start: number;
    readonly isNewProcess: boolean;
  };

/** Why a receiver cannot go on (section 2.3). */
export type RefusalReason = "unknown" | "fork" | "damaged";

export interface Refusal {
  readonly reason: RefusalReason;
  /** Zeros when the receiver knows no incarnation. */
  readonly incarnation: Uint8Array;
  readonly received: number;
}

/** A frame taken apart (section 2). */
export interface Frame {
  readonly opening: Opening | undefined;
  /** `received` modulo 65,536 (section 2.2). */
  readonly ack: number | undefined;
  readonly refusal: Refusal | undefined;
  /** Number of the first stanza in `data`, modulo 65,536; on block carriers. */
  readonly place: number | undefined;
  readonly data: Uint8Array | undefined;
}

const FLAG = {
  always: 0x80,
  open: 0x40,
  cold: 0x20,
  ack: 0x10,
  refusal: 0x08,
  place: 0x04,
  data: 0x02,
  new: 0x01,
};
const REASONS: readonly RefusalReason[] = ["unknown", "fork", "damaged"];

/** The octets of a frame, without the length that precedes it on stream carriers. */
export function encodeFrame(frame: Frame): Uint8Array {
  const { opening, ack, refusal, place, data } = frame;
  const flags = FLAG.always |
    (opening === undefined ? 0 : FLAG.open | (opening.kind === "cold" ? FLAG.cold : 0)) |
    (opening?.isNewProcess === true ? FLAG.new : 0) |
    (ack === undefined ? 0 : FLAG.ack) |
    (refusal === undefined ? 0 : FLAG.refusal) |
    (place === undefined ? 0 : FLAG.place) |
    (data === undefined ? 0 : FLAG.data);
  const writer = new OctetWriter().octet(flags);
  if (opening !== undefined) writeOpening(writer, opening);
  if (ack !== undefined) writer.fixed(ack, 2);
  if (refusal !== undefined) {
    writer.octet(REASONS.indexOf(refusal.reason) + 1).bytes(refusal.incarnation).varint(refusal.received);
  }
  if (place !== undefined) writer.fixed(place, 2);
  if (data !== undefined) writer.bytes(data);
  return writer.done();
}

function writeOpening(writer: OctetWriter, opening: Opening): void {
  if (opening.kind === "warm") writer.fixed(opening.start16, 2).fixed(opening.tag, 4);
  else writer.octet(VERSION).octet(opening.coding).bytes(opening.incarnation).varint(opening.start);
}

/** @throws {DamageError} when the octets are no legal frame */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length > FRAME_SIZE_BYTES) {
    throw new DamageError(
      `Cannot read a frame: ${bytes.length} octets exceed the limit of ${FRAME_SIZE_BYTES}`,
    );
  }
  const reader = new OctetReader(bytes);
  const flags = reader.octet();
  const has = (flag: number) => (flags & flag) !== 0;
  if (!has(FLAG.always)) {
    throw new DamageError("Cannot read a frame: the other side does not speak profile halyard");
  }
  if (!has(FLAG.open) && (has(FLAG.cold) || has(FLAG.new))) {
    throw new DamageError("Cannot read a frame: flags of an opening without one");
  }
  const opening = has(FLAG.open) ? readOpening(reader, has(FLAG.cold), has(FLAG.new)) : undefined;
  const ack = has(FLAG.ack) ? reader.fixed(2) : undefined;
  const refusal = has(FLAG.refusal) ? readRefusal(reader) : undefined;
  const place = has(FLAG.place) ? reader.fixed(2) : undefined;
  const data = has(FLAG.data) ? reader.rest() : undefined;
  if (!reader.isDone) throw new DamageError("Cannot read a frame: octets behind its last field");
  return { opening, ack, refusal, place, data };
}

function readOpening(reader: OctetReader, isCold: boolean, isNewProcess: boolean): Opening {
  if (!isCold) return { kind: "warm", start16: reader.fixed(2), tag: reader.fixed(4), isNewProcess };
  const version = reader.octet();
  if (version !== VERSION) {
    throw new DamageError(`Cannot read a frame: version ${version} instead of ${VERSION}`);
  }
  const coding = reader.octet();
  if (coding !== 0 && coding !== 1) throw new DamageError(`Cannot read a frame: unknown coding ${coding}`);
  const incarnation = reader.bytes(INCARNATION_SIZE_BYTES);
  const start = reader.varint();
  if (start === 0) throw new DamageError("Cannot read a frame: stanzas are numbered from 1");
  return { kind: "cold", coding, incarnation, start, isNewProcess };
}

function readRefusal(reader: OctetReader): Refusal {
  const reason = REASONS[reader.octet() - 1];
  if (reason === undefined) throw new DamageError("Cannot read a frame: unknown reason of a refusal");
  return { reason, incarnation: reader.bytes(INCARNATION_SIZE_BYTES), received: reader.varint() };
}

/** Cuts a stream of octets into frames by the lengths that precede them (section 2). */
export class FrameReader {
  #held = new Uint8Array(0);

  /**
   * @returns the frames that are complete now
   * @throws {DamageError} when a length is not legal
   */
  push(bytes: Uint8Array): Uint8Array[] {
    const all = new Uint8Array(this.#held.length + bytes.length);
    all.set(this.#held);
    all.set(bytes, this.#held.length);
    const frames: Uint8Array[] = [];
    let at = 0;
    for (;;) {
      const found = frameAt(all, at);
      if (found === undefined) break;
      frames.push(all.slice(found.from, found.to));
      at = found.to;
    }
    this.#held = all.slice(at);
    return frames;
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
    if (length === 0 || length > FRAME_SIZE_BYTES) {
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
  return new OctetWriter().varint(frame.length).bytes(frame).done();
}
