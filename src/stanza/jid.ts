import { ownText } from "../xml/mod.ts";
import { prepareDomain, prepareLocal, prepareResource } from "./prep.ts";

/**
 * An XMPP address (RFC 7622), immutable and in its prepared form: two equal addresses have equal strings.
 *
 * A *bare* JID has no resource (`romeo@ship.example`, or a domain); a *full* JID has one.
 */
export class Jid {
  readonly #full: string;
  #bare: Jid | undefined;

  private constructor(readonly local: string, readonly domain: string, readonly resource: string) {
    const bare = local === "" ? domain : `${local}@${domain}`;
    this.#full = resource === "" ? bare : `${bare}/${resource}`;
  }

  /** Parses and prepares an address; undefined when it is none. */
  static parse(text: string): Jid | undefined {
    const slash = text.indexOf("/");
    const bare = slash < 0 ? text : text.slice(0, slash);
    const at = bare.indexOf("@");
    const local = at < 0 ? "" : prepareLocal(bare.slice(0, at));
    const domain = prepareDomain(bare.slice(at + 1));
    const resource = slash < 0 ? "" : prepareResource(text.slice(slash + 1));
    if (local === undefined || domain === undefined || resource === undefined) return undefined;
    return new Jid(local, domain, resource);
  }

  /**
   * An address that is known to be good: from code, from checked configuration, from our own database.
   * @throws {TypeError} when it is not an address after all
   */
  static of(text: string): Jid {
    const jid = Jid.parse(text);
    if (jid === undefined) throw new TypeError(`Cannot use ${JSON.stringify(text)} as an address`);
    return jid;
  }

  /** This address without its resource. */
  get bare(): Jid {
    if (this.resource === "") return this;
    return this.#bare ??= new Jid(this.local, this.domain, "");
  }

  get isBare(): boolean {
    return this.resource === "";
  }

  /** This address with another resource; undefined when the resource is not a legal one. */
  withResource(resource: string): Jid | undefined {
    const prepared = prepareResource(resource);
    return prepared === undefined ? undefined : new Jid(this.local, this.domain, prepared);
  }

  /** The same address in memory of its own, for keeping it: see `ownCopy` of an element. */
  ownCopy(): Jid {
    return new Jid(ownText(this.local), ownText(this.domain), ownText(this.resource));
  }

  equals(other: Jid): boolean {
    return this.#full === other.#full;
  }

  toString(): string {
    return this.#full;
  }
}
