import assert from "node:assert/strict";
import type { Outgoing } from "../channel.ts";
import { decodeFrame } from "../frame.ts";
import { PlainSide } from "./plain_side.ts";

const decoder = new TextDecoder();
/** Room for one block. */
export const ROOM = { textBytes: 1_000_000, blockBytes: 1_000, blocks: 1 };

/** One side of a link over blocks. */
export class BlockSide extends PlainSide {
  constructor(seed: number) {
    super("block", seed);
  }

  /** The next block, if there is one. */
  next(nowMs = 0, room = ROOM): Outgoing | undefined {
    return this.channel.flush(nowMs, room)[0];
  }

  /** The next block, which is there. */
  block(nowMs = 0, room = ROOM): Outgoing {
    const block = this.next(nowMs, room);
    assert(block !== undefined, "there is something to send");
    return block;
  }
}

/** A block, for a transcript. */
export function read({ octets }: Outgoing): string {
  const { opening, process, ackMark, refusal, place, data } = decodeFrame(octets, "block");
  return [
    process === undefined ? "" : "NEW",
    opening?.kind === "cold" ? `cold ${opening.start}` : "",
    ackMark === undefined ? "" : `ack ${ackMark.low}`,
    refusal === undefined ? "" : `refusal ${refusal.reason} ${refusal.received}`,
    place === undefined ? "" : `after ${place.low}`,
    data === undefined ? "" : decoder.decode(data),
  ].filter((part) => part !== "").join(" ");
}

/** Brings a block over, and says so. */
export function bring(from: BlockSide, to: BlockSide, block: Outgoing, nowMs = 0): string {
  to.channel.receive(block.octets, nowMs);
  from.channel.outcome(block.handle, true);
  return read(block);
}

/** Two sides that have never met. */
export function pair(): { ship: BlockSide; shore: BlockSide } {
  return { ship: new BlockSide(1), shore: new BlockSide(2) };
}
