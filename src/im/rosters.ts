import { Jid } from "../stanza/mod.ts";
import type { RosterChange, RosterItem, RosterStore } from "../storage/mod.ts";
import { itemElement, pushElement } from "./roster_item.ts";
import type { Sessions } from "./sessions.ts";
import { seenByContact } from "./subscription_item.ts";
import type { Resource } from "./user.ts";

/** A change of a roster that is stored and that clients have yet to be told of. */
export interface RosterUpdate {
  readonly username: string;
  readonly version: number;
  readonly jid: string;
  /** Undefined when it was removed. */
  readonly item: RosterItem | undefined;
}

/** A roster item with its address, parsed. */
export interface RosterContact {
  readonly jid: Jid;
  readonly item: RosterItem;
}

/**
 * The rosters: those of connected accounts in memory, the others in the store. Nobody else writes rosters;
 * only the removal of an account takes one away from under us.
 */
export class Rosters {
  readonly #store: RosterStore;
  readonly #sessions: Sessions;
  readonly #loaded = new Map<string, Map<string, RosterContact>>();

  constructor(store: RosterStore, sessions: Sessions) {
    this.#store = store;
    this.#sessions = sessions;
  }

  /** Keeps the account's roster in memory from now on. */
  load(username: string): void {
    if (this.#loaded.has(username)) return;
    this.#loaded.set(
      username,
      new Map(this.#store.items(username).map((item) => [item.jid, contactOf(item)])),
    );
  }

  unload(username: string): void {
    this.#loaded.delete(username);
  }

  /** All that is kept: contacts, and entries that clients do not see (`listed`). */
  items(username: string): RosterItem[] {
    const loaded = this.#loaded.get(username);
    return loaded === undefined ? this.#store.items(username) : [...loaded.values()].map(({ item }) => item);
  }

  /** The same with parsed addresses: in memory they are parsed already. */
  contacts(username: string): RosterContact[] {
    const loaded = this.#loaded.get(username);
    return loaded === undefined ? this.#store.items(username).map(contactOf) : [...loaded.values()];
  }

  /** Contacts who may see the user. */
  subscribers(username: string): RosterContact[] {
    return this.contacts(username).filter(({ item }) => seenByContact(item));
  }

  /** Contacts and hidden entries together. */
  count(username: string): number {
    return this.#loaded.get(username)?.size ?? this.#store.count(username);
  }

  /** @param contact bare JID */
  get(username: string, contact: string): RosterItem | undefined {
    const loaded = this.#loaded.get(username);
    return loaded === undefined ? this.#store.get(username, contact) : loaded.get(contact)?.item;
  }

  version(username: string): number {
    return this.#store.version(username);
  }

  /** What changed since a version, in order; undefined when that is no longer known. */
  changesSince(username: string, version: number): RosterChange[] | undefined {
    return this.#store.changesSince(username, version);
  }

  put(username: string, item: RosterItem): RosterUpdate {
    const version = this.#store.put(username, item);
    // As the store gives it: what a client sent holds on to all that was read with it.
    const stored = this.#store.get(username, item.jid) ?? item;
    this.#loaded.get(username)?.set(stored.jid, contactOf(stored));
    return { username, version, jid: stored.jid, item: stored };
  }

  remove(username: string, contact: string): RosterUpdate | undefined {
    const version = this.#store.remove(username, contact);
    this.#loaded.get(username)?.delete(contact);
    return version === undefined ? undefined : { username, version, jid: contact, item: undefined };
  }

  /** Tells the account's interested resources of a change (RFC 6121 section 2.1.6). */
  push(update: RosterUpdate): void {
    const user = this.#sessions.user(update.username);
    for (const resource of user?.resources.values() ?? []) {
      if (resource.interested) this.pushTo(resource, update);
    }
  }

  pushTo(resource: Resource, update: Omit<RosterUpdate, "username">): void {
    const { jid, item, version } = update;
    const shown = itemElement(jid, item?.listed === true ? item : undefined);
    resource.session.send(pushElement(resource.jid, version, shown));
  }
}

function contactOf(item: RosterItem): RosterContact {
  return { jid: Jid.of(item.jid), item };
}
