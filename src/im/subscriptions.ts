import { errorText } from "../base/mod.ts";
import type { Jid, Stanza, StanzaError, SubscriptionType } from "../stanza/mod.ts";
import { stanzaOf } from "../stanza/mod.ts";
import { errorReply } from "../router/mod.ts";
import type { RosterItem } from "../storage/mod.ts";
import { type Element, readXml, writeXml, xml } from "../xml/mod.ts";
import type { ImOptions } from "./options.ts";
import type { Presence } from "./presence.ts";
import { LOCAL } from "./presence_element.ts";
import type { RemotePresence } from "./remote_presence.ts";
import type { Rosters, RosterUpdate } from "./rosters.ts";
import type { Sessions } from "./sessions.ts";
import {
  isWorthKeeping,
  itemAfter,
  looksTheSame,
  seenByContact,
  seesContact,
  stateOf,
} from "./subscription_item.ts";
import { INBOUND, OUTBOUND, PRE_APPROVED } from "./subscription_table.ts";
import type { Resource } from "./user.ts";

/** A longer id of a long request is not kept. In UTF-16 code units. */
const KEPT_ID_LENGTH = 64;

type Options = Pick<ImOptions, "clock" | "limits" | "log" | "metrics" | "router" | "storage">;

/**
 * Presence subscriptions (RFC 6121 section 3): what `subscription_table.ts` says is done here, in the order
 * that the RFC wants: first the subscription stanza, then the roster push, then presence.
 */
export class Subscriptions {
  readonly #options: Options;
  readonly #sessions: Sessions;
  readonly #rosters: Rosters;
  readonly #presence: Presence;
  readonly #remote: RemotePresence;

  constructor(
    options: Options,
    sessions: Sessions,
    rosters: Rosters,
    presence: Presence,
    remote: RemotePresence,
  ) {
    this.#options = options;
    this.#sessions = sessions;
    this.#rosters = rosters;
    this.#presence = presence;
    this.#remote = remote;
  }

  /**
   * A user's subscription stanza, both addresses bare.
   * @returns an error for the client when the roster is full
   */
  send(stanza: Stanza, type: SubscriptionType): StanzaError | undefined {
    const { from: account, to: contact } = stanza;
    const before = this.#rosters.get(account.local, contact.toString());
    const row = OUTBOUND[type][stateOf(before)];
    const after = itemAfter(before, contact, row);
    if (before === undefined && isWorthKeeping(after) && this.#isFull(account)) {
      return { condition: "resource-constraint", text: "The roster is full" };
    }
    const update = this.#save(account, before, after);
    if (seesContact(before) && !seesContact(after)) this.#remote.ended(account.local, contact);
    if (seenByContact(before) && !seenByContact(after)) this.#presence.hide(account, contact);
    if (row.route) this.#options.router.route(stanza);
    if (update !== undefined) this.#rosters.push(update);
    if (!seenByContact(before) && seenByContact(after)) this.#presence.show(account, contact);
    return undefined;
  }

  /** A contact's subscription stanza to one of our users. */
  receive(stanza: Stanza, type: SubscriptionType): void {
    if (!this.#concernsAccount(stanza, type)) return;
    const [contact, account] = [stanza.from.bare, stanza.to.bare];
    const before = this.#rosters.get(account.local, contact.toString());
    const state = stateOf(before);
    const approved = type === "subscribe" && before?.approved === true ? PRE_APPROVED[state] : undefined;
    const row = approved ?? INBOUND[type][state];
    const received = stanzaOf(stanza.element, contact, account, stanza.origin, stanza.receivedMs);
    if (before === undefined && row.next !== undefined && this.#isFull(account)) {
      return this.#refuse(received);
    }
    const after = row.next === undefined
      ? before
      : itemAfter(before, contact, row, () => this.#request(received));
    const update = after === undefined ? undefined : this.#save(account, before, after);

    if (row.deliver) this.#deliver(received, type);
    if (row.reply === "subscribed") this.#reply(received, row.reply);
    if (update !== undefined) this.#rosters.push(update);
    if (seenByContact(before) && !seenByContact(after)) this.#presence.hide(account, contact);
    if (!seenByContact(before) && seenByContact(after)) this.#presence.show(account, contact);
    if (row.reply === "unsubscribed") this.#reply(received, row.reply);
    if (!seesContact(before) && seesContact(after)) this.#remote.began(account.local, contact);
    if (seesContact(before) && !seesContact(after)) this.#remote.ended(account.local, contact);
  }

  /** Shows a newly available resource a contact's request, if it still waits for an answer (section 3.1.3, rule 4). */
  showPending(resource: Resource, contact: Jid): void {
    const { session, user } = resource;
    const pendingIn = this.#rosters.get(user.username, contact.toString())?.pendingIn;
    if (pendingIn !== undefined) session.send(this.#readRequest(pendingIn, contact, user.jid));
  }

  /** Ends all there is between an account and a contact who is no longer in its roster (section 2.5.2). */
  cancel(account: Jid, contact: Jid, item: RosterItem): void {
    if (seesContact(item)) this.#remote.ended(account.local, contact);
    if (seesContact(item) || item.ask) this.#tell(account, contact, "unsubscribe");
    if (seenByContact(item)) this.#presence.hide(account, contact);
    if (seenByContact(item) || item.pendingIn !== undefined) this.#tell(account, contact, "unsubscribed");
  }

  /**
   * Whether anybody is to act on it: the account exists and, but for requests, the address is not a lost
   * resource.
   */
  #concernsAccount({ to }: Stanza, type: SubscriptionType): boolean {
    if (!this.#options.storage.accounts.has(to.local)) return false;
    return to.isBare || type === "subscribe" || this.#sessions.resource(to) !== undefined;
  }

  #isFull(account: Jid): boolean {
    return this.#rosters.count(account.local) >= this.#options.limits.rosterItems;
  }

  #refuse(request: Stanza): void {
    this.#options.metrics.count("halyard_subscription_requests_refused_total");
    const reply = errorReply(request, { condition: "resource-constraint" });
    if (reply !== undefined) this.#options.router.route(reply);
  }

  /** A request as it is kept for later log-ins: whole, unless it is too long. */
  #request({ element, from, to }: Stanza): string {
    const whole = writeXml(element);
    if (whole.length <= this.#options.limits.pendingRequestLength) return whole;
    const { id } = element.attrs;
    return writeXml(bareRequest(from, to, id === undefined || id.length > KEPT_ID_LENGTH ? undefined : id));
  }

  /** That somebody asks must not be lost, even if what he said is. */
  #readRequest(stored: string, contact: Jid, account: Jid): Element {
    try {
      return readXml(stored);
    } catch (error) {
      this.#options.log.error("stored request is unreadable", { error: errorText(error) });
      return bareRequest(contact, account, undefined);
    }
  }

  /** Stores what changed. @returns what clients have to be told, if anything */
  #save(account: Jid, before: RosterItem | undefined, after: RosterItem): RosterUpdate | undefined {
    if (!isWorthKeeping(after)) {
      // Clients never saw it.
      if (before !== undefined) this.#rosters.remove(account.local, after.jid);
      return undefined;
    }
    const visible = after.listed && !looksTheSame(before, after);
    if (!visible && before?.pendingIn === after.pendingIn) return undefined;
    const update = this.#rosters.put(account.local, after);
    return visible ? update : undefined;
  }

  /** Requests go to those who are there to answer, the rest to those who keep track of the roster. */
  #deliver({ to, element }: Stanza, type: SubscriptionType): void {
    const user = this.#sessions.user(to.local);
    if (type === "subscribe") return user?.deliver(element);
    for (const { interested, session } of user?.resources.values() ?? []) {
      if (interested) session.send(element);
    }
  }

  #reply({ from, to, element }: Stanza, type: "subscribed" | "unsubscribed"): void {
    this.#tell(to, from, type, element.attrs.id);
  }

  #tell(account: Jid, contact: Jid, type: SubscriptionType, id?: string): void {
    const { clock, router } = this.#options;
    router.route(stanzaOf(xml("presence", { type, id }), account, contact, LOCAL, clock.nowMs()));
  }
}

function bareRequest(from: Jid, to: Jid, id: string | undefined): Element {
  return xml("presence", { type: "subscribe", id, from: from.toString(), to: to.toString() });
}
