import { hex, nullLog, sha1 } from "../../src/base/mod.ts";
import { systemNetwork, type Transport } from "../../src/net/mod.ts";
import { DEFAULT_XML_LIMITS, type Element, writeXml, type XmlEvent, XmlParser } from "../../src/xml/mod.ts";
import { loopback } from "../support/config.ts";
import { deadline } from "../support/deadline.ts";

const CONNECT_MS = 5_000;
const STREAMS = "http://etherx.jabber.org/streams";
const encoder = new TextEncoder();

/** How a component is known to its server. */
export interface ComponentOptions {
  readonly port: number;
  readonly domain: string;
  readonly secret: string;
  /** Takes every stanza to the domain. */
  readonly onStanza: (element: Element) => void;
}

/** A domain of ours behind a server of others (XEP-0114). */
export class Component {
  readonly #transport: Transport;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #parser = new XmlParser({ limits: DEFAULT_XML_LIMITS });
  readonly #options: ComponentOptions;
  readonly #ready = Promise.withResolvers<void>();
  #ended: Promise<void> = Promise.resolve();

  private constructor(transport: Transport, options: ComponentOptions) {
    this.#transport = transport;
    this.#writer = transport.writable.getWriter();
    this.#options = options;
  }

  /** Connects. @throws {Error} when the server does not want it */
  static async connect(options: ComponentOptions): Promise<Component> {
    const transport = await systemNetwork(nullLog).connectLink(
      loopback(options.port),
      undefined,
      CONNECT_MS,
    );
    const component = new Component(transport, options);
    component.#write(
      `<stream:stream xmlns='jabber:component:accept' xmlns:stream='${STREAMS}' to='${options.domain}'>`,
    );
    component.#ended = component.#read();
    try {
      await deadline(component.#ready.promise, CONNECT_MS, "handshake");
      return component;
    } catch (error) {
      await component[Symbol.asyncDispose]();
      throw error;
    }
  }

  send(element: Element): void {
    this.#write(writeXml(element));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#transport.abort("shutdown");
    await this.#ended;
  }

  #write(text: string): void {
    // A write to a connection that broke is told by its end.
    this.#writer.write(encoder.encode(text)).catch(() => {});
  }

  async #read(): Promise<void> {
    try {
      for await (const bytes of this.#transport.readable) {
        this.#parser.push(bytes, (event) => this.#take(event));
      }
    } catch {
      // The connection broke: by us at the end, else whoever waits in vain says so.
    }
    this.#ready.reject(new Error(`Cannot connect ${this.#options.domain}: the server has ended the stream`));
    // After the handshake nobody waits for that any more.
    this.#ready.promise.catch(() => {});
  }

  #take(event: XmlEvent): void {
    if (event.kind === "open") {
      const { id = "" } = event.attrs;
      const token = hex(sha1(encoder.encode(id + this.#options.secret)));
      return this.#write(`<handshake>${token}</handshake>`);
    }
    if (event.kind !== "element") return;
    if (event.element.name === "handshake") return this.#ready.resolve();
    this.#options.onStanza(event.element);
  }
}
