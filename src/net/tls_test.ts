import assert from "node:assert/strict";
import net, { type Socket } from "node:net";
import tls, { type TLSSocket } from "node:tls";
import { nullLog, systemClock } from "../base/mod.ts";
import { makeSelfSigned } from "./certificate.ts";
import { SocketWire } from "./socket_wire.ts";
import type { Sockets } from "./sockets.ts";
import { DenoSockets } from "./deno_sockets.ts";
import { NodeSockets } from "./node_sockets.ts";
import { StartTlsTransport, TlsServer } from "./starttls.ts";
import { testTransport, type TransportPair } from "./transport_suite.ts";
import { hasNodeTls } from "./tls.ts";
import type { SecureTransport } from "./transport.ts";
import { WireTransport } from "./wire_transport.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
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
  const listener = await sockets.listen(LOOPBACK, true, async (wire) => {
    const transport = new StartTlsTransport(wire, server);
    const reader = transport.readable.getReader();
    await reader.read();
    const writer = transport.writable.getWriter();
    await writer.write(new TextEncoder().encode("<proceed/>"));
    accepted.resolve(transport.startTls(5_000));
  });
  const carrier = net.connect({ ...listener.local, allowHalfOpen: true });
  carrier.write("<starttls/>");
  await new Promise((resolve) => carrier.once("data", resolve));
  const socket = tls.connect({ socket: carrier, rejectUnauthorized: false });
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  const a = new WireTransport(new SocketWire(socket, carrier));
  return {
    a,
    b: await accepted.promise,
    dispose: async () => {
      await listener.close();
      await server.close();
    },
  };
}
