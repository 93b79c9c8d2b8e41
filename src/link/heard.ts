import { sha256 } from "../base/mod.ts";
import type { SettingStore } from "../storage/mod.ts";
import { equalOctets } from "./flow/history.ts";
import type { PeerConfig } from "./peer_config.ts";

/** What of a peer decides about what is heard of its users. */
type HeardPeer = Pick<PeerConfig, "name" | "domains" | "rules">;

const NOT_WHOLE = new Uint8Array(0);

/**
 * Whether all that a peer has told of its users was heard, as it would be today: over restarts too, before which it may
 * have come by another peer, or been kept out by other rules.
 */
export class Heard {
  readonly #settings: SettingStore;
  readonly #key: string;
  readonly #terms: Uint8Array;

  constructor(settings: SettingStore, peer: HeardPeer) {
    this.#settings = settings;
    this.#key = `link-heard:${peer.name}`;
    this.#terms = termsOf(peer);
  }

  get isWhole(): boolean {
    const stored = this.#settings.get(this.#key);
    return stored !== undefined && equalOctets(stored, this.#terms);
  }

  /** Notes that something was missed, or that all of it is known, or asked for. */
  note(isWhole: boolean): void {
    if (isWhole !== this.isWhole) this.#settings.set(this.#key, isWhole ? this.#terms : NOT_WHOLE);
  }
}

/** Of a peer that may have told what nobody here has heard before this start; since then all was. */
export const HEARD_SINCE_START: Pick<Heard, "isWhole" | "note"> = { isWhole: false, note() {} };

/** Names the terms on which presence of a peer's users is heard: from which domains, past which rules. */
function termsOf({ domains, rules }: HeardPeer): Uint8Array {
  const inbound = rules.filter((rule) => typeof rule !== "string" && rule.direction !== "out");
  return sha256(JSON.stringify([[...domains].sort(), inbound]));
}
