import assert from "node:assert/strict";
import { type LogFields, Metrics, nullLog, seededRandom, Turn } from "../../base/mod.ts";
import type { Transport, UpgradableTransport } from "../../net/mod.ts";
import type { ClientServices, ClientSession } from "../../router/mod.ts";
import { SimLink, SimNetwork, VirtualClock } from "../../sim/mod.ts";
import type { Jid } from "../../stanza/mod.ts";
import { DEFAULT_C2S_LIMITS, deriveCredentials } from "../../stream/mod.ts";
import type { Element } from "../../xml/mod.ts";
import { C2sService, type ClientLimits } from "../mod.ts";

/** Where clients connect. */
export const AT = { host: "192.0.2.1", port: 5221 };
/** Opens a stream. */
export const OPEN = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
  "to='ship.example' version='1.0'>";
/** All that a client says until it has bound a resource. */
export const LOGIN =
  `${OPEN}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${btoa("\0romeo\0romeo")}</auth>` +
  `${OPEN}<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>deck</resource></bind></iq>`;

/** Small enough to be met by a test. */
export const LIMITS: ClientLimits = {
  stream: DEFAULT_C2S_LIMITS,
  negotiationMs: 30_000,
  closeMs: 5_000,
  connections: 3,
  connectionsPerAddress: 2,
  unsentSizeBytes: 10_000,
  highWaterSizeBytes: 5_000,
  congestionMs: 200,
};

/** Services that keep what they are told; what a client sends is handled by `onReceive`. */
export class FakeServices implements ClientServices {
  readonly sessions: ClientSession[] = [];
  readonly detached: ClientSession[] = [];
  onReceive: (session: ClientSession, element: Element) => void = () => {};
  onDetach: () => void = () => {};

  bind(account: Jid, wanted: string | undefined): { jid: Jid } {
    return { jid: account.withResource(wanted ?? "random") ?? account };
  }
  attach(session: ClientSession): void {
    this.sessions.push(session);
  }
  receive(session: ClientSession, element: Element): void {
    this.onReceive(session, element);
  }
  detach(session: ClientSession): void {
    this.onDetach();
    if (!this.detached.includes(session)) this.detached.push(session);
  }
}

const keys = deriveCredentials("romeo", "romeo", seededRandom(1));

/** The client side of a server in virtual time; what the log is told is kept. */
export class Stage {
  readonly clock = new VirtualClock();
  readonly link = new SimLink(this.clock, { rateBps: undefined, delayMs: 0 });
  readonly network = new SimNetwork(this.clock, this.link);
  readonly services = new FakeServices();
  readonly metrics = new Metrics();
  readonly failures: unknown[] = [];
  readonly turn = new Turn((error) => this.failures.push(error));
  readonly logged: LogFields[] = [];
  readonly service: C2sService;
  #accept: (transport: UpgradableTransport) => void = () => {};

  constructor() {
    const network = this.network.from(AT.host);
    this.service = new C2sService({
      domain: "ship.example",
      listeners: [{ kind: "plaintext", at: AT }],
      tls: { certificatePem: "", keyPem: "" },
      network: {
        ...network,
        listenTcp: (at, onTransport, tls) => {
          this.#accept = onTransport;
          return network.listenTcp(at, onTransport, tls);
        },
      },
      accounts: {
        fakeSecret: new Uint8Array(32),
        credentials: (name) => name === "romeo" ? keys : undefined,
      },
      services: this.services,
      streamFeatures: [],
      clock: this.clock,
      random: seededRandom(2),
      turn: this.turn,
      log: {
        ...nullLog,
        warn: (event, fields) => void this.logged.push({ level: "warn", event, ...fields }),
        error: (event, fields) => void this.logged.push({ level: "error", event, ...fields }),
      },
      metrics: this.metrics,
      limits: LIMITS,
    });
  }

  async serve(): Promise<void> {
    await this.service.open();
    this.service.serve();
  }

  async connect(host = "198.51.100.1"): Promise<FakeClient> {
    const connecting = this.network.connectClient(host, AT);
    await this.clock.advance(1);
    const client = new FakeClient(await connecting);
    await this.clock.settle();
    return client;
  }

  /** A client on `link`, which takes time; it is there at once, also when no listener is open any more. */
  arrive(): FakeClient {
    const [near, far] = this.link.connect({ host: "192.0.2.9", port: 1 }, AT);
    const { readable, writable, closed, remote } = far;
    const startTls = () => Promise.reject(new Error("Cannot start TLS: there is none here"));
    this.#accept({ readable, writable, closed, remote, abort: (reason) => far.abort(reason), startTls });
    return new FakeClient(near);
  }

  async stop(): Promise<void> {
    const stopping = this.service.stop();
    await this.clock.advance(60_000);
    await stopping;
  }
}

/** The far end of a connection: what it is sent is kept as text. */
export class FakeClient {
  readonly transport: Transport;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  text = "";
  ended = false;
  onText: (text: string) => void = () => {};

  constructor(transport: Transport, reads = true) {
    this.transport = transport;
    this.#writer = transport.writable.getWriter();
    if (reads) void this.#read();
  }

  send(text: string): void {
    this.#writer.write(new TextEncoder().encode(text)).catch(() => {});
  }

  close(): void {
    this.#writer.close().catch(() => {});
  }

  async #read(): Promise<void> {
    this.#reader = this.transport.readable.getReader();
    const decoder = new TextDecoder();
    try {
      for (;;) {
        const { value, done } = await this.#reader.read();
        if (done) break;
        const text = decoder.decode(value, { stream: true });
        this.text += text;
        this.onText(text);
      }
    } catch {
      // The tests look at `ended`.
    }
    this.ended = true;
  }
}

/** A test on a stage that serves, and is stopped at the end. */
export function onStage(name: string, play: (stage: Stage) => Promise<void>): void {
  Deno.test(name, async () => {
    const stage = new Stage();
    await stage.serve();
    await play(stage);
    await stage.stop();
  });
}

/** A client with a bound resource. */
export async function loggedIn(stage: Stage): Promise<FakeClient> {
  const client = await stage.connect();
  client.send(LOGIN);
  await stage.clock.settle();
  assert.match(client.text, /<jid>romeo@ship.example\/deck<\/jid>/);
  return client;
}
