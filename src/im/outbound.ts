import { errorReply } from "../router/mod.ts";
import {
  errorElement,
  Jid,
  NS,
  type Stanza,
  type StanzaError,
  stanzaOf,
  type SubscriptionType,
  subscriptionType,
} from "../stanza/mod.ts";
import { copy, type Element, elementsOf, xml } from "../xml/mod.ts";
import type { Arrivals } from "./arrivals.ts";
import type { ImOptions } from "./options.ts";
import type { Presence } from "./presence.ts";
import type { Serial } from "./serial.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { Resource } from "./user.ts";

type Options = Pick<ImOptions, "clock" | "domain" | "router">;

const IQ_TYPES: ReadonlySet<string> = new Set(["get", "set", "result", "error"]);

/** What our clients send: checked, stamped and sent on its way (RFC 6120 sections 8.1 and 10, RFC 6121). */
export class Outbound {
  readonly #options: Options;
  readonly #presence: Presence;
  readonly #subscriptions: Subscriptions;
  readonly #arrivals: Arrivals;
  readonly #serial: Serial;

  constructor(
    options: Options,
    presence: Presence,
    subscriptions: Subscriptions,
    arrivals: Arrivals,
    serial: Serial,
  ) {
    this.#options = options;
    this.#presence = presence;
    this.#subscriptions = subscriptions;
    this.#arrivals = arrivals;
    this.#serial = serial;
  }

  receive(resource: Resource, element: Element): void {
    const { from, to: address } = element.attrs;
    if (from !== undefined && !isOwnAddress(from, resource.jid)) {
      const text = "The address in from is not yours";
      return resource.session.end({ condition: "invalid-from", text }, "stream-error");
    }
    const to = address === undefined ? undefined : Jid.parse(address);
    if (address !== undefined && to === undefined) {
      return refuseAddress(resource, element);
    }
    const genuine = this.#withoutForgedDelay(element);
    switch (element.name) {
      case "message":
        return this.#options.router.route(this.#stamped(resource, genuine, to ?? resource.jid.bare));
      case "iq":
        return this.#iq(resource, this.#stamped(resource, genuine, to ?? resource.jid.bare));
      default:
        return this.#serial.run(() => this.#receivePresence(resource, genuine, to));
    }
  }

  #iq(resource: Resource, stanza: Stanza): void {
    const error = checkIq(stanza);
    if (error === undefined) this.#options.router.route(stanza);
    else this.#refuse(resource, stanza, error);
  }

  #receivePresence(resource: Resource, presence: Element, to: Jid | undefined): void {
    const error = to === undefined
      ? this.#broadcast(resource, presence)
      : this.#presenceTo(resource, this.#stamped(resource, presence, to));
    if (error === undefined) return;
    this.#refuse(resource, this.#stamped(resource, presence, to ?? resource.jid.bare), error);
  }

  #broadcast(resource: Resource, presence: Element): StanzaError | undefined {
    switch (presence.attrs.type) {
      case undefined: {
        const announced = this.#presence.announce(resource, presence);
        if ("error" in announced) return announced.error;
        this.#arrivals.greet(resource, announced);
        return undefined;
      }
      case "unavailable":
        this.#presence.withdraw(resource, presence);
        return undefined;
      default:
        return { condition: "bad-request", text: "Presence of this type needs an address" };
    }
  }

  #presenceTo(resource: Resource, stanza: Stanza): StanzaError | undefined {
    const type = subscriptionType(stanza);
    if (type !== undefined) return this.#subscription(stanza, type);
    switch (stanza.type) {
      case "":
      case "unavailable":
        return this.#presence.direct(resource, stanza);
      case "probe":
      case "error":
        this.#options.router.route(stanza);
        return undefined;
      default:
        return { condition: "bad-request", text: "There is no such type of presence" };
    }
  }

  /** Subscriptions are between accounts: both addresses are bare (RFC 6121 sections 3 and 3.1.2). */
  #subscription(stanza: Stanza, type: SubscriptionType): StanzaError | undefined {
    const [account, contact] = [stanza.from.bare, stanza.to.bare];
    if (account.equals(contact)) {
      return { condition: "not-allowed", text: "You see your own presence without asking" };
    }
    const bare = stanzaOf(stanza.element, account, contact, stanza.origin, stanza.receivedMs);
    return this.#subscriptions.send(bare, type);
  }

  #stamped({ jid, origin }: Resource, element: Element, to: Jid): Stanza {
    return stanzaOf(element, jid, to, origin, this.#options.clock.nowMs());
  }

  /** A delay in our own name can only be forged, since it is we who add those (XEP-0203). */
  #withoutForgedDelay(element: Element): Element {
    const forged = (child: Element) =>
      child.name === "delay" && child.attrs.xmlns === NS.DELAY && child.attrs.from === this.#options.domain;
    if (!element.children.some((child) => typeof child !== "string" && forged(child))) return element;
    const children = element.children.filter((child) => typeof child === "string" || !forged(child));
    return copy(element, { children });
  }

  #refuse(resource: Resource, stanza: Stanza, error: StanzaError): void {
    const reply = errorReply(stanza, error);
    if (reply !== undefined) resource.session.send(reply.element);
  }
}

/** Whether an address is the client's own, full or bare (RFC 6120 section 8.1.2.1). */
function isOwnAddress(address: string, jid: Jid): boolean {
  if (address === jid.toString()) return true;
  const parsed = Jid.parse(address);
  return parsed !== undefined && (parsed.equals(jid) || parsed.equals(jid.bare));
}

/** RFC 6120 section 8.2.3. */
function checkIq(stanza: Stanza): StanzaError | undefined {
  if (stanza.id === "") return { condition: "bad-request", text: "An iq needs an id" };
  if (!IQ_TYPES.has(stanza.type)) {
    return { condition: "bad-request", text: "The type of an iq is get, set, result or error" };
  }
  const isRequest = stanza.type === "get" || stanza.type === "set";
  if (isRequest && elementsOf(stanza.element).length !== 1) {
    return { condition: "bad-request", text: "A request holds exactly one child element" };
  }
  return undefined;
}

/** What cannot be addressed cannot be answered in the addressee's name: the account answers itself. */
function refuseAddress({ session, jid }: Resource, element: Element): void {
  const { type, id } = element.attrs;
  if (type === "error" || (element.name === "iq" && type === "result")) return;
  const error = errorElement({ condition: "jid-malformed", text: "The address in to is none" });
  const addresses = { from: jid.bare.toString(), to: jid.toString() };
  session.send(xml(element.name, { type: "error", id, ...addresses }, error));
}
