import type { IqAnswer, IqHandler, IqKey } from "../router/mod.ts";
import { type Jid, NS, type Stanza, type StanzaError } from "../stanza/mod.ts";
import type { RosterItem } from "../storage/mod.ts";
import { type Element, elementSizeBytes } from "../xml/mod.ts";
import type { ImOptions } from "./options.ts";
import { itemElement, readRosterSet, rosterElement, type RosterRequest } from "./roster_item.ts";
import type { Rosters } from "./rosters.ts";
import type { Serial } from "./serial.ts";
import type { Sessions } from "./sessions.ts";
import type { Subscriptions } from "./subscriptions.ts";

type Options = Pick<ImOptions, "limits">;

/** As if there were no such account: who has one is nobody's business (RFC 6121 section 2.3.3 has `forbidden`). */
const UNAVAILABLE: StanzaError = { condition: "service-unavailable" };
const DONE: IqAnswer = { result: undefined };
const fail = (error: StanzaError): IqAnswer => ({ error });

/** Versions as this server hands them out. */
const VERSION = /^\d{1,15}$/;

/** The roster as clients manage it (RFC 6121 section 2). */
export class Roster {
  readonly #options: Options;
  readonly #sessions: Sessions;
  readonly #rosters: Rosters;
  readonly #subscriptions: Subscriptions;
  readonly #serial: Serial;

  constructor(
    options: Options,
    sessions: Sessions,
    rosters: Rosters,
    subscriptions: Subscriptions,
    serial: Serial,
  ) {
    this.#options = options;
    this.#sessions = sessions;
    this.#rosters = rosters;
    this.#subscriptions = subscriptions;
    this.#serial = serial;
  }

  /** The requests it answers: those of the account's own clients (section 2.3.3). */
  get accountIq(): Readonly<Record<IqKey, IqHandler>> {
    const get: IqHandler = (iq, query) => isFromOwner(iq) ? this.#get(iq, query) : fail(UNAVAILABLE);
    const set: IqHandler = (iq, query) => isFromOwner(iq) ? this.#set(iq, query) : fail(UNAVAILABLE);
    return { [`get {${NS.ROSTER}}query`]: get, [`set {${NS.ROSTER}}query`]: set };
  }

  /** Sections 2.2 and 2.6: the whole roster, or what changed since the version that the client has. */
  #get({ from }: Stanza, query: Element): IqAnswer {
    const resource = this.#sessions.resource(from);
    const listed = this.#rosters.items(from.local).filter((item) => item.listed);
    if (resource !== undefined) resource.interested = true;
    const { ver } = query.attrs;
    if (ver !== undefined && VERSION.test(ver)) {
      const changes = this.#rosters.changesSince(from.local, Number(ver));
      // More pushes than items would cost more than the items themselves.
      if (resource !== undefined && changes !== undefined && changes.length <= listed.length) {
        this.#serial.run(() => {
          for (const change of changes) this.#rosters.pushTo(resource, change);
        });
        return DONE;
      }
    }
    return { result: rosterElement(this.#rosters.version(from.local), listed) };
  }

  #set({ from }: Stanza, query: Element): IqAnswer {
    const request = readRosterSet(query, this.#options.limits);
    if ("error" in request) return request;
    if (request.jid.equals(from.bare)) {
      return fail({ condition: "not-allowed", text: "Nobody is in his own roster" });
    }
    const before = this.#rosters.get(from.local, request.jid.toString());
    if (!request.remove) return this.#put(from.local, request, before);
    return before?.listed === true
      ? this.#remove(from, request, before)
      : fail({ condition: "item-not-found" });
  }

  /**
   * Only name and groups are the client's to set; a pending request of the contact becomes visible (section
   * 2.4).
   */
  #put(username: string, request: RosterRequest, before: RosterItem | undefined): IqAnswer {
    const { rosterItems, rosterItemSizeBytes } = this.#options.limits;
    if (before === undefined && this.#rosters.count(username) >= rosterItems) {
      return fail({ condition: "resource-constraint", text: `A roster holds ${rosterItems} contacts` });
    }
    const { name, groups } = request;
    const jid = request.jid.toString();
    const item = { ...(before ?? unknown(jid)), name, groups, listed: true };
    const sizeBytes = elementSizeBytes(itemElement(jid, item));
    if (sizeBytes > rosterItemSizeBytes) {
      const text = `The item takes ${sizeBytes} bytes; ${rosterItemSizeBytes} are allowed`;
      return fail({ condition: "not-acceptable", text });
    }
    this.#rosters.push(this.#rosters.put(username, item));
    return DONE;
  }

  /** Section 2.5: the contact goes, and with it what either side sees of the other. */
  #remove(from: Jid, { jid }: RosterRequest, item: RosterItem): IqAnswer {
    const update = this.#rosters.remove(from.local, jid.toString());
    if (update !== undefined) this.#rosters.push(update);
    this.#subscriptions.cancel(from.bare, jid, item);
    return DONE;
  }
}

function isFromOwner({ from, to }: Stanza): boolean {
  return from.bare.equals(to);
}

function unknown(jid: string): RosterItem {
  return {
    jid,
    name: undefined,
    groups: [],
    subscription: "none",
    ask: false,
    approved: false,
    pendingIn: undefined,
    listed: true,
  };
}
