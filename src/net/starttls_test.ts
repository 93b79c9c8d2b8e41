import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type Clock, systemClock } from "../base/mod.ts";
import { certificateDer } from "./certificate.ts";
import type { Sockets } from "./sockets.ts";
import { MAX_EARLY_BYTES, StartTlsTransport, TlsServer } from "./starttls.ts";
import {
  allSockets,
  call,
  clientHello,
  LOOPBACK,
  ManualClock,
  PROCEED,
  receive,
  secureCall,
  STARTTLS,
  testIdentity,
} from "./test_support.ts";
import type { Endpoint, SecureTransport } from "./transport.ts";
import { readAll, testTransport, type TransportPair, writeAll } from "./transport_suite.ts";
import { TransportError } from "./wire.ts";

const identity = await testIdentity();

/** Every way in which a socket can be put under TLS on this Deno: through `node:tls`, or through loopback. */
const ways: { name: string; sockets: Sockets; nodeTls: boolean }[] = [];
for (const [name, sockets] of allSockets()) {
  if (name === "node") ways.push({ name: "node:tls", sockets, nodeTls: true });
  ways.push({ name: `loopback, sockets of ${name}`, sockets, nodeTls: false });
}

/** A listener on which every step of the upgrade is in the hands of the test. */
class Server {
  readonly endpoint: Endpoint;
  readonly accepted: Promise<StartTlsTransport>;
  readonly dispose: () => Promise<void>;

  constructor(endpoint: Endpoint, accepted: Promise<StartTlsTransport>, dispose: () => Promise<void>) {
    this.endpoint = endpoint;
    this.accepted = accepted;
    this.dispose = dispose;
  }

  static async listen(
    { sockets, nodeTls }: typeof ways[number],
    clock: Clock = systemClock,
  ): Promise<Server> {
    const tls = new TlsServer(identity, () => Promise.resolve(nodeTls), clock);
    const { promise, resolve } = Promise.withResolvers<StartTlsTransport>();
    const listener = await sockets.listen(
      LOOPBACK,
      false,
      (wire) => resolve(new StartTlsTransport(wire, tls)),
    );
    const dispose = async () => void await Promise.all([listener.close(), tls.close()]);
    return new Server(listener.local, promise, dispose);
  }

  /** Takes `<starttls/>` and whatever came with it, and answers. */
  async proceed(): Promise<StartTlsTransport> {
    const transport = await this.accepted;
    const reader = transport.readable.getReader();
    await reader.read();
    reader.releaseLock();
    const writer = transport.writable.getWriter();
    await writer.write(PROCEED);
    writer.releaseLock();
    return transport;
  }
}

for (const way of ways) {
  testTransport(`starttls through ${way.name}`, () => securedPair(way));
  testUpgrade(`starttls through ${way.name}`, way);
  testFailures(`starttls through ${way.name}`, way);
}

async function securedPair(way: typeof ways[number]): Promise<TransportPair> {
  const server = await Server.listen(way);
  const [a, b] = await Promise.all([
    startTlsAsClient(server.endpoint),
    server.proceed().then((transport) => transport.startTls(5_000)),
  ]);
  return { a, b, dispose: server.dispose };
}

async function startTlsAsClient(to: Endpoint, first = STARTTLS) {
  const conn = await call(to);
  await conn.write(first);
  assert.deepEqual(await receive(conn), PROCEED);
  return await secureCall(conn, identity);
}

/** Says one thing each way and hangs up. */
async function talk(client: ReturnType<typeof startTlsAsClient>, server: Promise<SecureTransport>) {
  const [a, b] = await Promise.all([client, server]);
  await writeAll(a, Uint8Array.of(1));
  assert.deepEqual(await readAll(b), Uint8Array.of(1));
  await writeAll(b, Uint8Array.of(2));
  assert.deepEqual(await readAll(a), Uint8Array.of(2));
  await Promise.all([a.closed, b.closed]);
}

function testUpgrade(name: string, way: typeof ways[number]): void {
  Deno.test(`${name}: a ClientHello in the same packet as <starttls/> is dropped`, async () => {
    const server = await Server.listen(way);
    const injected = Uint8Array.of(...STARTTLS, ...await clientHello(identity));
    const secure = server.proceed().then((transport) => transport.startTls(5_000));
    await talk(startTlsAsClient(server.endpoint, injected), secure);
    await server.dispose();
  });

  Deno.test(`${name}: a ClientHello that is read before TLS is started is not lost`, async () => {
    const server = await Server.listen(way);
    const upgrade = async () => {
      const transport = await server.proceed();
      const { value } = await transport.readable.getReader().read();
      assert.equal(value?.[0], 0x16);
      return await transport.startTls(5_000);
    };
    await talk(startTlsAsClient(server.endpoint), upgrade());
    await server.dispose();
  });

  Deno.test(`${name}: the streams in the clear are dead afterwards, and the end is one`, async () => {
    const server = await Server.listen(way);
    const transport = server.proceed();
    const [a, b] = await Promise.all([
      startTlsAsClient(server.endpoint),
      transport.then((plain) => plain.startTls(5_000)),
    ]);
    const plain = await transport;
    assert.deepEqual(b.remote, plain.remote);
    await assert.rejects(plain.readable.getReader().read());
    await assert.rejects(plain.writable.getWriter().write(Uint8Array.of(1)));
    await assert.rejects(plain.startTls(5_000));
    plain.abort("replaced");
    assert.deepEqual([await plain.closed, await b.closed], ["replaced", "replaced"]);
    await readAll(a).catch(() => {});
    a.abort("closed-by-us");
    await a.closed;
    await server.dispose();
  });

  Deno.test(`${name}: the channel-binding data is the hash of the certificate`, async () => {
    const server = await Server.listen(way);
    const secure = server.proceed().then((transport) => transport.startTls(5_000));
    const hash = createHash("sha256").update(certificateDer(identity.certificatePem)).digest();
    const client = startTlsAsClient(server.endpoint);
    assert.deepEqual((await secure).serverEndPoint, new Uint8Array(hash));
    await talk(client, secure);
    await server.dispose();
  });
}

function testFailures(name: string, way: typeof ways[number]): void {
  const failure = async (
    meddle: (conn: Deno.TcpConn, server: StartTlsTransport) => unknown,
    clock?: Clock,
  ) => {
    const server = await Server.listen(way, clock);
    const conn = await call(server.endpoint);
    await conn.write(STARTTLS);
    const transport = await server.proceed();
    await receive(conn);
    const upgrade = transport.startTls(5_000);
    await meddle(conn, transport);
    const error: unknown = await upgrade.catch((error) => error);
    assert.ok(error instanceof TransportError, `${error}`);
    const reason = await transport.closed;
    try {
      conn.close();
    } catch { /* closed by the test */ }
    await server.dispose();
    return { error, reason };
  };

  Deno.test(`${name}: what is no ClientHello fails`, async () => {
    const { error, reason } = await failure((conn) =>
      conn.write(new TextEncoder().encode("<stream:stream>"))
    );
    assert.deepEqual([error.reason, reason], ["tls-failed", "tls-failed"]);
  });

  Deno.test(`${name}: a client that hangs up in the middle of its ClientHello fails`, async () => {
    const { reason } = await failure(async (conn) => {
      await conn.write((await clientHello(identity)).subarray(0, 100));
      conn.close();
    });
    assert.match(reason, /^(lost|tls-failed)$/);
  });

  Deno.test(`${name}: a client that never begins is cut off when the time is over`, async () => {
    const clock = new ManualClock();
    const { error, reason } = await failure(async (conn) => {
      await conn.write((await clientHello(identity)).subarray(0, 100));
      await clock.set;
      clock.fire();
    }, clock);
    assert.deepEqual([error.reason, reason], ["timeout", "timeout"]);
  });

  Deno.test(`${name}: abort in the middle of the handshake ends it`, async () => {
    const { reason } = await failure((_conn, transport) => transport.abort("shutdown"));
    assert.equal(reason, "shutdown");
  });

  Deno.test(`${name}: too much ahead of the handshake fails`, async () => {
    const server = await Server.listen(way);
    const conn = await call(server.endpoint);
    await conn.write(STARTTLS);
    const transport = await server.proceed();
    const flood = conn.write(new Uint8Array(MAX_EARLY_BYTES + 1)).catch(() => {});
    const reader = transport.readable.getReader();
    for (let sizeBytes = 0; sizeBytes <= MAX_EARLY_BYTES;) {
      sizeBytes += (await reader.read()).value?.length ?? 0;
    }
    await assert.rejects(transport.startTls(5_000), { reason: "limit" });
    assert.equal(await transport.closed, "limit");
    conn.close();
    await Promise.all([flood, server.dispose()]);
  });
}

Deno.test("starttls without a certificate rejects", async () => {
  for (const [, sockets] of allSockets()) {
    const accepted = Promise.withResolvers<StartTlsTransport>();
    const listener = await sockets.listen(LOOPBACK, false, (wire) => {
      accepted.resolve(new StartTlsTransport(wire, undefined));
    });
    const conn = await call(listener.local);
    const transport = await accepted.promise;
    await assert.rejects(transport.startTls(5_000), /this listener has no certificate/);
    transport.abort("shutdown");
    assert.equal(await transport.closed, "shutdown");
    conn.close();
    await listener.close();
  }
});

Deno.test("starttls rejects where no kind of TLS works", async () => {
  for (const [, sockets] of allSockets()) {
    const accepted = Promise.withResolvers<StartTlsTransport>();
    const listener = await sockets.listen(LOOPBACK, false, (wire) => {
      accepted.resolve(new StartTlsTransport(wire, { acceptor: () => Promise.reject(new Error("no TLS")) }));
    });
    const conn = await call(listener.local);
    const transport = await accepted.promise;
    await assert.rejects(transport.startTls(5_000), /no TLS/);
    assert.equal(await transport.closed, "internal");
    conn.close();
    await listener.close();
  }
});

Deno.test("a key that is not the certificate's is refused before anybody calls", async () => {
  const { keyPem } = await testIdentity();
  const wrong = { certificatePem: identity.certificatePem, keyPem };
  assert.throws(
    () => new TlsServer(wrong, () => Promise.resolve(true), systemClock),
    /not that of the certificate/,
  );
});
