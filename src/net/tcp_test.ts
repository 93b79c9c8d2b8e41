import { allSockets, LOOPBACK } from "./test_support.ts";
import { testTransport, type TransportPair } from "./transport_suite.ts";
import type { Sockets } from "./sockets.ts";
import { WireTransport } from "./wire_transport.ts";

for (const [name, sockets] of allSockets()) testTransport(`tcp of ${name}`, () => connectedPair(sockets));

async function connectedPair(sockets: Sockets): Promise<TransportPair> {
  const accepted = Promise.withResolvers<WireTransport>();
  const listener = await sockets.listen(LOOPBACK, true, (wire) => accepted.resolve(new WireTransport(wire)));
  const a = new WireTransport(await sockets.connect(listener.local, true, 1_000));
  return { a, b: await accepted.promise, dispose: () => listener.close() };
}
