import assert from "node:assert/strict";
import net from "node:net";
import { nullLog, systemClock } from "../base/mod.ts";
import { NodeSockets } from "./node_sockets.ts";
import { allSockets, LOOPBACK } from "./test_support.ts";
import { testTransport, type TransportPair } from "./transport_suite.ts";
import type { Sockets } from "./sockets.ts";
import { hasNodeTls } from "./tls.ts";
import { TransportError } from "./wire.ts";
import { WireTransport } from "./wire_transport.ts";

for (const [name, sockets] of allSockets()) testTransport(`tcp of ${name}`, () => connectedPair(sockets));

async function connectedPair(sockets: Sockets): Promise<TransportPair> {
  const accepted = Promise.withResolvers<WireTransport>();
  const listener = await sockets.listen(LOOPBACK, true, (wire) => accepted.resolve(new WireTransport(wire)));
  const a = new WireTransport(await sockets.connect(listener.local, true, 1_000));
  return { a, b: await accepted.promise, dispose: () => listener.close() };
}

Deno.test("tcp of node: a connection that is reset is lost", { ignore: !hasNodeTls() }, async () => {
  const sockets = new NodeSockets(nullLog, systemClock); // through Deno's own API a reset looks like an end
  const accepted = Promise.withResolvers<WireTransport>();
  const listener = await sockets.listen(LOOPBACK, true, (wire) => accepted.resolve(new WireTransport(wire)));
  const caller = net.connect(listener.local);
  const transport = await accepted.promise;
  const reading = transport.readable.getReader().read();
  const gone = new Promise((resolve) => caller.once("close", resolve));
  caller.resetAndDestroy();
  await assert.rejects(reading, (error) => error instanceof TransportError && error.reason === "lost");
  await assert.rejects(transport.writable.getWriter().write(Uint8Array.of(1)), TransportError);
  assert.equal(await transport.closed, "lost");
  await Promise.all([gone, listener.close()]);
});
