import {
  type ClientServices,
  type ClientSession,
  type Hop,
  type IqHandler,
  type IqKey,
  IqTable,
  type LinkEvents,
} from "../router/mod.ts";
import { Jid, type Stanza, type StanzaError } from "../stanza/mod.ts";
import type { Element } from "../xml/mod.ts";
import { Arrivals } from "./arrivals.ts";
import { Delivery } from "./delivery.ts";
import { InboundPresence } from "./inbound.ts";
import { KnownPresence } from "./known_presence.ts";
import { Offline } from "./offline.ts";
import type { ImOptions } from "./options.ts";
import { Outbound } from "./outbound.ts";
import { Presence } from "./presence.ts";
import { Probes } from "./probes.ts";
import { RemotePresence } from "./remote_presence.ts";
import { Roster } from "./roster.ts";
import { type RosterContact, Rosters } from "./rosters.ts";
import { Serial } from "./serial.ts";
import { Sessions } from "./sessions.ts";
import { seenByContact, seesContact } from "./subscription_item.ts";
import { Subscriptions } from "./subscriptions.ts";
import { Ways } from "./ways.ts";

/**
 * Instant messaging and presence for the accounts of one domain (RFC 6121). Synchronous throughout: when a
 * call returns, all that follows from it has been sent or stored.
 *
 * Stanzas between two accounts here take the same way as all others: out, through the router, and in again.
 */
export class InstantMessaging implements ClientServices, Hop, LinkEvents {
  readonly name = "im";
  readonly #options: ImOptions;
  readonly #sessions: Sessions;
  readonly #rosters: Rosters;
  readonly #serial = new Serial();
  readonly #presence: Presence;
  readonly #remote: RemotePresence;
  readonly #subscriptions: Subscriptions;
  readonly #inbound: InboundPresence;
  readonly #outbound: Outbound;
  readonly #offline: Offline;
  readonly #delivery: Delivery;
  /** Requests to the server's own address that are about presence. */
  readonly serverIq: Readonly<Record<IqKey, IqHandler>>;

  constructor(options: ImOptions) {
    const { limits, random, storage } = options;
    const ways = new Ways(options.presenceLinks);
    const serial = this.#serial;
    const sessions = new Sessions(random, limits.sessionsPerAccount);
    const rosters = new Rosters(storage.rosters, sessions);
    const offline = new Offline(options);
    const presence = new Presence(options, ways, sessions, rosters);
    const remote = new RemotePresence(options, ways, sessions, rosters);
    const subscriptions = new Subscriptions(options, sessions, rosters, presence, remote);
    const probes = new Probes(options, sessions, rosters, presence);
    const roster = new Roster(options, sessions, rosters, subscriptions, serial);
    const arrivals = new Arrivals(options, rosters, subscriptions, remote, offline, serial);
    const accountIq = new IqTable([roster.accountIq, ...options.features.map((one) => one.accountIq)]);
    this.#options = options;
    this.#sessions = sessions;
    this.#rosters = rosters;
    this.#presence = presence;
    this.#offline = offline;
    this.#remote = remote;
    this.#subscriptions = subscriptions;
    this.#inbound = new InboundPresence(options, sessions, rosters, subscriptions, probes, remote);
    this.#outbound = new Outbound(options, presence, subscriptions, arrivals, serial);
    this.serverIq = new KnownPresence(sessions, rosters, presence).serverIq;
    this.#delivery = new Delivery(options, sessions, rosters, offline, serial, accountIq);
  }

  bind(account: Jid, wanted: string | undefined): { readonly jid: Jid } | { readonly error: StanzaError } {
    if (!this.#options.storage.accounts.has(account.local)) {
      return { error: { condition: "not-allowed", text: "The account is gone" } };
    }
    return this.#sessions.choose(account, wanted);
  }

  attach(session: ClientSession): void {
    const older = this.#sessions.resource(session.jid)?.session;
    if (older !== undefined) {
      older.end({ condition: "conflict", text: "The same resource has logged in again" }, "replaced");
      this.detach(older);
    }
    this.#rosters.load(session.jid.local);
    this.#sessions.add(session);
  }

  receive(session: ClientSession, element: Element): void {
    const resource = this.#sessions.resource(session.jid);
    if (resource?.session === session) this.#outbound.receive(resource, element);
  }

  detach(session: ClientSession): void {
    const resource = this.#sessions.remove(session);
    if (resource === undefined) return;
    this.#serial.run(() => {
      this.#presence.withdraw(resource);
      this.#offline.left(resource);
      const { username } = resource.user;
      if (this.#sessions.user(username) === undefined) this.#rosters.unload(username);
    });
  }

  accept(stanza: Stanza): boolean {
    const { to, kind } = stanza;
    if (to.domain !== this.#options.domain || to.local === "") return false;
    if (kind === "message") this.#delivery.message(stanza);
    else if (kind === "iq") this.#delivery.iq(stanza);
    else this.#serial.run(() => this.#inbound.receive(stanza));
    return true;
  }

  linkUp(peer: string, domains: readonly string[], isResumed = false): void {
    this.#serial.run(() => this.#remote.linkUp(peer, domains, isResumed));
  }

  linkDown(peer: string, domains: readonly string[]): void {
    this.#serial.run(() => this.#remote.linkDown(peer, domains));
  }

  /** Takes the answers to our own questions: a hop before the server's own address. */
  get answers(): Hop {
    return this.#remote.answers;
  }

  /** Whether `requester` may know of an account: he is its owner, or may see its presence. */
  maySee(account: Jid, requester: Jid): boolean {
    const bare = requester.bare;
    if (bare.equals(account.bare) || seenByContact(this.#rosters.get(account.local, bare.toString()))) {
      return true;
    }
    const resources = [...this.#sessions.user(account.local)?.resources.values() ?? []];
    return resources.some((resource) => resource.isKnownTo(requester) || resource.isKnownTo(bare));
  }

  /** Whether an account sees a contact's presence, by its own roster. */
  sees(account: Jid, contact: Jid): boolean {
    return seesContact(this.#rosters.get(account.local, contact.bare.toString()));
  }

  /**
   * How long ago a contact on another server was last there, in seconds, out of what his presence told; 0 when he is
   * there now. Undefined when that is not known for sure, or the account may not know it.
   */
  lastActivity(account: Jid, contact: Jid): number | undefined {
    return this.sees(account, contact) ? this.#remote.lastActivity(contact.bare) : undefined;
  }

  /** Bare JIDs of the contacts in a domain that see an account's presence. Gateways and the like are not among them. */
  subscribersIn(account: Jid, domain: string): string[] {
    return this.#subscribersIn(account, domain).map(({ item }) => item.jid);
  }

  /** Our accounts that see a contact's presence, by their usernames. */
  watchersOf(contact: Jid): string[] {
    return this.#options.storage.rosters.watchersOf(contact.bare.toString());
  }

  /** Sends what a resource says now, be it that it is gone, to each of its subscribers in a domain. */
  tellAgain(resource: Jid, domain: string): void {
    const contacts = this.#subscribersIn(resource, domain).map(({ jid }) => jid);
    this.#serial.run(() => this.#presence.tellAgain(resource, contacts));
  }

  /** When an account without available resources lost its last one, milliseconds since 1970, if that is known. */
  lastSeenMs(username: string): number | undefined {
    return this.#presence.lastSeenMs(username);
  }

  /** Whether an account has an available resource. */
  isAvailable(username: string): boolean {
    return (this.#sessions.user(username)?.available.length ?? 0) > 0;
  }

  /**
   * An account is about to be removed from the store: its contacts are told, whether or not it is connected, and its
   * sessions end. What they answer finds nobody once it is removed.
   */
  accountRemoved(username: string): void {
    const account = Jid.parse(`${username}@${this.#options.domain}`);
    if (account === undefined) return;
    const resources = [...this.#sessions.user(username)?.resources.values() ?? []];
    this.#serial.run(() => {
      for (const resource of resources) this.#presence.withdraw(resource);
      for (const { jid, item } of this.#rosters.contacts(username)) {
        this.#subscriptions.cancel(account, jid, item);
      }
      for (const { session } of resources) this.#sessions.remove(session);
      this.#rosters.unload(username);
    });
    for (const { session } of resources) {
      session.end({ condition: "not-authorized", text: "The account was removed" }, "not-allowed");
    }
  }

  /** Contacts in a domain that see an account's presence, without gateways and the like. */
  #subscribersIn(account: Jid, domain: string): RosterContact[] {
    return this.#rosters.subscribers(account.local)
      .filter(({ jid }) => jid.domain === domain && jid.local !== "");
  }

  /** Lets go of the clock; for the end of the server. */
  stop(): void {
    this.#remote.stop();
  }
}
