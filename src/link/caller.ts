import {
  Backoff,
  type CancelTimer,
  type Clock,
  errorText,
  guard,
  type Log,
  type RandomSource,
} from "../base/mod.ts";
import { ConnectError, type Endpoint, type Network, type Transport } from "../net/mod.ts";
import type { TcpCarrierConfig } from "./peer_config.ts";

/** What a caller stands on. */
export interface CallerOptions {
  readonly peer: string;
  /** In the order in which they are tried; those without `connect` are left out. */
  readonly carriers: readonly TcpCarrierConfig[];
  readonly network: Network;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  /** A call has begun. */
  readonly onCalling: () => void;
  /** A call went through. */
  readonly onConnected: (transport: Transport, carrier: TcpCarrierConfig) => void;
  /** Every carrier was tried in vain. */
  readonly onFailed: () => void;
}

type Way = TcpCarrierConfig & { readonly connect: Endpoint };

/**
 * Calls a peer: one call at a time, each over the first carrier that gets through, with growing pauses between. Its
 * owner says when; a peer without any `connect` is never called.
 */
export class Caller {
  readonly #options: CallerOptions;
  readonly #ways: readonly Way[];
  readonly #backoff: Backoff;
  /** The call under way; another object when it was given up meanwhile. */
  #call: object | undefined;
  #cancelPause: CancelTimer | undefined;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#ways = options.carriers.filter((carrier): carrier is Way => carrier.connect !== undefined);
    this.#backoff = new Backoff(options.random);
  }

  /** Whether a call is under way. */
  get isCalling(): boolean {
    return this.#call !== undefined;
  }

  /** Calls at once, unless a call is under way. */
  callNow(): void {
    this.rest();
    if (this.#ways.length === 0 || this.isCalling) return;
    guard(this.#options.log, "link call failed", () => this.#tryAll());
  }

  /** Calls after a pause, longer each time, unless a call is under way or awaited. */
  callLater(): void {
    const [way] = this.#ways;
    if (way === undefined || this.isCalling || this.#cancelPause !== undefined) return;
    const pauseMs = this.#backoff.next(way.retryFirstMs, way.retryMostMs);
    this.#options.log.debug("link call awaited", { peer: this.#options.peer, pauseMs });
    this.#cancelPause = this.#options.clock.after(pauseMs, () => this.callNow());
  }

  /** The link has worked: pauses begin small again. */
  succeeded(): void {
    this.#backoff.reset();
  }

  /** Awaits no further call; one under way goes on. */
  rest(): void {
    this.#cancelPause?.();
    this.#cancelPause = undefined;
  }

  /** Also gives up a call under way. */
  stop(): void {
    this.rest();
    this.#call = undefined;
  }

  async #tryAll(): Promise<void> {
    const call = {};
    this.#call = call;
    this.#options.onCalling();
    for (const way of this.#ways) {
      const transport = await this.#try(way);
      if (this.#call !== call) return transport?.abort("closed-by-us");
      if (transport === undefined) continue;
      this.#call = undefined;
      return this.#options.onConnected(transport, way);
    }
    this.#call = undefined;
    this.#options.onFailed();
  }

  async #try(way: Way): Promise<Transport | undefined> {
    const { network, log, peer } = this.#options;
    try {
      return await network.connectLink(way.connect, way.tls, way.connectTimeoutMs);
    } catch (error) {
      const reason = error instanceof ConnectError ? error.reason : "internal";
      const { host, port } = way.connect;
      log.info("link call failed", { peer, host, port, reason, error: errorText(error) });
      return undefined;
    }
  }
}
