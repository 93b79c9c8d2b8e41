import type { CarrierKind } from "./frame.ts";

/** How much may be handed to a carrier now. */
export interface Room {
  /** Octets of text of stanzas, at least one stanza; 0: no stanzas. */
  readonly textBytes: number;
  /** On block carriers: octets of a block. One stanza that is larger makes a larger block. */
  readonly blockBytes: number;
  /** On block carriers: how many of them. */
  readonly blocks: number;
}

/** Octets for a carrier. */
export interface Outgoing {
  /** One frame. On a stream carrier its length goes before it (`withLength`). */
  readonly octets: Uint8Array;
  /** By which the owner of a block carrier says what became of them. */
  readonly handle: number;
  /** Number of the last stanza in them; 0 when there is none. */
  readonly last: number;
  /** Octets of the text of its stanzas. */
  readonly textBytes: number;
}

/** One connection of a link (section 1). The owner asks and tells; it does nothing by itself. */
export interface Channel {
  readonly kind: CarrierKind;
  /** Whether the connection has to end, because this side begins a new incarnation (section 5.3). */
  readonly mustEnd: boolean;
  /** When `flush` has something to do even if nothing else happens; monotonic. */
  readonly dueMs: number | undefined;
  /** Stanzas that have a number and have not been handed to this carrier, octets of text. */
  readonly unsentSizeBytes: number;
  /**
   * What is to be handed to the carrier now. To be called after the turn's commit: what goes out, acknowledgements
   * above all, has to be on disk.
   */
  flush(nowMs: number, room: Room): Outgoing[];
  /**
   * Takes one frame.
   * @throws {DamageError} on stream carriers: the connection has to end
   */
  receive(frame: Uint8Array, nowMs: number): void;
  /** The next frame asks the other side for an answer. Harmless on block carriers, whose carrier answers. */
  ask(): void;
  /** Octets of text, beyond those unsent, that `flush` could hand over in this room. */
  wanted(room: Room): number;
  /** Nothing that was sent counts: it goes again. For block carriers; a stream ends instead. */
  again(): void;
  /**
   * The carrier could not hand us anything for a while, though it may have confirmed it: the other side is to be told
   * what we have. For block carriers; a stream begins anew.
   */
  missed(): void;
  /** What the carrier says of a block: that it was brought over, or that it was not or nobody knows. */
  outcome(handle: number, isConfirmed: boolean): void;
}
