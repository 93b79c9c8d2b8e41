import assert from "node:assert/strict";
import { type Log, type LogFields, nullLog } from "../base/mod.ts";
import { ConnWire } from "./conn_wire.ts";
import { MAX_HANDSHAKES, systemNetwork } from "./system.ts";
import { call, clientHello, LOOPBACK, receive, testIdentity } from "./test_support.ts";
import type { Listener, Transport } from "./transport.ts";
import { readAll, testTransport, writeAll } from "./transport_suite.ts";
import { WireTransport } from "./wire_transport.ts";

const identity = await testIdentity();

testTransport("direct tls", async () => {
  const accepted = Promise.withResolvers<Transport>();
  const listener = await systemNetwork(nullLog).listenTls(LOOPBACK, identity, accepted.resolve);
  const a = await callTls(listener);
  return { a, b: await accepted.promise, dispose: () => listener.close() };
});

/** A client that wants TLS 1.2 or later, and `xmpp-client` inside it. */
async function callTls({ local }: Listener): Promise<Transport> {
  const conn = await Deno.connectTls({
    hostname: local.host,
    port: local.port,
    caCerts: [identity.certificatePem],
    unsafelyDisableHostnameVerification: true,
    alpnProtocols: ["xmpp-client"],
  });
  assert.equal((await conn.handshake()).alpnProtocol, "xmpp-client");
  return new WireTransport(new ConnWire(conn));
}

/** A log that can be waited for. */
class Events {
  readonly #waiting: { event: string; resolve: (fields: LogFields) => void }[] = [];
  readonly log: Log = {
    ...nullLog,
    info: (...entry) => this.#add(...entry),
    warn: (...entry) => this.#add(...entry),
  };

  next(event: string): Promise<LogFields> {
    return new Promise((resolve) => void this.#waiting.push({ event, resolve }));
  }

  #add(event: string, fields: LogFields = {}): void {
    for (const waiting of this.#waiting) if (waiting.event === event) waiting.resolve(fields);
  }
}

function neverCalled(): never {
  throw new Error("a transport was handed out");
}

const badStarts: [string, (conn: Deno.TcpConn) => Promise<unknown>][] = [
  ["what is no ClientHello", (conn) => conn.write(new TextEncoder().encode("<?xml version='1.0'?>"))],
  ["nothing and the end", (conn) => conn.closeWrite()],
  ["half a ClientHello and the end", async (conn) => {
    await conn.write((await clientHello(identity)).subarray(0, 100));
    await conn.closeWrite();
  }],
];
for (const [what, begin] of badStarts) {
  Deno.test(`direct tls: a client that sends ${what} is logged and dropped`, async () => {
    const events = new Events();
    const logged = events.next("tls handshake failed");
    const listener = await systemNetwork(events.log).listenTls(LOOPBACK, identity, neverCalled);
    const conn = await call(listener.local);
    await begin(conn);
    const { localAddr } = conn;
    assert.equal((await logged).remote, `${localAddr.hostname}:${localAddr.port}`);
    conn.close();
    await listener.close();
  });
}

Deno.test("direct tls: closing the listener cuts handshakes off and leaves connections alone", async () => {
  const accepted = Promise.withResolvers<Transport>();
  const listener = await systemNetwork(nullLog).listenTls(LOOPBACK, identity, accepted.resolve);
  const a = await callTls(listener);
  const b = await accepted.promise;
  const unfinished = await call(listener.local);
  await unfinished.write(Uint8Array.of(0x16));
  await call(listener.local).then((later) => later.close()); // accepted in order, so the one before is known by now
  await listener.close();
  assert.equal((await receive(unfinished).catch(() => [])).length, 0);
  unfinished.close();
  await Promise.all([writeAll(a, Uint8Array.of(1)), writeAll(b, Uint8Array.of(2))]);
  assert.deepEqual([await readAll(a), await readAll(b)], [Uint8Array.of(2), Uint8Array.of(1)]);
  await Promise.all([a.closed, b.closed]);
});

Deno.test("direct tls: at most so many handshakes at a time", async () => {
  const events = new Events();
  const tooMany = events.next("too many tls handshakes");
  const listener = await systemNetwork(events.log).listenTls(LOOPBACK, identity, neverCalled);
  const conns: Deno.TcpConn[] = [];
  for (let i = 0; i <= MAX_HANDSHAKES; i++) conns.push(await call(listener.local));
  assert.equal((await tooMany).limit, MAX_HANDSHAKES);
  await listener.close();
  await Promise.all(conns.map((conn) => receive(conn).catch(() => {})));
  for (const conn of conns) conn.close();
});

Deno.test("plain tcp: a listener is done at once, its connections go on", async () => {
  const accepted = Promise.withResolvers<Transport>();
  const listener = await systemNetwork(nullLog).listenTcp(LOOPBACK, accepted.resolve);
  const conn = await call(listener.local);
  const transport = await accepted.promise;
  assert.deepEqual(transport.remote, { host: conn.localAddr.hostname, port: conn.localAddr.port });
  await listener.close();
  await assert.rejects(call(listener.local));
  await conn.write(Uint8Array.of(1));
  await conn.closeWrite();
  assert.deepEqual(await readAll(transport), Uint8Array.of(1));
  await transport.writable.close();
  assert.equal(await transport.closed, "closed-by-peer");
  conn.close();
});

Deno.test("a place that is taken cannot be listened on", async () => {
  const network = systemNetwork(nullLog);
  const listener = await network.listenTcp(LOOPBACK, neverCalled);
  const { host, port } = listener.local;
  await assert.rejects(
    network.listenTcp(listener.local, neverCalled),
    (error) => error instanceof Error && error.message.startsWith(`Cannot listen on ${host}:${port}: `),
  );
  await listener.close();
});
