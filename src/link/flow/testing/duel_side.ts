import type { Channel } from "../channel.ts";
import type { LinkEngine } from "../engine.ts";
import type { FrameReader } from "../frame.ts";
import type { MemoryStore } from "./memory_store.ts";

/** The two sides of a duel. */
export type Name = "ship" | "shore";
/** Each side's other one. */
export const OTHER: Readonly<Record<Name, Name>> = { ship: "shore", shore: "ship" };

/** A block on its way, and the connection whose owner wants to know what becomes of it. */
export interface Block {
  readonly octets: Uint8Array;
  readonly channel: Channel;
  readonly handle: number;
}

/** One side of a duel. */
export interface Side {
  readonly store: MemoryStore;
  engine: LinkEngine;
  channel: Channel | undefined;
  reader: FrameReader;
  /** What is on its way to this side: octets of a stream, or blocks. */
  incoming: Uint8Array;
  blocks: Block[];
  readonly accepted: string[];
  backup: ReturnType<MemoryStore["backup"]> | undefined;
  restored: boolean;
}
