import {
  type Clock,
  guard,
  type Log,
  type Metrics,
  type RandomSource,
  type Turn,
  unreachable,
} from "../base/mod.ts";
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

/** How often, at most, the log tells of clients that were refused. */
const REFUSALS_LOG_MS = 10_000;

/** The client side of the server: its listeners and the sessions on them. */
export class C2sService {
  readonly #context: C2sContext;
  readonly #sessions = new Map<Session, Promise<void>>();
  readonly #perAddress = new Map<string, number>();
  #listeners: Listener[] = [];
  #phase: "closed" | "holding" | "serving" = "closed";
  /** Clients that have connected and are not served yet. */
  #held: { readonly kind: ListenerKind; readonly transport: Transport }[] = [];
  /** Clients refused since the log last told of one, and when that was. */
  #refused = 0;
  #refusalLoggedMs = Number.NEGATIVE_INFINITY;

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
   * Opens every listener. Clients that connect have to wait for `serve`.
   * @throws {Error} naming the address that cannot be listened on
   */
  async open(): Promise<void> {
    const { network, tls, listeners } = this.#context;
    this.#phase = "holding";
    for (const { kind, at } of listeners) {
      const take = (transport: Transport) => this.#take(kind, transport);
      const opened = kind === "tls"
        ? network.listenTls(at, tls, take)
        : network.listenTcp(at, take, kind === "starttls" ? tls : undefined);
      this.#listeners.push(await opened);
    }
  }

  /** Serves those who have connected, and from now on everyone at once. */
  serve(): void {
    this.#phase = "serving";
    const held = this.#held;
    this.#held = [];
    for (const { kind, transport } of held) this.#serve(kind, transport);
  }

  /** Takes no more clients and ends the streams of those there are. */
  async stop(): Promise<void> {
    const closing = this.#close();
    const { log } = this.#context;
    for (const session of this.#sessions.keys()) guard(log, "client not told", () => session.shutdown());
    await Promise.all([closing, ...this.#sessions.values()]);
  }

  /** Takes no more clients and drops those there are without a word. */
  async abort(): Promise<void> {
    const closing = this.#close();
    for (const session of this.#sessions.keys()) session.abort("internal");
    await Promise.all([closing, ...this.#sessions.values()]);
  }

  async #close(): Promise<void> {
    this.#phase = "closed";
    for (const { transport } of this.#held) transport.abort("shutdown");
    this.#held = [];
    const listeners = this.#listeners;
    this.#listeners = [];
    await Promise.all(listeners.map((listener) => listener.close()));
  }

  #take(kind: ListenerKind, transport: Transport): void {
    switch (this.#phase) {
      case "serving":
        return this.#serve(kind, transport);
      case "holding":
        if (this.#held.length >= this.#context.limits.connections) return transport.abort("limit");
        return void this.#held.push({ kind, transport });
      case "closed":
        // It was in its TLS handshake when the listener was closed.
        return transport.abort("shutdown");
      default:
        unreachable(this.#phase);
    }
  }

  #serve(kind: ListenerKind, transport: Transport): void {
    const { limits, log, metrics } = this.#context;
    const { host } = transport.remote;
    const fromHere = this.#perAddress.get(host) ?? 0;
    if (this.#sessions.size >= limits.connections || fromHere >= limits.connectionsPerAddress) {
      this.#refuse(transport, fromHere);
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

  /** Whoever connects again and again must not fill the log. */
  #refuse(transport: Transport, fromHere: number): void {
    const { clock, log, metrics } = this.#context;
    metrics.count("halyard_clients_refused_total");
    transport.abort("limit");
    this.#refused++;
    if (clock.monotonicMs() - this.#refusalLoggedMs < REFUSALS_LOG_MS) return;
    log.warn("client refused: too many connections", {
      remote: transport.remote.host,
      fromHere,
      all: this.#sessions.size,
      refused: this.#refused,
    });
    this.#refused = 0;
    this.#refusalLoggedMs = clock.monotonicMs();
  }

  #leave(host: string): void {
    const left = (this.#perAddress.get(host) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(host, left);
    else this.#perAddress.delete(host);
  }
}
