import type { Clock } from "../../base/mod.ts";
import type { FrameCrypto } from "../../net/mod.ts";
import type { LinkEpochStore } from "../../storage/mod.ts";
import type { CarrierKind } from "./frame.ts";
import { KeyedChannel } from "./guard_channel.ts";
import { GuardEpochs } from "./guard_epochs.ts";
import type { GuardFault } from "./guard_fault.ts";
import { type GuardMode, modeOf } from "./guard_frame.ts";
import { KEY_SIZE_BYTES } from "./guard_keys.ts";

/** A frame as it goes to the carrier. */
export interface Guarded {
  readonly octets: Uint8Array;
  /** Names the block in `confirmed` and `failed`; rises by one with each frame of a channel, from 0. */
  readonly ticket: number;
}

/** What became of octets from the other side. */
export interface Unguarded {
  /** The frame, authentic and new; undefined when there is nothing to process. */
  readonly frame: Uint8Array | undefined;
  /** Why there is no frame; undefined also when the other side only had a word for the guard itself. */
  readonly fault: GuardFault | undefined;
  /**
   * The other side takes nothing of what we send on this connection, and asks for a higher epoch, which is chosen. On
   * a stream carrier the owner ends the connection; on a block carrier our flow begins on it anew.
   */
  readonly mustRenew: boolean;
}

/** One connection as the guard sees it. Only `protect` and `answer` are for after the turn's commit. */
export interface GuardChannel {
  /**
   * Protects a frame. Writes nothing to the store.
   * @throws {RangeError} when there is no room (see `hasRoom`)
   */
  protect(frame: Uint8Array): Guarded;
  /** Checks a frame that came; never throws for what is in it. On a stream carrier the first fault is the last word. */
  unprotect(octets: Uint8Array): Unguarded;
  /** A frame for the guard of the other side that goes alone, when one is due; else it rides on the next `protect`. */
  answer(): Guarded | undefined;
  /** The carrier says that the other side has a block. Blocks may be spoken of in any order. */
  confirmed(ticket: number): void;
  /** The carrier says that it gave up on a block. */
  failed(ticket: number): void;
  /** Whether another block may be protected: not while too many are neither confirmed nor given up. */
  readonly hasRoom: boolean;
  /** Octets by which the next protected frame will be longer. */
  readonly overheadBytes: number;
  /** Whether `answer` has something. */
  readonly isAnswerDue: boolean;
}

/** Protects what crosses one link (docs/link-authentication.md), or does not. */
export interface LinkGuard {
  /** A connection begins; to be called when it is put to use, since of two the later one counts. */
  open(carrier: CarrierKind): GuardChannel;
}

export interface GuardOptions {
  readonly mode: GuardMode;
  /** The shared key: 32 octets. */
  readonly key: Uint8Array;
  /** The domain of this server and that of the peer, prepared: both sides have to call them the same. */
  readonly ours: string;
  readonly theirs: string;
  readonly store: LinkEpochStore;
  readonly crypto: FrameCrypto;
  readonly clock: Pick<Clock, "nowMs" | "monotonicMs">;
}

/** The guard of a link with a shared key. */
export class Guard implements LinkGuard {
  readonly #options: GuardOptions;
  readonly #epochs: GuardEpochs;

  /** @throws {RangeError} when the key has another length, or both sides the same name */
  constructor(options: GuardOptions) {
    const { key, ours, theirs, store, clock } = options;
    if (key.length !== KEY_SIZE_BYTES) {
      throw new RangeError(
        `Cannot authenticate: the key has ${key.length} octets instead of ${KEY_SIZE_BYTES}`,
      );
    }
    if (ours === theirs) throw new RangeError(`Cannot authenticate: both sides are called ${ours}`);
    this.#options = options;
    this.#epochs = new GuardEpochs(store, clock);
  }

  open(carrier: CarrierKind): GuardChannel {
    const { crypto, mode, key, ours, theirs } = this.#options;
    const shared = { crypto, mode, key };
    return new KeyedChannel(carrier, this.#epochs, {
      out: { ...shared, sender: ours, receiver: theirs },
      in: { ...shared, sender: theirs, receiver: ours },
    });
  }
}

/** The guard of a link without a key: frames pass as they are, and guarded ones are named for what they are. */
export const plainGuard: LinkGuard = { open: () => plainChannel() };

function plainChannel(): GuardChannel {
  let ticket = 0;
  return {
    protect: (frame) => ({ octets: frame, ticket: ticket++ }),
    unprotect(octets) {
      const isGuarded = modeOf(octets[0]) !== undefined;
      return {
        frame: isGuarded ? undefined : octets,
        fault: isGuarded ? "guarded" : undefined,
        mustRenew: false,
      };
    },
    answer: () => undefined,
    confirmed: () => {},
    failed: () => {},
    hasRoom: true,
    overheadBytes: 0,
    isAnswerDue: false,
  };
}
