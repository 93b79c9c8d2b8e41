import { randomId, type RandomSource } from "../base/mod.ts";
import type { ClientSession } from "../router/mod.ts";
import type { Jid, StanzaError } from "../stanza/mod.ts";
import { Resource, User } from "./user.ts";

/**
 * Characters of a resource that we choose (6 bits each): few, because it travels on slow links in every
 * address.
 */
const RESOURCE_LENGTH = 6;

/** Who is connected: the accounts that have sessions, and their bound resources. All look-ups are by hash. */
export class Sessions {
  readonly #users = new Map<string, User>();
  readonly #random: RandomSource;
  readonly #perAccount: number;

  /** @param perAccount most sessions of one account */
  constructor(random: RandomSource, perAccount: number) {
    this.#random = random;
    this.#perAccount = perAccount;
  }

  /** The account when it has a session. */
  user(username: string): User | undefined {
    return this.#users.get(username);
  }

  /** Every account that has a session. */
  get users(): Iterable<User> {
    return this.#users.values();
  }

  /** The bound resource with exactly this full JID. */
  resource(jid: Jid): Resource | undefined {
    return this.#users.get(jid.local)?.resources.get(jid.resource);
  }

  /**
   * Chooses the full JID for a new session (RFC 6120 section 7). The resource of an older session may be
   * chosen: that one has to go when the new one is added.
   * @param wanted the client's wish, unprepared; a random resource when undefined or empty
   */
  choose(account: Jid, wanted: string | undefined): { readonly jid: Jid } | { readonly error: StanzaError } {
    const taken = this.user(account.local)?.resources;
    const jid = wanted === undefined || wanted === ""
      ? this.#free(account, taken)
      : account.withResource(wanted);
    if (jid === undefined) {
      return { error: { condition: "bad-request", text: "This is not a legal resource" } };
    }
    if (taken !== undefined && taken.size >= this.#perAccount && !taken.has(jid.resource)) {
      const text = `This account has ${taken.size} sessions already; ${this.#perAccount} are allowed`;
      return { error: { condition: "resource-constraint", text } };
    }
    return { jid };
  }

  /** @throws {Error} when the full JID is still in use: its session has to be ended and removed before */
  add(session: ClientSession): Resource {
    const { jid } = session;
    const user = this.#users.get(jid.local) ?? new User(jid.bare);
    if (user.resources.has(jid.resource)) throw new Error(`Cannot add ${jid}: the resource is in use`);
    this.#users.set(user.username, user);
    const resource = new Resource(session, user);
    user.add(resource);
    return resource;
  }

  /** Removes a session. @returns its resource, or undefined when it is gone already */
  remove(session: ClientSession): Resource | undefined {
    const resource = this.resource(session.jid);
    if (resource?.session !== session) return undefined;
    resource.user.remove(resource);
    if (resource.user.resources.size === 0) this.#users.delete(resource.user.username);
    return resource;
  }

  #free(account: Jid, taken: ReadonlyMap<string, Resource> | undefined): Jid | undefined {
    for (;;) {
      const resource = randomId(this.#random, RESOURCE_LENGTH);
      if (taken?.has(resource) !== true) return account.withResource(resource);
    }
  }
}
