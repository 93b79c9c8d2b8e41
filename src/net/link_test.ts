import assert from "node:assert/strict";
import { nullLog } from "../base/mod.ts";
import { fingerprintOf } from "./certificate.ts";
import { connectError, formatEndpoint, plainHost } from "./sockets.ts";
import { systemNetwork } from "./system.ts";
import { allSockets, call, LOOPBACK, receive, testIdentity } from "./test_support.ts";
import { hasNodeTls } from "./tls.ts";
import { ConnectError, type Endpoint, type LinkTls, type Listener, type Transport } from "./transport.ts";
import { readAll, testTransport, type TransportPair, writeAll } from "./transport_suite.ts";

const network = systemNetwork(nullLog);
const [ship, shore, stranger] = await Promise.all([testIdentity(), testIdentity(), testIdentity()]);
const shipLink: LinkTls = { ...ship, peerFingerprint: fingerprintOf(shore.certificatePem) };
const shoreLink: LinkTls = { ...shore, peerFingerprint: fingerprintOf(ship.certificatePem) };
const pinnedTls = { ignore: !hasNodeTls() };

testTransport("link over tcp", () => linkPair());
if (hasNodeTls()) testTransport("link over pinned tls", () => linkPair(shipLink, shoreLink));

async function linkPair(from?: LinkTls, to?: LinkTls): Promise<TransportPair> {
  const accepted = Promise.withResolvers<Transport>();
  const listener = await network.listenLink(LOOPBACK, to, accepted.resolve);
  const a = await network.connectLink(listener.local, from, 5_000);
  return { a, b: await accepted.promise, dispose: () => listener.close() };
}

function neverCalled(): never {
  throw new Error("a transport was handed out");
}

function failsWith(reason: ConnectError["reason"]) {
  return (error: unknown) => error instanceof ConnectError && error.reason === reason;
}

/** A listener in the clear that does `serve` with each connection. */
function plainServer(serve: (conn: Deno.TcpConn) => unknown): { local: Endpoint; close(): Promise<void> } {
  const listener = Deno.listen({ hostname: LOOPBACK.host, port: 0 });
  const conns: Deno.TcpConn[] = [];
  const serving = (async () => {
    for await (const conn of listener) {
      conns.push(conn);
      await serve(conn);
    }
  })();
  const close = async () => {
    listener.close();
    await serving;
    for (const conn of conns) conn.close();
  };
  return { local: { host: listener.addr.hostname, port: listener.addr.port }, close };
}

Deno.test("pinned tls: a server that shows another certificate gets nothing", pinnedTls, async () => {
  const impostor = { ...stranger, peerFingerprint: fingerprintOf(ship.certificatePem) };
  const admitted: Transport[] = [];
  const listener = await network.listenLink(LOOPBACK, impostor, (transport) => admitted.push(transport));
  await assert.rejects(network.connectLink(listener.local, shipLink, 5_000), failsWith("tls-failed"));
  for (const transport of admitted) assert.equal((await readAll(transport).catch(() => [])).length, 0);
  for (const transport of admitted) transport.abort("shutdown");
  await Promise.all(admitted.map((transport) => transport.closed));
  await listener.close();
});

Deno.test("pinned tls: a caller that shows another certificate is not let in", pinnedTls, async () => {
  const impostor = { ...stranger, peerFingerprint: fingerprintOf(shore.certificatePem) };
  await assertNotLetIn((listener) => network.connectLink(listener.local, impostor, 5_000));
});

Deno.test("pinned tls: a caller that shows no certificate is not let in", pinnedTls, async () => {
  await assertNotLetIn(async ({ local }) => {
    const certificate = { hostname: local.host, port: local.port, caCerts: [shore.certificatePem] };
    const conn = await Deno.connectTls({ ...certificate, unsafelyDisableHostnameVerification: true });
    await conn.write(Uint8Array.of(1)).catch(() => {});
    await receive(conn).catch(() => {});
    conn.close();
  });
});

/** The caller may think for a moment that all is well (TLS 1.3), and then finds the connection gone. */
async function assertNotLetIn(connect: (listener: Listener) => Promise<Transport | void>): Promise<void> {
  const listener = await network.listenLink(LOOPBACK, shoreLink, neverCalled);
  const transport = await connect(listener).catch(() => undefined);
  if (transport !== undefined) {
    assert.equal((await readAll(transport).catch(() => [])).length, 0);
    transport.abort("closed-by-us");
    await transport.closed;
  }
  await listener.close();
}

Deno.test("pinned tls: the same two find each other again and again", pinnedTls, async () => {
  for (let i = 0; i < 5; i++) {
    const { a, b, dispose } = await linkPair(shipLink, shoreLink);
    await Promise.all([writeAll(a, Uint8Array.of(i)), writeAll(b, new Uint8Array())]);
    assert.deepEqual([await readAll(b), await readAll(a)], [Uint8Array.of(i), new Uint8Array()]);
    await Promise.all([a.closed, b.closed]);
    await dispose?.();
  }
});

Deno.test("pinned tls: a server that speaks something else is tls-failed", pinnedTls, async () => {
  const server = plainServer((conn) => conn.write(new TextEncoder().encode("220 ship.example ESMTP\r\n")));
  await assert.rejects(network.connectLink(server.local, shipLink, 5_000), failsWith("tls-failed"));
  await server.close();
});

Deno.test("pinned tls: a server that says nothing is a timeout", pinnedTls, async () => {
  const server = plainServer(() => {});
  await assert.rejects(network.connectLink(server.local, shipLink, 100), failsWith("timeout"));
  await server.close();
});

Deno.test("pinned tls: a server that hangs up is lost", pinnedTls, async () => {
  const server = plainServer((conn) => conn.closeWrite());
  await assert.rejects(network.connectLink(server.local, shipLink, 5_000), failsWith("lost"));
  await server.close();
});

Deno.test("a fingerprint must be a SHA-256 in lower case", async () => {
  for (const peerFingerprint of ["", "00", shipLink.peerFingerprint.toUpperCase() + "A", "g".repeat(64)]) {
    await assert.rejects(
      network.connectLink(LOOPBACK, { ...ship, peerFingerprint }, 5_000),
      /Cannot use fingerprint/,
    );
  }
});

Deno.test("where node:tls is not Node's own, tls on a link says so", { ignore: hasNodeTls() }, async () => {
  await assert.rejects(network.listenLink(LOOPBACK, shoreLink, neverCalled), /2\.8 and later/);
});

for (const [name, sockets] of allSockets()) {
  Deno.test(`sockets of ${name}: where nobody listens the call is refused`, async () => {
    const listener = await sockets.listen(LOOPBACK, true, neverCalled);
    await listener.close();
    await assert.rejects(sockets.connect(listener.local, true, 5_000), failsWith("refused"));
  });
}

Deno.test("what the system says about a failed call, in our words", () => {
  const table: [string, ConnectError["reason"]][] = [
    ["ECONNREFUSED", "refused"],
    ["ETIMEDOUT", "timeout"],
    ["EHOSTUNREACH", "unreachable"],
    ["ENETUNREACH", "unreachable"],
    ["ENOTFOUND", "unreachable"],
    ["ECONNRESET", "lost"],
  ];
  for (const [code, reason] of table) {
    const error = connectError(Object.assign(new Error("no luck"), { code }), { host: "::1", port: 5270 });
    assert.deepEqual([error.reason, error.message], [reason, "Cannot connect to [::1]:5270: no luck"]);
  }
});

Deno.test("addresses are shown in their own form", async () => {
  assert.equal(plainHost("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(plainHost("::FFFF:192.0.2.1"), "192.0.2.1");
  assert.equal(plainHost("2001:db8::ffff:1"), "2001:db8::ffff:1");
  assert.equal(formatEndpoint({ host: "2001:db8::1", port: 5270 }), "[2001:db8::1]:5270");
  const listener = await network.listenLink(LOOPBACK, undefined, (transport) => transport.abort("shutdown"));
  assert.equal(formatEndpoint(listener.local), `127.0.0.1:${listener.local.port}`);
  const conn = await call(listener.local);
  await receive(conn).catch(() => {});
  conn.close();
  await listener.close();
});
