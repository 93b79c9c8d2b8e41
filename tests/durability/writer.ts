import { XmppClient } from "../support/xmpp_client.ts";
import { xml } from "../../src/xml/mod.ts";

/** What a client was told is stored. */
export class Promised {
  /** Names of contacts by address. */
  readonly contacts = new Map<string, string>();
  /** Contacts to whom a subscription was asked for. */
  readonly asked = new Set<string>();
  /** Bodies of messages to the one who sleeps on this server, in order. */
  readonly toSleeper: string[] = [];
  /** Bodies of messages to the one across the link, in order. */
  readonly toFar: string[] = [];
}

/** Addresses of those who are away. */
export interface Absent {
  readonly sleeper: string;
  readonly far: string;
}

/** Writes one thing after the other and notes each for which the server has answered. */
export class Writer {
  readonly #client: XmppClient;
  readonly #promised: Promised;
  readonly #absent: Absent;
  readonly #onPromise: () => void;
  readonly #name: string;

  constructor(
    client: XmppClient,
    name: string,
    promised: Promised,
    absent: Absent,
    onPromise: () => void,
  ) {
    this.#client = client;
    this.#name = name;
    this.#promised = promised;
    this.#absent = absent;
    this.#onPromise = onPromise;
  }

  /** Goes on until the connection ends. @returns how many things it began */
  async run(from: number): Promise<number> {
    let next = from;
    try {
      for (;; next++) await this.#write(next);
    } catch (error) {
      if (!this.#client.ended) throw error;
      return next + 1;
    }
  }

  async #write(number: number): Promise<void> {
    switch (number % 4) {
      case 0:
        await this.#addContact(`friend${number}@ship.example`, `${this.#name} ${number}`);
        break;
      case 1:
        await this.#say(this.#absent.sleeper, number, this.#promised.toSleeper);
        break;
      case 2:
        await this.#say(this.#absent.far, number, this.#promised.toFar);
        break;
      default:
        await this.#ask(`friend${number}@shore.example`);
    }
    this.#onPromise();
  }

  async #addContact(jid: string, name: string): Promise<void> {
    const item = xml("item", { jid, name }, xml("group", {}, "friends"));
    await this.#client.iq("set", xml("query", { xmlns: "jabber:iq:roster" }, item));
    this.#promised.contacts.set(jid, name);
  }

  /** A message itself is not answered; a question behind it is, and the server keeps the order. */
  async #say(to: string, number: number, promised: string[]): Promise<void> {
    const body = `${this.#name} ${number}`;
    await this.#client.send(`<message to='${to}' type='chat' id='m${number}'><body>${body}</body></message>`);
    await this.#client.ping();
    promised.push(body);
  }

  /** The roster push says that the request is under way (RFC 6121 section 3.1.2). */
  async #ask(jid: string): Promise<void> {
    await this.#client.send(`<presence to='${jid}' type='subscribe'/>`);
    await this.#client.next((element) => {
      const item = element.getChild("query", "jabber:iq:roster")?.getChild("item");
      return item?.attrs.jid === jid && item.attrs.ask === "subscribe";
    }, `the roster push for ${jid}`);
    this.#promised.asked.add(jid);
  }
}
