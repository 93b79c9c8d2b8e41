import { type Jid, stanzaOf } from "../stanza/mod.ts";
import { xml } from "../xml/mod.ts";
import type { Offline } from "./offline.ts";
import type { ImOptions } from "./options.ts";
import type { Announced } from "./presence.ts";
import { LOCAL, readdressed } from "./presence_element.ts";
import type { RemotePresence } from "./remote_presence.ts";
import type { Rosters } from "./rosters.ts";
import type { Serial } from "./serial.ts";
import { seesContact } from "./subscription_item.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { Resource } from "./user.ts";

type Options = Pick<ImOptions, "clock" | "domain" | "router">;

/** Contacts whose presence, or request, is sent in one go; what waits for a client is bounded. */
const SHOWN_AT_ONCE = 64;

/** What a resource that has become available is shown: who else is there, and what has waited for it. */
export class Arrivals {
  readonly #options: Options;
  readonly #rosters: Rosters;
  readonly #subscriptions: Subscriptions;
  readonly #remote: RemotePresence;
  readonly #offline: Offline;
  readonly #serial: Serial;

  constructor(
    options: Options,
    rosters: Rosters,
    subscriptions: Subscriptions,
    remote: RemotePresence,
    offline: Offline,
    serial: Serial,
  ) {
    this.#options = options;
    this.#rosters = rosters;
    this.#subscriptions = subscriptions;
    this.#remote = remote;
    this.#offline = offline;
    this.#serial = serial;
  }

  /** To be called behind the broadcast of its presence, so that the resource hears of itself first. */
  greet(resource: Resource, { initial, willing }: Announced): void {
    if (initial) this.#serial.run(() => this.#show(resource));
    if (willing) this.#serial.run(() => this.#offline.deliver(resource));
  }

  #show(resource: Resource): void {
    const { user, session } = resource;
    for (const other of user.available) {
      if (other === resource || other.presence === undefined) continue;
      session.send(readdressed(other.presence, other.jid, user.jid));
    }
    const contacts = this.#rosters.contacts(user.username);
    const seen = contacts.filter(({ item }) => seesContact(item));
    const asking = contacts.filter(({ item }) => item.pendingIn !== undefined);
    this.#inTurn(resource, [
      ...seen.map(({ jid }) => () => this.#showContact(resource, jid)),
      ...asking.map(({ jid }) => () => this.#subscriptions.showPending(resource, jid)),
    ]);
  }

  /** Does a few things now, and the rest when the network has taken what they brought. */
  #inTurn(resource: Resource, tasks: readonly (() => void)[]): void {
    for (const task of tasks.slice(0, SHOWN_AT_ONCE)) task();
    const rest = tasks.slice(SHOWN_AT_ONCE);
    if (rest.length === 0) return;
    resource.session.whenSent(() => {
      if (resource.presence !== undefined) this.#serial.run(() => this.#inTurn(resource, rest));
    });
  }

  /**
   * RFC 6121 section 4.3. A local contact is probed from the full JID, so that the answer reaches only the
   * resource that needs it; on a link a probe comes from the bare JID, as the RFC wants it.
   */
  #showContact(resource: Resource, contact: Jid): void {
    // It may have ended while others were shown.
    if (!seesContact(this.#rosters.get(resource.user.username, contact.toString()))) return;
    if (contact.domain !== this.#options.domain) return this.#remote.show(resource, contact);
    const { clock, router } = this.#options;
    const probe = xml("presence", { type: "probe" });
    router.route(stanzaOf(probe, resource.jid, contact, LOCAL, clock.nowMs()));
  }
}
