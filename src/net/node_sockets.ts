import net from "node:net";
import { type Clock, errorText, type Log } from "../base/mod.ts";
import { SocketWire } from "./socket_wire.ts";
import { connectError, connectTimeout, KEEP_ALIVE_DELAY_MS, listenError, type Sockets } from "./sockets.ts";
import type { ConnectError, Endpoint, Listener } from "./transport.ts";

/** TCP through `node:net`. */
export class NodeSockets implements Sockets {
  readonly #log: Log;
  readonly #clock: Clock;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  listen(at: Endpoint, keepAlive: boolean, onWire: (wire: SocketWire) => void): Promise<Listener> {
    const { promise, resolve, reject } = Promise.withResolvers<Listener>();
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      if (keepAlive) socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
      onWire(new SocketWire(socket));
    });
    const onFailure = (error: Error) => reject(listenError(error, at));
    server.once("error", onFailure);
    server.listen({ host: at.host, port: at.port }, () => {
      server.off("error", onFailure);
      server.on("error", (error) => this.#log.warn("accept failed", { error: errorText(error) }));
      resolve({ local: localEndpoint(server, at), close: () => close(server) });
    });
    return promise;
  }

  connect(to: Endpoint, keepAlive: boolean, timeoutMs: number): Promise<SocketWire> {
    const { promise, resolve, reject } = Promise.withResolvers<SocketWire>();
    const socket = net.connect({
      ...to,
      allowHalfOpen: true,
      // Otherwise each address of a name gets 250 ms, less than one round trip on the links meant here.
      autoSelectFamily: false,
    });
    const fail = (error: ConnectError) => {
      cancelTimer();
      socket.destroy();
      reject(error);
    };
    const onError = (error: Error) => fail(connectError(error, to));
    const cancelTimer = this.#clock.after(timeoutMs, () => fail(connectTimeout(to, timeoutMs)));
    socket.on("error", onError);
    socket.once("connect", () => {
      cancelTimer();
      if (keepAlive) socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
      const wire = new SocketWire(socket);
      socket.off("error", onError);
      resolve(wire);
    });
    return promise;
  }
}

function localEndpoint(server: net.Server, at: Endpoint): Endpoint {
  const address = server.address();
  return typeof address === "object" && address !== null ? { host: address.address, port: address.port } : at;
}

/** Stops listening; connections that were accepted go on. */
function close(server: net.Server): Promise<void> {
  server.close();
  return Promise.resolve();
}
