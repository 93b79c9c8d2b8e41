import assert from "node:assert/strict";
import { nullLog, systemClock } from "../base/mod.ts";
import { makeSelfSigned } from "./certificate.ts";
import { ConnWire } from "./conn_wire.ts";
import type { Sockets } from "./sockets.ts";
import { DenoSockets } from "./deno_sockets.ts";
import { NodeSockets } from "./node_sockets.ts";
import { StartTlsTransport, TlsServer } from "./starttls.ts";
import { testTransport, type TransportPair } from "./transport_suite.ts";
import { hasNodeTls } from "./tls.ts";
import type { Endpoint, SecureTransport, Transport } from "./transport.ts";
import { WireTransport } from "./wire_transport.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const STARTTLS = new TextEncoder().encode("<starttls/>");
const PROCEED = new TextEncoder().encode("<proceed/>");
const identity = await makeSelfSigned("ship.example", systemClock.nowMs());

const engines: [string, Sockets, boolean][] = [
  ["terminator on deno", new DenoSockets(nullLog, systemClock), false],
];
if (hasNodeTls()) {
  engines.push(["node:tls", new NodeSockets(nullLog, systemClock), true]);
  engines.push(["terminator on node", new NodeSockets(nullLog, systemClock), false]);
}
for (const [name, sockets, works] of engines) {
  testTransport(`starttls, ${name}`, () => startedPair(sockets, works));
}

async function startedPair(sockets: Sockets, works: boolean): Promise<TransportPair> {
  const server = new TlsServer(identity, () => Promise.resolve(works), systemClock);
  const accepted = Promise.withResolvers<SecureTransport>();
  const listener = await sockets.listen(LOOPBACK, false, async (wire) => {
    const transport = new StartTlsTransport(wire, server);
    await transport.readable.getReader().read();
    await transport.writable.getWriter().write(PROCEED);
    accepted.resolve(transport.startTls(5_000));
  });
  const a = await callStartTls(listener.local);
  const dispose = async () => void await Promise.all([listener.close(), server.close()]);
  return { a, b: await accepted.promise, dispose };
}

/** A client that asks for TLS and gets it. */
async function callStartTls(to: Endpoint): Promise<Transport> {
  const conn = await Deno.connect({ hostname: to.host, port: to.port });
  await conn.write(STARTTLS);
  assert.equal(await conn.read(new Uint8Array(64)), PROCEED.length);
  const secure = await Deno.startTls(conn, { hostname: "ship.example", caCerts: [identity.certificatePem] });
  await secure.handshake();
  return new WireTransport(new ConnWire(secure));
}
