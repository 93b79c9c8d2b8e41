import type { FrameCrypto } from "../../net/mod.ts";
import { fixedOctets, type GuardHead, type GuardMode, kindOf, TAG_SIZE_BYTES } from "./guard_frame.ts";

/** Of the shared key, and of each that is derived from it. */
export const KEY_SIZE_BYTES = 32;

const encoder = new TextEncoder();

/** What the keys of a direction are made from. */
export interface DirectionSecret {
  readonly crypto: FrameCrypto;
  readonly mode: GuardMode;
  /** `KEY_SIZE_BYTES` octets that both sides hold. */
  readonly key: Uint8Array;
  /** The domain of the side that sends in this direction, prepared. */
  readonly sender: string;
  readonly receiver: string;
}

/** What a tag depends on besides the text. */
export interface FramePlace {
  readonly head: GuardHead;
  /** Of the frame within its epoch, from 0. */
  readonly number: number;
}

/** The keys of one epoch of one direction (docs/link-authentication.md section 4). */
export class EpochKeys {
  readonly epoch: number;
  readonly #crypto: FrameCrypto;
  readonly #macKey: Uint8Array;
  /** Undefined with `sign`. */
  readonly #cipherKey: Uint8Array | undefined;

  constructor({ crypto, mode, key, sender, receiver }: DirectionSecret, epoch: number) {
    const derive = (use: string) => {
      const info = encoder.encode(`halyard 1 ${use} ${sender}>${receiver}`);
      return crypto.derive(key, fixedOctets(epoch, 8), info, KEY_SIZE_BYTES);
    };
    this.epoch = epoch;
    this.#crypto = crypto;
    this.#macKey = derive(mode === "sign" ? "sign" : "seal mac");
    this.#cipherKey = mode === "sign" ? undefined : derive("seal cipher");
  }

  /** Body and tag of a guarded frame. */
  protect(place: FramePlace, text: Uint8Array): { readonly body: Uint8Array; readonly tag: Uint8Array } {
    const tag = this.#tag(place, text);
    return { body: this.#cipher(place, tag, text), tag };
  }

  /** The text that was protected; undefined when the tag does not fit. */
  open(place: FramePlace, body: Uint8Array, tag: Uint8Array): Uint8Array | undefined {
    const text = this.#cipher(place, tag, body);
    return this.#crypto.isEqual(this.#tag(place, text), tag) ? text : undefined;
  }

  #tag({ head, number }: FramePlace, text: Uint8Array): Uint8Array {
    const floor = head.floor === undefined ? [] : fixedOctets(head.floor, 5);
    const place = [kindOf(head), ...fixedOctets(this.epoch, 8), ...fixedOctets(number, 8), ...floor];
    return this.#crypto.mac(this.#macKey, [Uint8Array.from(place), text]).slice(0, TAG_SIZE_BYTES);
  }

  /** Made from the tag, an initial counter block comes again only with the same text in the same place. */
  #cipher({ number }: FramePlace, tag: Uint8Array, octets: Uint8Array): Uint8Array {
    if (this.#cipherKey === undefined || octets.length === 0) return octets;
    const iv = new Uint8Array(16);
    iv.set(tag);
    iv.set(fixedOctets(number % 2 ** 32, 4), TAG_SIZE_BYTES);
    return this.#crypto.cipher(this.#cipherKey, iv, octets);
  }
}
