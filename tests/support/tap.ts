import type { Network, Transport } from "../../src/net/mod.ts";
import { PresetStream } from "../../src/stream/mod.ts";
import { DEFAULT_XML_LIMITS, type Element } from "../../src/xml/mod.ts";

/** Who sent a stanza: the one who called, or the one who was called. */
export type End = "caller" | "called";

/** A network, all links of which are overheard: streams of XEP-0361 in the clear. */
export function tapped(network: Network, overhear: (from: End, stanza: Element) => void): Network {
  const tap = (from: End, transport: Transport): Transport => {
    const stream = new PresetStream(DEFAULT_XML_LIMITS);
    const listen = new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        for (const output of stream.step({ kind: "bytes", bytes })) {
          if (output.kind === "stanza") overhear(from, output.element);
          if (output.kind === "fatal") throw new Error(`Cannot read the link: ${output.error.text}`);
        }
        controller.enqueue(bytes);
      },
    });
    return {
      readable: transport.readable.pipeThrough(listen),
      writable: transport.writable,
      closed: transport.closed,
      remote: transport.remote,
      abort: (reason) => transport.abort(reason),
    };
  };
  return {
    listenTcp: (at, onTransport, tls) => network.listenTcp(at, onTransport, tls),
    listenTls: (at, tls, onTransport) => network.listenTls(at, tls, onTransport),
    listenLink: (at, tls, onTransport) =>
      network.listenLink(at, tls, (transport) => onTransport(tap("caller", transport))),
    connectLink: async (to, tls, timeoutMs) => tap("called", await network.connectLink(to, tls, timeoutMs)),
  };
}
