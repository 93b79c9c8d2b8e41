import assert from "node:assert/strict";
import { nullLog, systemClock } from "../base/mod.ts";
import { DenoSockets } from "./deno_sockets.ts";
import { NodeSockets } from "./node_sockets.ts";
import type { Sockets } from "./sockets.ts";
import { ConnectError, type Listener } from "./transport.ts";
import { testTransport, type TransportPair } from "./transport_suite.ts";
import { WireTransport } from "./wire_transport.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const engines: [string, Sockets][] = [["tcp of deno", new DenoSockets(nullLog, systemClock)]];
engines.push(["tcp of node", new NodeSockets(nullLog, systemClock)]);

for (const [name, sockets] of engines) {
  testTransport(name, () => connectedPair(sockets));
}

async function connectedPair(sockets: Sockets): Promise<TransportPair> {
  const accepted = Promise.withResolvers<WireTransport>();
  const listener = await sockets.listen(LOOPBACK, true, (wire) => accepted.resolve(new WireTransport(wire)));
  const a = new WireTransport(await sockets.connect(listener.local, true, 1_000));
  return { a, b: await accepted.promise, dispose: () => listener.close() };
}
