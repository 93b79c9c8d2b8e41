import { Jid } from "../stanza/mod.ts";
import type { PresenceStore } from "../storage/mod.ts";
import { readKeptXml, writeXml } from "../xml/mod.ts";
import { Contact, type Fact, type FactKeeper, type Moment } from "./contact.ts";

/** Bounds of the cache; see `ImLimits`. */
interface CacheLimits {
  readonly cachedContacts: number;
  readonly cachedResources: number;
  readonly cachedSizeBytes: number;
}

/** When what was known before a restart was true, and until when it is held (monotonic). */
export interface Recalled {
  readonly confirmed: Moment;
  readonly heldUntilMs: number;
}

/**
 * What remote contacts last said of their presence, so that a log-in need not ask for it again over a slow
 * link. Knows no policy: it keeps, also over a restart, and forgets the contacts that nobody used for longest
 * when there are too many.
 */
export class PresenceCache {
  readonly #limits: CacheLimits;
  readonly #store: Pick<PresenceStore, "put" | "remove">;
  readonly #onEvicted: (contact: Contact) => void;
  readonly #keeper: FactKeeper;
  /** In the order of their last use. */
  readonly #contacts = new Map<string, Contact>();
  #sizeBytes = 0;
  #isLoading = false;

  /** @param onEvicted told of each contact of whom something is forgotten: for lack of room, or as it cannot be read */
  constructor(
    limits: CacheLimits,
    store: Pick<PresenceStore, "put" | "remove">,
    onEvicted: (contact: Contact) => void = () => {},
  ) {
    this.#limits = limits;
    this.#store = store;
    this.#onEvicted = onEvicted;
    this.#keeper = {
      kept: (contact, resource, fact) => this.#kept(contact, resource, fact),
      dropped: (contact, resource, fact) => this.#dropped(contact, resource, fact),
    };
  }

  get size(): number {
    return this.#contacts.size;
  }

  /** Size of all presence that is kept, as XML. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get contacts(): Iterable<Contact> {
    return this.#contacts.values();
  }

  /**
   * Takes back what was kept when the server ended.
   * @param recalls what of a contact's presence is to be held; undefined: it is forgotten
   */
  load(
    list: ReturnType<PresenceStore["list"]>,
    recalls: (contact: Jid, confirmedMs: number) => Recalled | undefined,
  ): void {
    for (const { contact: address, resource, xml, confirmedMs } of list) {
      const jid = Jid.parse(address);
      const recalled = jid === undefined ? undefined : recalls(jid, confirmedMs);
      if (jid === undefined || recalled === undefined) {
        this.#store.remove(address, resource);
        continue;
      }
      const presence = readKeptXml(xml);
      if (presence === undefined) {
        this.#store.remove(address, resource);
        this.#onEvicted(this.use(jid));
        continue;
      }
      this.#isLoading = true;
      this.use(jid).recall(resource, presence, recalled.confirmed, recalled.heldUntilMs);
      this.#isLoading = false;
    }
  }

  /** @param jid bare */
  find(jid: Jid): Contact | undefined {
    return this.#contacts.get(jid.toString());
  }

  /** Finds or adds a contact, which counts as a use. @param jid bare */
  use(jid: Jid): Contact {
    const key = jid.toString();
    const contact = this.#contacts.get(key) ?? new Contact(jid, this.#limits.cachedResources, this.#keeper);
    this.#contacts.delete(key);
    this.#contacts.set(contact.jid.toString(), contact);
    this.#makeRoom();
    return contact;
  }

  forget(contact: Contact): void {
    if (this.find(contact.jid) !== contact) return;
    contact.forget();
    this.#contacts.delete(contact.jid.toString());
  }

  /** The contacts of these domains. */
  of(domains: readonly string[]): Contact[] {
    return [...this.#contacts.values()].filter((contact) => domains.includes(contact.jid.domain));
  }

  #kept(contact: Contact, resource: string, { presence, sizeBytes, confirmed }: Fact): void {
    if (this.find(contact.jid) !== contact) return;
    this.#sizeBytes += sizeBytes;
    if (!this.#isLoading) {
      this.#store.put(contact.jid.toString(), resource, writeXml(presence), confirmed.wallMs);
    }
    this.#makeRoom();
  }

  #dropped(contact: Contact, resource: string, { sizeBytes }: Fact): void {
    if (this.find(contact.jid) !== contact) return;
    this.#sizeBytes -= sizeBytes;
    this.#store.remove(contact.jid.toString(), resource);
  }

  /** Forgets the longest unused; the one used last stays. */
  #makeRoom(): void {
    const { cachedContacts, cachedSizeBytes } = this.#limits;
    for (const contact of this.#contacts.values()) {
      const isOver = this.#contacts.size > cachedContacts || this.#sizeBytes > cachedSizeBytes;
      if (!isOver || this.#contacts.size === 1) return;
      this.forget(contact);
      this.#onEvicted(contact);
    }
  }
}
