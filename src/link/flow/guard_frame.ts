import { concat } from "../../base/mod.ts";
import { type CarrierKind, FRAME_SIZE_BYTES } from "./frame.ts";
import { OctetWriter } from "./octets.ts";

/** What authentication does with a frame: clear and signed, or enciphered and signed. */
export type GuardMode = "sign" | "seal";

/** Most octets by which a guarded frame is longer than what it protects. */
export const GUARD_OVERHEAD_BYTES = 20;
/** Of the truncated MAC at the end. */
export const TAG_SIZE_BYTES = 8;
/** Epochs have 39 bits of the 40 that they are sent in. */
export const EPOCH_MOST = 2 ** 39 - 1;

const KIND = { sign: 0x41, seal: 0x42 } as const;
const HAS_EPOCH = 0x10;
const HAS_FLOOR = 0x20;
const EPOCH_SIZE_BYTES = 5;

/** What stands before the body of a guarded frame. */
export interface GuardHead {
  readonly mode: GuardMode;
  /** When it is told. */
  readonly epoch: number | undefined;
  /** A word where the other side's epochs have to go on: 39 bits of epoch, and above them one that says "anew". */
  readonly floor: number | undefined;
  /** The lowest octet of the frame's number, on block carriers. */
  readonly counter: number | undefined;
}

/** A guarded frame, taken apart and not checked. */
export interface GuardedFrame {
  readonly head: GuardHead;
  readonly body: Uint8Array;
  readonly tag: Uint8Array;
}

/** The first octet. */
export function kindOf({ mode, epoch, floor }: GuardHead): number {
  return KIND[mode] | (epoch === undefined ? 0 : HAS_EPOCH) | (floor === undefined ? 0 : HAS_FLOOR);
}

/** The mode that a first octet names; undefined when it begins no guarded frame. */
export function modeOf(kind: number | undefined): GuardMode | undefined {
  const bare = kind === undefined ? undefined : kind & ~(HAS_EPOCH | HAS_FLOOR);
  return bare === KIND.sign ? "sign" : bare === KIND.seal ? "seal" : undefined;
}

/** Octets by which a guarded frame with this head is longer than what it protects. */
export function overheadOf({ epoch, floor, counter }: GuardHead): number {
  return 1 + (epoch === undefined ? 0 : EPOCH_SIZE_BYTES) + (floor === undefined ? 0 : EPOCH_SIZE_BYTES) +
    (counter === undefined ? 0 : 1) + TAG_SIZE_BYTES;
}

/** `value` in `sizeBytes` octets, most significant first. */
export function fixedOctets(value: number, sizeBytes: number): Uint8Array {
  return new OctetWriter().fixed(value, sizeBytes).done();
}

/** The octets of a guarded frame. */
export function encodeGuarded({ head, body, tag }: GuardedFrame): Uint8Array {
  return concat([
    Uint8Array.of(kindOf(head)),
    head.epoch === undefined ? EMPTY : fixedOctets(head.epoch, EPOCH_SIZE_BYTES),
    head.floor === undefined ? EMPTY : fixedOctets(head.floor, EPOCH_SIZE_BYTES),
    head.counter === undefined ? EMPTY : Uint8Array.of(head.counter),
    body,
    tag,
  ]);
}

const EMPTY = new Uint8Array(0);

/** Takes octets apart; undefined when they are no guarded frame, too short or too long. Never throws. */
export function decodeGuarded(octets: Uint8Array, carrier: CarrierKind): GuardedFrame | undefined {
  const [kind = 0] = octets;
  const mode = modeOf(kind);
  if (mode === undefined || octets.length > FRAME_SIZE_BYTES + GUARD_OVERHEAD_BYTES) return undefined;
  let at = 1;
  const number = (sizeBytes: number) => {
    const value = octets.subarray(at, at + sizeBytes).reduce((sum, octet) => sum * 256 + octet, 0);
    at += sizeBytes;
    return value;
  };
  const head: GuardHead = {
    mode,
    epoch: kind & HAS_EPOCH ? number(EPOCH_SIZE_BYTES) : undefined,
    floor: kind & HAS_FLOOR ? number(EPOCH_SIZE_BYTES) : undefined,
    counter: carrier === "block" ? number(1) : undefined,
  };
  const end = octets.length - TAG_SIZE_BYTES;
  if (end < at || (head.epoch ?? 0) > EPOCH_MOST) return undefined;
  return { head, body: octets.slice(at, end), tag: octets.slice(end) };
}
