import assert from "node:assert/strict";
import { Metrics, nullLog, seededRandom, Turn } from "../base/mod.ts";
import type { Transport } from "../net/mod.ts";
import type { ClientServices, ClientSession } from "../router/mod.ts";
import { SimLink, SimNetwork, VirtualClock } from "../sim/mod.ts";
import { Jid } from "../stanza/mod.ts";
import { DEFAULT_C2S_LIMITS, deriveCredentials } from "../stream/mod.ts";
import { type Element, xml } from "../xml/mod.ts";
import { C2sService, type ClientLimits } from "./mod.ts";

const AT = { host: "192.0.2.1", port: 5221 };
const OPEN = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
  "to='ship.example' version='1.0'>";
const LOGIN =
  `${OPEN}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${btoa("\0romeo\0romeo")}</auth>` +
  `${OPEN}<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>deck</resource></bind></iq>`;

const LIMITS: ClientLimits = {
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
class FakeServices implements ClientServices {
  readonly sessions: ClientSession[] = [];
  readonly detached: ClientSession[] = [];
  onReceive: (session: ClientSession, element: Element) => void = () => {};

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
    if (!this.detached.includes(session)) this.detached.push(session);
  }
}

const keys = deriveCredentials("romeo", "romeo", seededRandom(1));

class Stage {
  readonly clock = new VirtualClock();
  readonly link = new SimLink(this.clock, { rateBps: undefined, delayMs: 0 });
  readonly network = new SimNetwork(this.clock, this.link);
  readonly services = new FakeServices();
  readonly metrics = new Metrics();
  readonly service = new C2sService({
    domain: "ship.example",
    listeners: [{ kind: "plaintext", at: AT }],
    tls: { certificatePem: "", keyPem: "" },
    network: this.network.from(AT.host),
    accounts: { fakeSecret: new Uint8Array(32), credentials: (name) => name === "romeo" ? keys : undefined },
    services: this.services,
    streamFeatures: [],
    clock: this.clock,
    random: seededRandom(2),
    turn: new Turn((error) => {
      throw error;
    }),
    log: nullLog,
    metrics: this.metrics,
    limits: LIMITS,
  });

  async connect(host = "198.51.100.1"): Promise<FakeClient> {
    const connecting = this.network.connectClient(host, AT);
    await this.clock.advance(1);
    const client = new FakeClient(await connecting);
    await this.clock.settle();
    return client;
  }

  async stop(): Promise<void> {
    const stopping = this.service.stop();
    await this.clock.advance(60_000);
    await stopping;
  }
}

class FakeClient {
  readonly transport: Transport;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  text = "";
  ended = false;

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
        this.text += decoder.decode(value, { stream: true });
      }
    } catch {
      // The tests look at `ended`.
    }
    this.ended = true;
  }
}

function onStage(name: string, play: (stage: Stage) => Promise<void>): void {
  Deno.test(name, async () => {
    const stage = new Stage();
    await stage.service.start();
    await play(stage);
    await stage.stop();
  });
}

async function loggedIn(stage: Stage): Promise<FakeClient> {
  const client = await stage.connect();
  client.send(LOGIN);
  await stage.clock.settle();
  assert.match(client.text, /<jid>romeo@ship.example\/deck<\/jid>/);
  return client;
}

onStage(
  "a client that logs in and binds is attached; what it sends is received; its end detaches it",
  async (stage) => {
    const got: string[] = [];
    stage.services.onReceive = (_session, element) => got.push(element.name);
    const client = await loggedIn(stage);
    assert.equal(stage.services.sessions[0]?.jid.toString(), "romeo@ship.example/deck");
    client.send("<presence/><message/>");
    await stage.clock.settle();
    assert.deepEqual(got, ["presence", "message"]);
    client.send("</stream:stream>");
    await stage.clock.settle();
    assert.match(client.text, /<\/stream:stream>$/);
    assert.equal(stage.services.detached.length, 1);
    client.close();
  },
);

onStage(
  "a stanza behind the request to bind, in the same chunk, finds its session attached",
  async (stage) => {
    let attached = -1;
    stage.services.onReceive = () => attached = stage.services.sessions.length;
    const client = await stage.connect();
    client.send(LOGIN + "<presence/>");
    await stage.clock.settle();
    assert.equal(attached, 1);
  },
);

onStage("a client that does not log in in time is told so and sent away", async (stage) => {
  const client = await stage.connect();
  client.send(OPEN);
  await stage.clock.advance(LIMITS.negotiationMs);
  assert.match(client.text, /<connection-timeout/);
  await stage.clock.advance(LIMITS.closeMs);
  assert.ok(client.ended);
  assert.equal(stage.service.connections, 0);
});

onStage("connections are bounded for each address and for all together", async (stage) => {
  const first = [await stage.connect("a"), await stage.connect("a")];
  assert.ok((await stage.connect("a")).ended, "a third one from one address");
  const other = await stage.connect("b");
  assert.equal(other.ended, false);
  assert.ok((await stage.connect("c")).ended, "a fourth one in all");
  first[0]?.transport.abort("lost");
  await stage.clock.advance(1_000);
  assert.equal((await stage.connect("c")).ended, false, "a place that was left is free again");
  assert.equal(stage.metrics.value("halyard_clients_refused_total"), 2);
});

onStage(
  "a bug in handling one stanza is answered with an error and costs nobody the session",
  async (stage) => {
    stage.services.onReceive = () => {
      throw new Error("a bug");
    };
    const client = await loggedIn(stage);
    client.send("<message id='m1'/>");
    await stage.clock.settle();
    assert.match(client.text, /<message type='error' id='m1'.*<internal-server-error/);
    assert.equal(stage.services.detached.length, 0);
  },
);

onStage(
  "a client that does not read is cut off at the bound, and sending to it says no from then on",
  async (stage) => {
    await loggedIn(stage);
    const [session] = stage.services.sessions;
    assert.ok(session);
    stage.link.set({ rateBps: 1, delayMs: 0 });
    const message = xml("message", {}, xml("body", {}, "x".repeat(1_000)));
    let taken = 0;
    while (taken < 1_000 && session.send(message)) taken++;
    assert.ok(taken * 1_000 <= LIMITS.unsentSizeBytes + 1_100, `${taken} messages were taken`);
    assert.equal(session.send(message), false);
    await stage.clock.advance(60_000);
    assert.equal(stage.services.detached.length, 1);
  },
);

onStage("what was sent is known to be sent once the network has taken it", async (stage) => {
  const client = await loggedIn(stage);
  const [session] = stage.services.sessions;
  let sent = false;
  session?.send(xml("message", { id: "offline" }));
  session?.whenSent(() => sent = true);
  assert.equal(sent, false);
  await stage.clock.advance(1);
  assert.ok(sent);
  assert.match(client.text, /offline/);
});

Deno.test("stopping tells every client why and waits for no one for long", async () => {
  const stage = new Stage();
  await stage.service.start();
  const client = await loggedIn(stage);
  await stage.stop();
  assert.match(client.text, /<system-shutdown/);
  assert.ok(client.ended);
  await assert.rejects(stage.network.connectClient("x", AT), { reason: "refused" });
});
