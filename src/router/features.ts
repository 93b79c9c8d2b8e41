import type { Stanza, StanzaError } from "../stanza/mod.ts";
import type { Element } from "../xml/mod.ts";

/** A specification that a feature implements; the README's table is made of these. */
export interface Specification {
  /** `RFC 6121`, `XEP-0199`. */
  readonly id: string;
  readonly title: string;
  /** Version of a XEP, as its revision history says. */
  readonly version?: string;
  /** What of it is there, when not all. */
  readonly note?: string;
}

/** The answer to an IQ request: a payload, nothing (an empty result), or an error. */
export type IqAnswer = { readonly result: Element | undefined } | { readonly error: StanzaError };

/** Answers a request. Pure but for what it was given; the reply is addressed and sent by the caller. */
export type IqHandler = (iq: Stanza, payload: Element) => IqAnswer;

/** `get {jabber:iq:version}query`: type, namespace and name of an IQ request's payload. */
export type IqKey = `${"get" | "set"} {${string}}${string}`;

/** A small extension that describes itself. */
export interface Feature {
  readonly specifications: readonly Specification[];
  /** Features announced in the server's disco#info (XEP-0030). */
  readonly serverFeatures?: readonly string[];
  /** Features announced in the disco#info of an account. */
  readonly accountFeatures?: readonly string[];
  /** Requests to the server's own address. */
  readonly serverIq?: Readonly<Record<IqKey, IqHandler>>;
  /** Requests to an account's bare address, or without `to`. */
  readonly accountIq?: Readonly<Record<IqKey, IqHandler>>;
}

/** Finds the handler of an IQ request among features. */
export class IqTable {
  readonly #handlers = new Map<string, IqHandler>();

  /** @throws {Error} when two features claim the same request */
  constructor(tables: readonly (Readonly<Record<IqKey, IqHandler>> | undefined)[]) {
    for (const table of tables) {
      for (const [key, handler] of Object.entries(table ?? {})) {
        if (this.#handlers.has(key)) throw new Error(`Cannot register ${key}: two features claim it`);
        this.#handlers.set(key, handler);
      }
    }
  }

  /** The answer to a request (RFC 6120 section 8.2.3); `service-unavailable` when nobody knows its payload. */
  answer(iq: Stanza): IqAnswer {
    const payloads = iq.element.children.filter((child): child is Element => typeof child !== "string");
    const [payload] = payloads;
    if (payload === undefined || payloads.length > 1) {
      return { error: { condition: "bad-request", text: "A request holds exactly one child element" } };
    }
    const handler = this.#handlers.get(`${iq.type} {${payload.getNS() ?? ""}}${payload.name}`);
    if (handler === undefined) return { error: { condition: "service-unavailable" } };
    return handler(iq, payload);
  }
}
