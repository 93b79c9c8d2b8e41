import { type Jid, type Origin, type Stanza, type StanzaError, stanzaOf } from "../stanza/mod.ts";
import { type Element, ownCopy, withAttrs } from "../xml/mod.ts";
import type { ImOptions } from "./options.ts";
import { LOCAL, priorityOf, saysTheSame, unavailable } from "./presence_element.ts";
import type { Rosters } from "./rosters.ts";
import type { Sessions } from "./sessions.ts";
import { seenByContact } from "./subscription_item.ts";
import type { Resource } from "./user.ts";
import type { Ways } from "./ways.ts";

type Options = Pick<ImOptions, "clock" | "domain" | "limits" | "metrics" | "router">;

/** What a presence broadcast changed for the resource that sent it. */
export interface Announced {
  /** It has become available: it is to be shown its contacts and whatever waits for it. */
  readonly initial: boolean;
  /** It takes messages from now on, and did not before. */
  readonly willing: boolean;
}

/** Presence of our own users on its way out (RFC 6121 sections 4.2, 4.4, 4.5 and 4.6). */
export class Presence {
  readonly #options: Options;
  readonly #ways: Ways;
  readonly #sessions: Sessions;
  readonly #rosters: Rosters;
  /** When accounts without an available resource lost their last one; the latest at the end. */
  readonly #logouts = new Map<string, number>();

  constructor(options: Options, ways: Ways, sessions: Sessions, rosters: Rosters) {
    this.#options = options;
    this.#ways = ways;
    this.#sessions = sessions;
    this.#rosters = rosters;
  }

  /** Broadcasts available presence. @returns an error for the client when its priority is none */
  announce(resource: Resource, presence: Element): Announced | { readonly error: StanzaError } {
    const priority = priorityOf(presence);
    if (priority === undefined) {
      return { error: { condition: "bad-request", text: "A priority is a whole number from -128 to 127" } };
    }
    const before = resource.presence;
    const wasWilling = before !== undefined && resource.priority >= 0;
    const repeated = before !== undefined && saysTheSame(before, presence);
    const since = resource.broadcastMoment;
    resource.announce(ownCopy(withAttrs(presence, { from: undefined, to: undefined })), priority);
    resource.broadcastMoment = this.#ways.moment;
    this.#logouts.delete(resource.jid.local);
    for (const contact of this.#subscribers(resource.jid.local)) {
      if (repeated && this.#stillKnown(contact, since)) {
        this.#options.metrics.count("halyard_presence_dropped_total", { why: "repeat" });
      } else {
        this.#send(presence, resource.jid, contact, resource.origin);
      }
    }
    this.#send(presence, resource.jid, resource.jid.bare, resource.origin);
    return { initial: before === undefined, willing: priority >= 0 && !wasWilling };
  }

  /**
   * Broadcasts that a resource is gone, also to those who were sent directed presence. Does nothing when
   * nobody took it to be there.
   * @param presence the client's own farewell, or undefined when it left without one
   */
  withdraw(resource: Resource, presence: Element = unavailable()): void {
    const { jid, origin } = resource;
    const told = new Map([...resource.directed.values()].map((to) => [to.toString(), to]));
    resource.directed.clear();
    if (resource.presence !== undefined) {
      resource.announce(undefined, 0);
      this.#noteLogout(jid.local);
      for (const contact of this.#subscribers(jid.local)) told.set(contact.toString(), contact);
      told.set(jid.bare.toString(), jid.bare);
      // It is no longer among the available resources that get what is sent to the account, but it hears of
      // itself.
      resource.session.send(stanzaOf(presence, jid, jid.bare, origin, this.#nowMs()).element);
    }
    for (const to of told.values()) this.#send(presence, jid, to, origin);
  }

  /**
   * Sends presence to one entity, and notes that it has to learn of the end (section 4.6.3).
   * @returns an error for the client when it has sent directed presence to too many already
   */
  direct(resource: Resource, stanza: Stanza): StanzaError | undefined {
    const { directed } = resource;
    const key = stanza.to.toString();
    if (stanza.type === "unavailable") directed.delete(key);
    if (this.#hears(resource, stanza.to)) {
      resource.broadcastMoment = undefined;
    } else if (stanza.type !== "unavailable") {
      const { directedPresences } = this.#options.limits;
      if (!directed.has(key) && directed.size >= directedPresences) {
        const text = `Directed presence went to ${directed.size} entities already`;
        return { condition: "resource-constraint", text };
      }
      const to = stanza.to.ownCopy();
      directed.set(to.toString(), to);
    }
    this.#options.router.route(stanza);
    return undefined;
  }

  /**
   * Sends a contact the presence of each available resource: he may see the user from now on (section 3.1.5).
   */
  show(account: Jid, contact: Jid): void {
    for (const { jid, presence } of this.#sessions.user(account.local)?.available ?? []) {
      if (presence !== undefined) this.#send(presence, jid, contact, LOCAL);
    }
  }

  /**
   * Tells a contact that each available resource is gone: he may no longer see the user (sections 3.2.2 and
   * 3.3.3).
   */
  hide(account: Jid, contact: Jid): void {
    for (const { jid } of this.#sessions.user(account.local)?.available ?? []) {
      this.#send(unavailable(), jid, contact, LOCAL);
    }
  }

  /** Sends what a resource of ours says now, be it that it is gone. @param resource full JID */
  tellAgain(resource: Jid, contacts: readonly Jid[]): void {
    const presence = this.#sessions.resource(resource)?.presence ?? unavailable();
    for (const contact of contacts) this.#send(presence, resource, contact, LOCAL);
  }

  /** When an account's last resource went, if that is still remembered. Milliseconds since 1970. */
  lastSeenMs(username: string): number | undefined {
    return this.#logouts.get(username);
  }

  /** Contacts who may see the user. */
  #subscribers(username: string): Jid[] {
    return this.#rosters.subscribers(username).map(({ jid }) => jid);
  }

  /** Whether the end of the resource's presence will be broadcast to an entity in any case. */
  #hears(resource: Resource, entity: Jid): boolean {
    if (resource.presence === undefined) return false;
    return seenByContact(this.#rosters.get(resource.jid.local, entity.bare.toString()));
  }

  /**
   * Whether a contact's server still knows what it was told at `moment`; local contacts are told again
   * anyway.
   */
  #stillKnown({ domain }: Jid, moment: number | undefined): boolean {
    return domain !== this.#options.domain && moment !== undefined && this.#ways.lastsSince(domain, moment);
  }

  #noteLogout(username: string): void {
    if ((this.#sessions.user(username)?.available.length ?? 0) > 0) return;
    this.#logouts.delete(username);
    this.#logouts.set(username, this.#nowMs());
    const [oldest] = this.#logouts.keys();
    const { rememberedLogouts } = this.#options.limits;
    if (this.#logouts.size > rememberedLogouts && oldest !== undefined) this.#logouts.delete(oldest);
  }

  #send(presence: Element, from: Jid, to: Jid, origin: Origin): void {
    this.#options.router.route(stanzaOf(presence, from, to, origin, this.#nowMs()));
  }

  #nowMs(): number {
    return this.#options.clock.nowMs();
  }
}
