import type { Jid, Stanza } from "../stanza/mod.ts";
import type { AudienceFolder } from "./audience.ts";
import { isQuestionOfAllPresence, isQuestionOfPresence } from "./inbound.ts";

/** What of an outbox has to hear of what the peer asks. */
export interface Reopened {
  /** How many wait. */
  readonly stanzas: number;
  beginEpoch(): void;
  reopen(from: Jid, to: Jid): void;
}

/**
 * What comes from a peer in profile `halyard` and is about presence, before the rules and the router see it: questions
 * make what was told count as not told, and presence for many becomes one for each.
 */
export class Unfolder {
  readonly #folder: AudienceFolder | undefined;
  readonly #outbox: Reopened;
  readonly #answer: (stanza: Stanza) => void;

  /**
   * @param folder absent where there are no rosters: nothing is unfolded then
   * @param answer takes what the peer is told when the rosters disagree
   */
  constructor(folder: AudienceFolder | undefined, outbox: Reopened, answer: (stanza: Stanza) => void) {
    this.#folder = folder;
    this.#outbox = outbox;
    this.#answer = answer;
  }

  /** Tells what has died in the queue as it is now, once nothing waits there any more. */
  tellLost(): void {
    if (this.#outbox.stanzas === 0) this.#folder?.tellLost();
  }

  /** What a stanza of the peer stands for; nothing when it is about the folding itself. */
  unfold(stanza: Stanza): readonly Stanza[] {
    if (isQuestionOfAllPresence(stanza)) this.#outbox.beginEpoch();
    if (isQuestionOfPresence(stanza)) this.#outbox.reopen(stanza.to, stanza.from);
    const folder = this.#folder;
    if (folder === undefined) return [stanza];
    if (folder.disagreed(stanza, (account, contact) => this.#outbox.reopen(account, contact))) return [];
    const unfolded = folder.unfold(stanza);
    if (unfolded === undefined) return [stanza];
    if ("presence" in unfolded) return unfolded.presence;
    if (unfolded.answer !== undefined) this.#answer(unfolded.answer);
    return [];
  }
}
