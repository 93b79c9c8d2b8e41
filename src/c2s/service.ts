import type { Clock, Log, Metrics, RandomSource, Turn } from "../base/mod.ts";
import type { Endpoint, Listener, Network, TlsIdentity, Transport } from "../net/mod.ts";
import type { ClientServices } from "../router/mod.ts";
import type { C2sLimits, CredentialSource } from "../stream/mod.ts";
import type { Element } from "../xml/mod.ts";
import { Congestion } from "./congestion.ts";
import { type ListenerKind, Session } from "./session.ts";

/** Bounds on what clients may make the server hold. */
export interface ClientLimits {
  readonly stream: C2sLimits;
  /** Time from connecting to having bound a resource. */
  readonly negotiationMs: number;
  /** Time a client gets to close its side once we have closed ours. */
  readonly closeMs: number;
  /** Connections at the same time, all clients together. */
  readonly connections: number;
  /** Connections at the same time from one IP address. */
  readonly connectionsPerAddress: number;
  /** Bytes that one client may leave unread before its session is ended. */
  readonly unsentSizeBytes: number;
  /** Unread bytes above which those who write to the client are slowed down. */
  readonly highWaterSizeBytes: number;
  /** Longest that one read of a sender waits for its receivers. */
  readonly congestionMs: number;
}

/** Where clients may connect. */
export interface ClientListener {
  readonly kind: ListenerKind;
  readonly at: Endpoint;
}

export interface C2sOptions {
  readonly domain: string;
  readonly listeners: readonly ClientListener[];
  readonly tls: TlsIdentity;
  readonly network: Network;
  readonly accounts: CredentialSource;
  readonly services: ClientServices;
  /** Stream features offered after authentication besides resource binding, for instance roster versioning. */
  readonly streamFeatures: readonly Element[];
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly turn: Turn;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limits: ClientLimits;
}

/** What every session shares. */
export interface C2sContext extends C2sOptions {
  readonly congestion: Congestion;
}

/** The client side of the server: its listeners and the sessions on them. */
export class C2sService {
  readonly #context: C2sContext;
  readonly #sessions = new Map<Session, Promise<void>>();
  readonly #perAddress = new Map<string, number>();
  #listeners: Listener[] = [];

  constructor(options: C2sOptions) {
    this.#context = { ...options, congestion: new Congestion(options.clock, options.limits.congestionMs) };
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sessions.size;
  }

  /** The addresses listened on, in the order of the configuration. */
  get addresses(): readonly Endpoint[] {
    return this.#listeners.map((listener) => listener.local);
  }

  /**
   * Opens every listener.
   * @throws {Error} naming the address that cannot be listened on
   */
  async start(): Promise<void> {
    const { network, tls, listeners } = this.#context;
    for (const { kind, at } of listeners) {
      const serve = (transport: Transport) => this.#serve(kind, transport);
      const opened = kind === "tls"
        ? network.listenTls(at, tls, serve)
        : network.listenTcp(at, serve, kind === "starttls" ? tls : undefined);
      this.#listeners.push(await opened);
    }
  }

  /** Takes no more clients and ends the streams of those there are. */
  async stop(): Promise<void> {
    const closing = this.#listeners.map((listener) => listener.close());
    this.#listeners = [];
    for (const session of this.#sessions.keys()) session.shutdown();
    await Promise.all([...closing, ...this.#sessions.values()]);
  }

  #serve(kind: ListenerKind, transport: Transport): void {
    const { limits, log, metrics } = this.#context;
    const { host } = transport.remote;
    const fromHere = this.#perAddress.get(host) ?? 0;
    if (this.#sessions.size >= limits.connections || fromHere >= limits.connectionsPerAddress) {
      log.warn("client refused: too many connections", { remote: host, fromHere, all: this.#sessions.size });
      metrics.count("halyard_clients_refused_total");
      transport.abort("limit");
      return;
    }
    this.#perAddress.set(host, fromHere + 1);
    metrics.count("halyard_client_connections_total", { listener: kind });
    const session = new Session(this.#context, kind, transport);
    const done = session.run().then((reason) => {
      this.#sessions.delete(session);
      this.#leave(host);
      metrics.count("halyard_client_ends_total", { reason });
      log.debug("client gone", { reason, remote: host });
    });
    this.#sessions.set(session, done);
  }

  #leave(host: string): void {
    const left = (this.#perAddress.get(host) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(host, left);
    else this.#perAddress.delete(host);
  }
}
