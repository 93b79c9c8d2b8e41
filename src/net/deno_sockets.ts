import { type Clock, errorText, type Log, sleep } from "../base/mod.ts";
import { ConnWire } from "./conn_wire.ts";
import { connectError, connectTimeout, listenError, type Sockets } from "./sockets.ts";
import type { Endpoint, Listener } from "./transport.ts";

/** How long accepting rests after it failed, for instance for want of file descriptors. */
const ACCEPT_REST_MS = 100;

/**
 * TCP through Deno's own API, for older versions, whose `node:net` cannot half-close and stops accepting after some
 * 500 connections. Keep-alive probes start when the operating system says.
 */
export class DenoSockets implements Sockets {
  readonly #log: Log;
  readonly #clock: Clock;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  listen(at: Endpoint, keepAlive: boolean, onWire: (wire: ConnWire) => void): Promise<Listener> {
    let listener: Deno.TcpListener;
    try {
      listener = Deno.listen({ hostname: at.host, port: at.port });
    } catch (error) {
      return Promise.reject(listenError(error, at));
    }
    let open = true;
    const accepting = (async () => {
      while (open) {
        const conn = await listener.accept().catch((error) => {
          if (open) this.#log.warn("accept failed", { error: errorText(error) });
        });
        if (conn !== undefined) onWire(prepare(conn, keepAlive));
        else if (open) await sleep(this.#clock, ACCEPT_REST_MS);
      }
    })();
    const close = () => {
      if (open) listener.close();
      open = false;
      return accepting;
    };
    return Promise.resolve({ local: { host: listener.addr.hostname, port: listener.addr.port }, close });
  }

  async connect(to: Endpoint, keepAlive: boolean, timeoutMs: number): Promise<ConnWire> {
    const limit = new AbortController();
    const cancelTimer = this.#clock.after(timeoutMs, () => limit.abort());
    try {
      const conn = await Deno.connect({ hostname: to.host, port: to.port, signal: limit.signal });
      return prepare(conn, keepAlive);
    } catch (error) {
      throw limit.signal.aborted ? connectTimeout(to, timeoutMs) : connectError(error, to);
    } finally {
      cancelTimer();
    }
  }
}

function prepare(conn: Deno.TcpConn, keepAlive: boolean): ConnWire {
  conn.setNoDelay(true);
  if (keepAlive) conn.setKeepAlive(true);
  return new ConnWire(conn);
}
