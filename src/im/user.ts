import type { ClientSession } from "../router/mod.ts";
import type { Jid, Origin } from "../stanza/mod.ts";
import type { Element } from "../xml/mod.ts";

/** A bound resource of an account: a client's session with what instant messaging knows of it. */
export class Resource {
  readonly session: ClientSession;
  readonly user: User;
  readonly origin: Origin;
  /** Asked for the roster, so it is told of changes (RFC 6121 section 2.2). */
  interested = false;
  /**
   * Entities that were sent directed presence and have to learn of its end, by address (RFC 6121 section
   * 4.6).
   */
  readonly directed = new Map<string, Jid>();
  /** It is being sent what was kept while nobody was there, and the network has not taken all of it yet. */
  takesOffline = false;
  /** More is kept for it than it has been sent. */
  hasOfflineLeft = false;
  /**
   * The moment of the last broadcast, as `Ways.moment` counts; undefined when a subscriber has been told
   * something else since.
   */
  broadcastMoment: number | undefined;
  #presence: Element | undefined;
  #priority = 0;

  constructor(session: ClientSession, user: User) {
    this.session = session;
    this.user = user;
    this.origin = { kind: "c2s", name: session.jid.toString() };
  }

  get jid(): Jid {
    return this.session.jid;
  }

  /** The last broadcast presence, without addresses; undefined while the resource is not available. */
  get presence(): Element | undefined {
    return this.#presence;
  }

  get priority(): number {
    return this.#priority;
  }

  /** Takes a broadcast presence. @param presence undefined when the resource is no longer available */
  announce(presence: Element | undefined, priority: number): void {
    this.#presence = presence;
    this.#priority = priority;
    this.user.resourcesChanged();
  }

  /** Whether directed presence went to `entity` or, if that is a bare JID, to any of its resources. */
  isKnownTo(entity: Jid): boolean {
    if (this.directed.has(entity.toString())) return true;
    return entity.isBare && [...this.directed.values()].some((to) => to.bare.equals(entity));
  }
}

/** An account with at least one bound resource. */
export class User {
  /** The account's bare JID. */
  readonly jid: Jid;
  readonly #resources = new Map<string, Resource>();
  #available: readonly Resource[] = [];
  #willing: readonly Resource[] = [];
  #mostAvailable: readonly Resource[] = [];

  constructor(jid: Jid) {
    this.jid = jid;
  }

  get username(): string {
    return this.jid.local;
  }

  /** Bound resources by their resourcepart, available or not. */
  get resources(): ReadonlyMap<string, Resource> {
    return this.#resources;
  }

  get available(): readonly Resource[] {
    return this.#available;
  }

  /** Available resources that take messages sent to the bare JID: those without negative priority. */
  get willing(): readonly Resource[] {
    return this.#willing;
  }

  /** The willing resources of highest priority (RFC 6121 section 8.5.2.1.1, "most available"). */
  get mostAvailable(): readonly Resource[] {
    return this.#mostAvailable;
  }

  /** Sends an element to every available resource. */
  deliver(element: Element): void {
    for (const resource of this.#available) resource.session.send(element);
  }

  add(resource: Resource): void {
    this.#resources.set(resource.jid.resource, resource);
  }

  remove(resource: Resource): void {
    if (this.#resources.get(resource.jid.resource) !== resource) return;
    this.#resources.delete(resource.jid.resource);
    this.resourcesChanged();
  }

  /** Works out anew who is available; messages then need no search. */
  resourcesChanged(): void {
    this.#available = [...this.#resources.values()].filter((resource) => resource.presence !== undefined);
    this.#willing = this.#available.filter((resource) => resource.priority >= 0);
    const highest = Math.max(...this.#willing.map((resource) => resource.priority));
    this.#mostAvailable = this.#willing.filter((resource) => resource.priority === highest);
  }
}
