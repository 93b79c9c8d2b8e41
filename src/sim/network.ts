import type { Clock } from "../base/mod.ts";
import { ConnectError, type Endpoint, type Listener, type Network, type Transport } from "../net/mod.ts";
import { SimLink } from "./link.ts";

type Accept = (transport: Transport) => void;

/**
 * A network in memory: link connections cross `link`, client connections take no time. There is no TLS in it.
 *
 * Every server under test gets its own view by `from(host)`, so that a listener sees who called.
 */
export class SimNetwork {
  readonly #clock: Clock;
  readonly #listening = new Map<string, Accept>();
  readonly #fast: SimLink;
  readonly link: SimLink;

  constructor(clock: Clock, link: SimLink) {
    this.#clock = clock;
    this.link = link;
    this.#fast = new SimLink(clock, { rateBps: undefined, delayMs: 0 });
  }

  /** The network as the machine at `host` sees it. */
  from(host: string): Network {
    const listen = (at: Endpoint, accept: Accept) => this.#listen(at, accept);
    return {
      listenTcp: (at, onTransport) =>
        listen(at, (transport) => {
          const startTls = () =>
            Promise.reject(new Error("Cannot start TLS: the simulated network has none"));
          const { readable, writable, closed, remote } = transport;
          onTransport({
            readable,
            writable,
            closed,
            remote,
            abort: (reason) => transport.abort(reason),
            startTls,
          });
        }),
      listenTls: () => Promise.reject(new Error("Cannot listen for TLS: the simulated network has none")),
      listenLink: (at, _tls, onTransport) => listen(at, onTransport),
      // What a machine says to itself does not cross the link.
      connectLink: (to) => this.#call(to.host === host ? this.#fast : this.link, host, to),
    };
  }

  /** Calls a client listener from `host`. */
  connectClient(host: string, to: Endpoint): Promise<Transport> {
    return this.#call(this.#fast, host, to);
  }

  #listen(at: Endpoint, accept: Accept): Promise<Listener> {
    const key = `${at.host}:${at.port}`;
    if (this.#listening.has(key)) return Promise.reject(new Error(`Cannot listen on ${key}: address in use`));
    this.#listening.set(key, accept);
    const close = () => {
      this.#listening.delete(key);
      return Promise.resolve();
    };
    return Promise.resolve({ local: at, close });
  }

  #call(link: SimLink, host: string, to: Endpoint): Promise<Transport> {
    const key = `${to.host}:${to.port}`;
    if (!link.up) {
      return Promise.reject(new ConnectError("unreachable", `Cannot reach ${key}: the link is cut`));
    }
    const accept = this.#listening.get(key);
    if (accept === undefined) {
      return Promise.reject(new ConnectError("refused", `Cannot reach ${key}: nobody listens there`));
    }
    const [near, far] = link.connect({ host, port: 1 }, { host: to.host, port: to.port });
    return new Promise((resolve) =>
      void this.#clock.after(0, () => {
        accept(far);
        resolve(near);
      })
    );
  }
}
