import { Buffer } from "node:buffer";
import { type Element, elementsOf, writeXml, xml, type XmlLimits, XmlParser } from "../../src/xml/mod.ts";
import { type SaltedPasswords, ScramClient } from "./scram.ts";
import { type ClientSocket, openTcp, openTls } from "./sockets.ts";
import { Waiting } from "./waiting.ts";

const WAIT_MS = 10_000;
const UNLIMITED: XmlLimits = { stanzaSizeBytes: 2 ** 30, depth: 256, attributes: 256, elements: 2 ** 20 };
const SASL_NS = "urn:ietf:params:xml:ns:xmpp-sasl";
const BIND_NS = "urn:ietf:params:xml:ns:xmpp-bind";
const STREAM_ERROR_NS = "urn:ietf:params:xml:ns:xmpp-streams";

/** How a test client connects. */
export interface ClientOptions {
  /** Port of a plaintext listener on loopback, or of a TLS one. */
  readonly port: number;
  readonly tls?: boolean;
  readonly domain: string;
}

/** Who logs in, and how. */
export interface Login {
  readonly user: string;
  readonly password: string;
  /** Asked of the server; it chooses one when absent. */
  readonly resource?: string;
  /** The best one offered unless given. */
  readonly mechanism?: string;
  readonly salted?: SaltedPasswords;
  readonly gs2?: string;
}

/**
 * A small client for tests that must see the bytes: everything received is an element to wait for, everything sent
 * is text. Not for use as a model: it trusts the server.
 */
export class XmppClient {
  readonly #socket: ClientSocket;
  readonly #domain: string;
  readonly #arrived = new Waiting<Element>((element) => writeXml(element));
  #parser = new XmlParser({ limits: UNLIMITED });
  #onBytes: ((bytes: Uint8Array) => void) | undefined;
  #iqs = 0;
  /** The full address, once bound. */
  jid = "";
  /** Whether the connection has ended. */
  ended = false;

  private constructor(socket: ClientSocket, domain: string) {
    this.#socket = socket;
    this.#domain = domain;
    void socket.closed.then(() => {
      this.ended = true;
      this.#arrived.end("the connection has ended");
    });
  }

  static async connect({ port, tls = false, domain }: ClientOptions): Promise<XmppClient> {
    // A server says nothing before the stream is opened, so no byte can come before there is a client.
    const made: XmppClient[] = [];
    const onBytes = (bytes: Uint8Array) => made.forEach((client) => client.#receive(bytes));
    const socket = tls ? await openTls(port, onBytes, domain) : await openTcp(port, onBytes);
    const client = new XmppClient(socket, domain);
    made.push(client);
    return client;
  }

  /** Connects and logs in. */
  static async login(options: ClientOptions, login: Login): Promise<XmppClient> {
    const client = await XmppClient.connect(options);
    try {
      await client.authenticate(login);
      await client.bind(login.resource);
      return client;
    } catch (error) {
      client.destroy();
      throw error;
    }
  }

  /** Resolves when the connection has ended, however it did. */
  get closed(): Promise<void> {
    return this.#socket.closed;
  }

  /** What came and was not waited for. */
  get kept(): readonly Element[] {
    return this.#arrived.kept;
  }

  /** Opens a stream. @returns the features the server offers on it */
  async open(): Promise<Element> {
    this.#parser = new XmlParser({ limits: UNLIMITED });
    await this.send(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ` +
        `version='1.0' to='${this.#domain}'>`,
    );
    return await this.next((element) => element.name === "features", "stream features");
  }

  /** SASL, from the opening of the stream to `<success/>`. @throws {Error} with the condition of a failure */
  async authenticate(login: Login): Promise<void> {
    const offered = mechanisms(await this.open());
    const mechanism = login.mechanism ??
      ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"].find((one) => offered.includes(one));
    if (mechanism === undefined) throw new Error(`Cannot log in: the server offers ${offered.join(", ")}`);
    await this.tryMechanism(mechanism, login);
  }

  /** One SASL exchange on an open stream. @throws {Error} with the condition of a failure */
  async tryMechanism(mechanism: string, login: Login): Promise<void> {
    const scram = mechanism === "PLAIN" ? undefined : new ScramClient({
      ...login,
      mechanism,
      ...(this.#socket.serverEndPoint === undefined ? {} : { serverEndPoint: this.#socket.serverEndPoint }),
    });
    const plain = Buffer.from(`\0${login.user}\0${login.password}`).toString("base64");
    const first = scram?.first() ?? plain;
    let answer = await this.#sasl(`<auth xmlns='${SASL_NS}' mechanism='${mechanism}'>${first}</auth>`);
    if (scram !== undefined) {
      expectSasl(answer, "challenge");
      const proof = scram.answer(answer.getText());
      answer = await this.#sasl(`<response xmlns='${SASL_NS}'>${proof}</response>`);
    }
    expectSasl(answer, "success");
    scram?.check(answer.getText());
  }

  /** Binds a resource on a new stream. */
  async bind(resource?: string): Promise<void> {
    await this.open();
    const wanted = resource === undefined ? [] : [xml("resource", {}, resource)];
    const answer = await this.iq("set", xml("bind", { xmlns: BIND_NS }, ...wanted));
    this.jid = answer.getChild("bind", BIND_NS)?.getChildText("jid") ?? "";
  }

  /** Drops what came and was not waited for. */
  forget(): void {
    this.#arrived.drain();
  }

  /** Sends text as it is. */
  send(text: string): Promise<void> {
    return this.#socket.write(new TextEncoder().encode(text));
  }

  sendBytes(bytes: Uint8Array): Promise<void> {
    return this.#socket.write(bytes);
  }

  /** Sends a request and waits for its result. @throws {Error} showing the error that came instead */
  async iq(type: "get" | "set", payload: Element, to?: string): Promise<Element> {
    const id = `t${++this.#iqs}`;
    await this.send(writeXml(xml("iq", { type, id, to }, payload)));
    const answer = await this.next(
      (element) => element.name === "iq" && element.attrs.id === id && element.attrs.type !== "set",
      `the answer to ${payload.name}`,
    );
    if (answer.attrs.type !== "result") throw new Error(`Cannot ${payload.name}: ${writeXml(answer)}`);
    return answer;
  }

  /** Comes back when the server has handled everything sent before. */
  async ping(): Promise<void> {
    await this.iq("get", xml("ping", { xmlns: "urn:xmpp:ping" }), this.#domain);
  }

  /** The next element that `wanted` accepts; others are kept for later. */
  next(wanted: (element: Element) => boolean, what: string, limitMs = WAIT_MS): Promise<Element> {
    return this.#arrived.next(wanted, what, limitMs);
  }

  /** The next message with a body, or with the given one. */
  message(body?: string, limitMs = WAIT_MS): Promise<Element> {
    const wanted = (element: Element) =>
      element.name === "message" && (body === undefined || element.getChildText("body") === body);
    return this.next(wanted, `a message ${body ?? ""}`, limitMs);
  }

  /** The condition of the stream error the server ends the stream with. */
  async streamError(limitMs = WAIT_MS): Promise<string> {
    const error = await this.next((element) => element.name === "error", "a stream error", limitMs);
    return elementsOf(error).find((child) => child.getNS() === STREAM_ERROR_NS)?.name ?? "none";
  }

  /** From now on every byte goes to `onBytes` unparsed: for load. */
  takeBytes(onBytes: (bytes: Uint8Array) => void): void {
    this.#onBytes = onBytes;
  }

  /** Closes the stream in good order. */
  async close(): Promise<void> {
    await this.send("</stream:stream>").catch(() => {});
    this.#socket.finish();
    await this.closed;
  }

  /** Leaves what the server sends to pile up. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Ends our side of the connection without closing the stream. */
  finish(): void {
    this.#socket.finish();
  }

  /** Is gone without a word. */
  destroy(): void {
    this.#socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy();
    await this.closed;
  }

  async #sasl(text: string): Promise<Element> {
    await this.send(text);
    return await this.next((element) => element.getNS() === SASL_NS, "an answer of SASL");
  }

  #receive(bytes: Uint8Array): void {
    if (this.#onBytes !== undefined) return this.#onBytes(bytes);
    this.#parser.push(bytes, (event) => {
      if (event.kind === "element") this.#arrived.arrive(event.element);
    });
  }
}

function expectSasl(answer: Element, name: string): void {
  if (answer.name === name) return;
  throw new Error(`Cannot log in: ${elementsOf(answer)[0]?.name ?? answer.name}`);
}

/** The SASL mechanisms among stream features. */
export function mechanisms(features: Element): string[] {
  return features.getChild("mechanisms", SASL_NS)?.getChildren("mechanism").map((one) => one.getText()) ?? [];
}
