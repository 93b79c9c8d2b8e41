import type { Jid, Stanza } from "../stanza/mod.ts";
import { copy, ownText, writeXml } from "../xml/mod.ts";
import { presenceSlot } from "./classes.ts";

interface Announced {
  /** The epoch in which it was last sent; an older one proves nothing about what the far side knows. */
  epoch: number;
  /** The presence as sent, its id left out: an update that differs in nothing else says nothing. */
  xml: string;
}

/** Announcements remembered for one peer unless given: about 2 MiB. */
const MOST_ANNOUNCED = 10_000;

/**
 * What the far side of a link knows of the presence behind this one, as far as what was sent can tell.
 *
 * An epoch begins with each link up: the far side may have restarted, so nothing sent before counts as known. But it
 * may just as well have not, so resources that were ever announced are remembered beyond the epoch, until they end.
 * Resources announced in an earlier life of this server are not: the far side's view of them goes stale with the
 * epoch.
 */
export class PresenceLedger {
  readonly #mostAnnounced: number;
  #epoch = 0;
  /** By the two accounts, then by slot. */
  readonly #accounts = new Map<string, Map<string, Announced>>();
  #size = 0;
  #overflowed = false;

  constructor(mostAnnounced: number = MOST_ANNOUNCED) {
    this.#mostAnnounced = mostAnnounced;
  }

  /** Announcements remembered, at most as many as given to the constructor. */
  get size(): number {
    return this.#size;
  }

  /** What was sent so far may be unknown to the far side. */
  beginEpoch(): void {
    this.#epoch++;
  }

  /** Whether available presence equals the last one sent to the same address in this epoch. */
  repeats(presence: Stanza): boolean {
    const slot = presenceSlot(presence);
    if (slot === undefined || presence.type !== "") return false;
    const last = this.#accounts.get(accountsKey(presence.from, presence.to))?.get(slot);
    return last !== undefined && last.epoch === this.#epoch && last.xml === content(presence);
  }

  /** Whether the far side may take the resource that sends this presence for available. */
  mayKnow(presence: Stanza): boolean {
    const slot = presenceSlot(presence);
    if (slot === undefined || this.#overflowed) return true;
    return this.#accounts.get(accountsKey(presence.from, presence.to))?.has(slot) ?? false;
  }

  /** Notes what is on its way to the far side. Anything but available and unavailable presence is ignored. */
  sent(presence: Stanza): void {
    const slot = presenceSlot(presence);
    if (slot === undefined) return;
    const key = accountsKey(presence.from, presence.to);
    if (presence.type === "") return this.#announce(key, slot, content(presence));
    // The answer to a probe comes from the bare JID when no resource is left (RFC 6121 section 4.3.2).
    if (presence.from.isBare) this.#forgetAccounts(key);
    else this.#forgetSlot(key, slot);
  }

  /**
   * The far side asked, complained, or changed what it is entitled to see: what it knows of `from` is open again, and
   * the next presence crosses even if it is the same.
   */
  reopen(from: Jid, to: Jid): void {
    for (const announced of this.#accounts.get(accountsKey(from, to))?.values() ?? []) announced.epoch = -1;
  }

  #announce(key: string, slot: string, xml: string): void {
    this.#forgetSlot(key, slot);
    const slots = this.#accounts.get(key) ?? new Map<string, Announced>();
    // Set anew, so that the accounts least recently announced come first.
    this.#accounts.delete(key);
    // Kept long, so it must not hold on to all that was read with it.
    const [ownSlot, ownXml] = [ownText(slot), ownText(xml)];
    this.#accounts.set(ownText(key), slots.set(ownSlot, { epoch: this.#epoch, xml: ownXml }));
    this.#size++;
    for (const oldest of this.#accounts.keys()) {
      if (this.#size <= this.#mostAnnounced) break;
      this.#forgetAccounts(oldest);
      this.#overflowed = true;
    }
  }

  #forgetSlot(key: string, slot: string): void {
    const slots = this.#accounts.get(key);
    if (slots === undefined || !slots.delete(slot)) return;
    this.#size--;
    if (slots.size === 0) this.#accounts.delete(key);
  }

  #forgetAccounts(key: string): void {
    this.#size -= this.#accounts.get(key)?.size ?? 0;
    this.#accounts.delete(key);
  }
}

function accountsKey(from: Jid, to: Jid): string {
  return `${from.bare}\n${to.bare}`;
}

function content(presence: Stanza): string {
  return writeXml(copy(presence.element, { attrs: { id: undefined } }));
}
