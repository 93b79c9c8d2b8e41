import assert from "node:assert/strict";
import type { Transport } from "../../src/net/mod.ts";
import type { World } from "../../src/sim/mod.ts";
import { type Element, XmlParser } from "../../src/xml/mod.ts";
import { DEFAULT_XML_LIMITS } from "../../src/xml/mod.ts";

const STREAM = "http://etherx.jabber.org/streams";
const SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
const BIND = "urn:ietf:params:xml:ns:xmpp-bind";

/** A client of a simulated world: speaks XMPP in the clear, logs in by PLAIN, and keeps what it was sent. */
export class SimClient {
  readonly #world: World;
  readonly #transport: Transport;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #parser = newParser();
  /** What came and has not been taken yet. */
  readonly inbox: Element[] = [];
  ended = false;

  private constructor(world: World, transport: Transport) {
    this.#world = world;
    this.#transport = transport;
    this.#writer = transport.writable.getWriter();
    void this.#read();
  }

  /** Connects to `host:port`, logs in as `username` (password the same) and binds `resource`. */
  static async login(
    world: World,
    at: { readonly host: string; readonly port: number; readonly domain: string },
    username: string,
    resource: string,
  ): Promise<SimClient> {
    const client = new SimClient(world, await connect(world, at));
    client.#open(at.domain);
    await client.#expect("features", STREAM);
    client.send(`<auth xmlns='${SASL}' mechanism='PLAIN'>${btoa(`\0${username}\0${username}`)}</auth>`);
    await client.#expect("success", SASL);
    client.#parser = newParser();
    client.#open(at.domain);
    await client.#expect("features", STREAM);
    client.send(
      `<iq type='set' id='bind'><bind xmlns='${BIND}'><resource>${resource}</resource></bind></iq>`,
    );
    const bound = await client.#expect("iq");
    assert.equal(bound.attrs.type, "result", `binding ${resource}`);
    return client;
  }

  send(xml: string): void {
    void this.#writer.write(new TextEncoder().encode(xml)).catch(() => {});
  }

  /** Ends the stream in good order. */
  logout(): void {
    this.send("</stream:stream>");
    void this.#writer.close().catch(() => {});
  }

  /** The connection breaks without a word. */
  drop(): void {
    this.#transport.abort("lost");
  }

  #open(domain: string): void {
    this.send(
      `<stream:stream xmlns='jabber:client' xmlns:stream='${STREAM}' to='${domain}' version='1.0'>`,
    );
  }

  async #expect(name: string, xmlns?: string): Promise<Element> {
    await this.#world.clock.until(() => this.inbox.length > 0 || this.ended, 60_000);
    const element = this.inbox.shift();
    if (element === undefined || !element.is(name, xmlns)) {
      assert.fail(`expected <${name}/>, got ${String(element)}`);
    }
    return element;
  }

  async #read(): Promise<void> {
    const reader = this.#transport.readable.getReader();
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        this.#parser.push(value, (event) => {
          if (event.kind === "element") this.inbox.push(event.element);
        });
      }
    } catch {
      // The connection broke: the transcript says whether it should have.
    }
    this.ended = true;
  }
}

function newParser(): XmlParser {
  return new XmlParser({ limits: { ...DEFAULT_XML_LIMITS, stanzaSizeBytes: 4_194_304 } });
}

async function connect(world: World, at: { host: string; port: number }): Promise<Transport> {
  const connecting = world.network.connectClient("198.51.100.1", at);
  let transport: Transport | undefined;
  void connecting.then((opened) => {
    transport = opened;
  }, () => {});
  await world.clock.until(() => transport !== undefined, 10_000);
  return await connecting;
}
