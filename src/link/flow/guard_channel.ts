import type { CarrierKind } from "./frame.ts";
import type { GuardChannel, Guarded, Unguarded } from "./guard.ts";
import type { GuardEpochs } from "./guard_epochs.ts";
import type { GuardFault } from "./guard_fault.ts";
import {
  decodeGuarded,
  encodeGuarded,
  EPOCH_MOST,
  type GuardedFrame,
  type GuardHead,
  modeOf,
  overheadOf,
} from "./guard_frame.ts";
import { type DirectionSecret, EpochKeys } from "./guard_keys.ts";

/** Blocks in a row of which none is known to have arrived: no more are sent, since one octet counts 256. */
export const UNCONFIRMED_BLOCKS = 128;
/** From so many on a failure begins a new epoch. */
const RENEW_BLOCKS = 64;
/** Blocks in a row that are not the next of the epoch that goes on: then the other side is taken to be elsewhere. */
export const MISFIT_BLOCKS = 3;
/** Added to a floor: none of what you send can be read here, whatever your epoch is. */
const ANEW = EPOCH_MOST + 1;
const EMPTY = new Uint8Array(0);

/** Which epoch of the other side's goes on here, and how far it is. */
interface Incoming {
  readonly keys: EpochKeys;
  /** Number of the last frame taken. */
  last: number;
  /** Blocks since then that were not the next. */
  misfits: number;
}

/** One connection of a link with a shared key. */
export class KeyedChannel implements GuardChannel {
  readonly #carrier: CarrierKind;
  readonly #epochs: GuardEpochs;
  readonly #secrets: { readonly out: DirectionSecret; readonly in: DirectionSecret };
  #keys: EpochKeys;
  #nextTicket = 0;
  /** Ticket of the epoch's first frame. */
  #firstTicket = 0;
  /** The highest ticket of this epoch that was confirmed; below `firstTicket` when none was. */
  #confirmedTicket = -1;
  #incoming: Incoming | undefined;
  #floorDue: number | undefined;
  #hasAnswered = false;
  /** Whether anything that came fitted the key. */
  #isProven = false;
  /** What ended this direction of a stream carrier. */
  #ended: GuardFault | undefined;

  constructor(
    carrier: CarrierKind,
    epochs: GuardEpochs,
    secrets: { readonly out: DirectionSecret; readonly in: DirectionSecret },
  ) {
    this.#carrier = carrier;
    this.#epochs = epochs;
    this.#secrets = secrets;
    this.#keys = new EpochKeys(secrets.out, epochs.next());
  }

  get hasRoom(): boolean {
    return this.#carrier === "stream" || this.#unconfirmed < UNCONFIRMED_BLOCKS;
  }

  get overheadBytes(): number {
    return overheadOf(this.#head());
  }

  get isAnswerDue(): boolean {
    return this.#floorDue !== undefined;
  }

  protect(frame: Uint8Array): Guarded {
    if (!this.hasRoom) {
      throw new RangeError(`Cannot protect a block: ${UNCONFIRMED_BLOCKS} are not confirmed`);
    }
    const head = this.#head();
    const { body, tag } = this.#keys.protect({ head, number: this.#number }, frame);
    this.#floorDue = undefined;
    return { octets: encodeGuarded({ head, body, tag }), ticket: this.#nextTicket++ };
  }

  answer(): Guarded | undefined {
    return this.#floorDue !== undefined && this.hasRoom ? this.protect(EMPTY) : undefined;
  }

  confirmed(ticket: number): void {
    // One of an older epoch says nothing of this one.
    const isOfThisEpoch = ticket >= this.#firstTicket && ticket < this.#nextTicket;
    if (isOfThisEpoch) this.#confirmedTicket = Math.max(this.#confirmedTicket, ticket);
  }

  failed(ticket: number): void {
    const isOfThisEpoch = this.#carrier === "block" && ticket >= this.#firstTicket;
    if (isOfThisEpoch && this.#unconfirmed >= RENEW_BLOCKS) this.#beginEpoch();
  }

  unprotect(octets: Uint8Array): Unguarded {
    if (this.#ended !== undefined) return refused(this.#ended);
    const unguarded = this.#take(octets);
    if (this.#carrier === "stream") this.#ended = unguarded.fault;
    return unguarded;
  }

  /** Number of the next frame within its epoch. */
  get #number(): number {
    return this.#nextTicket - this.#firstTicket;
  }

  /** Frames behind the last one that is known to have arrived. */
  get #unconfirmed(): number {
    return this.#nextTicket - 1 - Math.max(this.#confirmedTicket, this.#firstTicket - 1);
  }

  /** On a stream carrier the first frame arrives or none does; of blocks it takes a confirmation to know. */
  get #isTelling(): boolean {
    return this.#carrier === "stream" ? this.#number === 0 : this.#confirmedTicket < this.#firstTicket;
  }

  #head(): GuardHead {
    // Whom we do not understand may not understand us either: a block with a word for the guard stands for itself.
    const isTelling = this.#isTelling || (this.#carrier === "block" && this.#floorDue !== undefined);
    return {
      mode: this.#secrets.out.mode,
      epoch: isTelling ? this.#keys.epoch : undefined,
      floor: this.#floorDue,
      counter: this.#carrier === "block" ? this.#number % 256 : undefined,
    };
  }

  #beginEpoch(): void {
    this.#keys = new EpochKeys(this.#secrets.out, this.#epochs.next());
    this.#firstTicket = this.#nextTicket;
  }

  #take(octets: Uint8Array): Unguarded {
    const guarded = decodeGuarded(octets, this.#carrier);
    if (guarded === undefined) return refused(isPlain(octets) ? "plain" : "damaged");
    const { mode, epoch } = guarded.head;
    if (mode !== this.#secrets.in.mode) return refused("other-mode");
    if (this.#carrier === "stream" && (epoch === undefined) === (this.#incoming === undefined)) {
      return refused("damaged");
    }
    const current = this.#incoming;
    if (current !== undefined && (epoch === undefined || epoch === current.keys.epoch)) {
      return this.#takeNext(guarded, current);
    }
    if (epoch !== undefined) return this.#takeFirst(guarded, epoch);
    this.#answer(this.#epochs.accepted + ANEW);
    return refused("unknown");
  }

  /** A frame of the epoch that goes on here. */
  #takeNext(guarded: GuardedFrame, incoming: Incoming): Unguarded {
    const { head: { counter } } = guarded;
    const expected = incoming.last + 1;
    const number = counter === undefined ? expected : expected + (counter - expected % 256 + 256) % 256;
    const text = this.#open(incoming.keys, guarded, number);
    if (text !== undefined) {
      incoming.last = number;
      incoming.misfits = 0;
      return this.#taken(guarded, text);
    }
    const isRepeated = counter !== undefined && number >= 256 &&
      this.#open(incoming.keys, guarded, number - 256) !== undefined;
    // The carrier confirms what only the guard refuses, so the other side may have told its epoch in vain.
    incoming.misfits++;
    if (this.#carrier === "block" && incoming.misfits >= MISFIT_BLOCKS) {
      this.#answer(this.#epochs.accepted + ANEW);
    }
    return refused(isRepeated ? "replay" : this.#misfit);
  }

  /** A frame that tells an epoch other than the one that goes on here. */
  #takeFirst(guarded: GuardedFrame, epoch: number): Unguarded {
    const number = guarded.head.counter ?? 0;
    const keys = new EpochKeys(this.#secrets.in, epoch);
    const text = this.#open(keys, guarded, number);
    if (text === undefined) return refused(this.#misfit);
    if (epoch > this.#epochs.accepted) {
      this.#epochs.accept(epoch);
      this.#incoming = { keys, last: number, misfits: 0 };
      this.#floorDue = undefined;
      return this.#taken(guarded, text);
    }
    // The one that goes on here is good for whoever is in it, so it stays above the floor.
    this.#answer(this.#incoming === undefined ? this.#epochs.accepted : this.#incoming.keys.epoch - 1);
    return { ...refused("behind"), mustRenew: this.#heed(guarded.head.floor, false) };
  }

  #open(keys: EpochKeys, { head, body, tag }: GuardedFrame, number: number): Uint8Array | undefined {
    const text = keys.open({ head, number }, body, tag);
    if (text !== undefined) this.#isProven = true;
    return text;
  }

  #taken({ head: { floor } }: GuardedFrame, text: Uint8Array): Unguarded {
    if (text.length === 0 && floor === undefined) return refused("damaged");
    const mustRenew = this.#heed(floor, true);
    return { frame: text.length === 0 ? undefined : text, fault: undefined, mustRenew };
  }

  /**
   * Follows the other side's word where our epochs have to go on. An old word does no harm: it asks for no more than what
   * was done long since, except for "anew", which therefore counts only when it is new.
   * @returns whether the epoch of this connection is of no use to the other side
   */
  #heed(word: number | undefined, isNew: boolean): boolean {
    if (word === undefined) return false;
    const isAnew = word >= ANEW && isNew && !this.#isTelling;
    const floor = word % ANEW;
    if (!isAnew && floor < this.#keys.epoch) return false;
    if (!this.#epochs.raise(floor)) return false;
    if (this.#carrier === "block") this.#beginEpoch();
    return true;
  }

  #answer(floor: number): void {
    if (this.#floorDue === undefined) {
      const mayAnswer = this.#carrier === "stream" ? !this.#hasAnswered : this.#epochs.mayAnswer();
      if (!mayAnswer) return;
    }
    this.#hasAnswered = true;
    // The stronger word stands: a replayed block must not take back "anew".
    this.#floorDue = Math.max(this.#floorDue ?? 0, floor);
  }

  get #misfit(): GuardFault {
    return this.#isProven ? "damaged" : "wrong-key";
  }
}

function refused(fault: GuardFault): Unguarded {
  return { frame: undefined, fault, mustRenew: false };
}

/** Whether octets begin as a frame that nothing protects. */
function isPlain(octets: Uint8Array): boolean {
  return modeOf(octets[0]) === undefined && ((octets[0] ?? 0) & 0x80) !== 0;
}
