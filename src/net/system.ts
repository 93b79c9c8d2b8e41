import { type Clock, errorText, type Log, systemClock } from "../base/mod.ts";
import { DenoSockets } from "./deno_sockets.ts";
import { PinnedTls } from "./link_tls.ts";
import { NodeSockets } from "./node_sockets.ts";
import { nodeTlsWorks } from "./upgrade_check.ts";
import { formatEndpoint, type Sockets } from "./sockets.ts";
import { StartTlsTransport, TlsServer } from "./starttls.ts";
import { hasNodeTls } from "./tls.ts";
import {
  ConnectError,
  type Endpoint,
  type LinkTls,
  type Listener,
  type Network,
  type SecureTransport,
  type TlsIdentity,
  type Transport,
  type UpgradableTransport,
} from "./transport.ts";
import { TransportError, type Wire } from "./wire.ts";
import { WireTransport } from "./wire_transport.ts";

/** How long a client may take over its TLS handshake under direct TLS. */
export const CLIENT_HANDSHAKE_LIMIT_MS = 15_000;
/** The same for a link, where the two kilobytes of a handshake alone may take half a minute. */
export const LINK_HANDSHAKE_LIMIT_MS = 120_000;
/** How many connections to one listener may be in the middle of their TLS handshake; more are closed at once. */
export const MAX_HANDSHAKES = 500;

/** The network of this machine. */
export function systemNetwork(log: Log, clock: Clock = systemClock): Network {
  return new SystemNetwork(log, clock);
}

class SystemNetwork implements Network {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #sockets: Sockets;
  #selfTest: Promise<boolean> | undefined;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.#sockets = hasNodeTls() ? new NodeSockets(log, clock) : new DenoSockets(log, clock);
  }

  async listenTcp(
    at: Endpoint,
    onTransport: (transport: UpgradableTransport) => void,
    identity?: TlsIdentity,
  ): Promise<Listener> {
    const tls = identity && this.#tlsServer(identity);
    const listener = await this.#sockets.listen(
      at,
      true,
      (wire) => onTransport(new StartTlsTransport(wire, tls)),
    );
    return {
      local: listener.local,
      close: async () => void await Promise.all([listener.close(), tls?.close()]),
    };
  }

  async listenTls(
    at: Endpoint,
    identity: TlsIdentity,
    onTransport: (transport: SecureTransport) => void,
  ): Promise<Listener> {
    const tls = this.#tlsServer(identity);
    const secure = async (wire: Wire) => {
      const acceptor = await tls.acceptor();
      return await acceptor.accept(wire, new Uint8Array(), CLIENT_HANDSHAKE_LIMIT_MS);
    };
    const listener = await this.#listenSecured(at, true, secure, onTransport);
    return {
      local: listener.local,
      close: async () => void await Promise.all([listener.close(), tls.close()]),
    };
  }

  async listenLink(
    at: Endpoint,
    link: LinkTls | undefined,
    onTransport: (transport: Transport) => void,
  ): Promise<Listener> {
    if (link === undefined) {
      return await this.#sockets.listen(at, true, (wire) => onTransport(new WireTransport(wire)));
    }
    const tls = await this.#pinnedTls(link);
    const secure = (wire: Wire) => tls.accept(wire, LINK_HANDSHAKE_LIMIT_MS);
    return await this.#listenSecured(at, true, secure, onTransport);
  }

  async connectLink(to: Endpoint, link: LinkTls | undefined, timeoutMs: number): Promise<Transport> {
    const startMs = this.#clock.monotonicMs();
    const tls = link && await this.#pinnedTls(link);
    const wire = await this.#sockets.connect(to, true, timeoutMs);
    if (tls === undefined) return new WireTransport(wire);
    try {
      return await tls.call(wire, timeoutMs - (this.#clock.monotonicMs() - startMs));
    } catch (error) {
      const reason = error instanceof TransportError ? error.reason : "internal";
      throw new ConnectError(reason, `Cannot connect to ${formatEndpoint(to)}: ${errorText(error)}`);
    }
  }

  /** Listens, and hands out what has got through its handshake. */
  async #listenSecured<T extends Transport>(
    at: Endpoint,
    keepAlive: boolean,
    secure: (wire: Wire) => Promise<T>,
    onTransport: (transport: T) => void,
  ): Promise<Listener> {
    const handshakes = new Set<Wire>();
    const admit = async (wire: Wire) => {
      handshakes.add(wire);
      const transport = await secure(wire).catch((error) => {
        this.#log.info("tls handshake failed", {
          remote: formatEndpoint(wire.remote),
          why: errorText(error),
        });
        wire.destroy("tls-failed");
      });
      handshakes.delete(wire);
      if (transport !== undefined) onTransport(transport);
    };
    const listener = await this.#sockets.listen(at, keepAlive, (wire) => {
      if (handshakes.size < MAX_HANDSHAKES) return void admit(wire);
      this.#log.warn("too many tls handshakes", {
        limit: MAX_HANDSHAKES,
        remote: formatEndpoint(wire.remote),
      });
      wire.destroy("limit");
    });
    const close = async () => {
      for (const wire of handshakes) wire.destroy("shutdown");
      await listener.close();
    };
    return { local: listener.local, close };
  }

  #tlsServer(identity: TlsIdentity): TlsServer {
    return new TlsServer(identity, () => this.#nodeTlsWorks(identity), this.#clock);
  }

  async #pinnedTls(link: LinkTls): Promise<PinnedTls> {
    const tls = new PinnedTls(link, this.#clock);
    if (await this.#nodeTlsWorks(link)) return tls;
    throw new Error(
      "Cannot use TLS on a link: this Deno cannot ask the peer for its certificate; 2.8 and later can",
    );
  }

  #nodeTlsWorks(identity: TlsIdentity): Promise<boolean> {
    return this.#selfTest ??= this.#testNodeTls(identity);
  }

  async #testNodeTls(identity: TlsIdentity): Promise<boolean> {
    const works = await nodeTlsWorks(identity, this.#clock);
    if (!works) {
      this.#log.info("tls through loopback", { why: "node:tls cannot take over a socket on this Deno" });
    }
    return works;
  }
}
