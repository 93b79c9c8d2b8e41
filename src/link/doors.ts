import type { Log } from "../base/mod.ts";
import { isInRanges } from "../config/mod.ts";
import type { Endpoint, LinkTls, Listener, Network, Transport } from "../net/mod.ts";
import type { CarrierConfig, LinkPeer, TcpCarrierConfig } from "./peer_config.ts";

/** One who may call at a door. */
interface Guest {
  readonly peer: LinkPeer;
  readonly carrier: TcpCarrierConfig;
}

/** One listening endpoint with all who may call there. */
interface Door {
  readonly at: Endpoint;
  readonly tls: LinkTls | undefined;
  readonly guests: Guest[];
}

/**
 * The endpoints where peers may call. Several peers may share one: nothing is negotiated on a link, so the address of
 * the caller says who it is (XEP-0361 section 4.2).
 */
export class Doors {
  readonly #doors = new Map<string, Door>();
  readonly #network: Network;
  readonly #log: Log;
  #listeners: Listener[] = [];

  /** @throws {Error} when carriers that share an endpoint want different TLS there */
  constructor(peers: readonly LinkPeer[], network: Network, log: Log) {
    this.#network = network;
    this.#log = log;
    for (const peer of peers) {
      for (const carrier of peer.config.carriers) this.#add(peer, carrier);
    }
  }

  /** Where it listens, in the order of the configuration. */
  get endpoints(): readonly Endpoint[] {
    return this.#listeners.map((listener) => listener.local);
  }

  /** @throws {Error} when one of the endpoints cannot be listened on; none is open then */
  async open(): Promise<void> {
    try {
      for (const door of this.#doors.values()) {
        const { at, tls } = door;
        this.#listeners.push(
          await this.#network.listenLink(at, tls, (transport) => this.#answer(door, transport)),
        );
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const listeners = this.#listeners;
    this.#listeners = [];
    await Promise.all(listeners.map((listener) => listener.close()));
  }

  #add(peer: LinkPeer, carrier: CarrierConfig): void {
    if (carrier.kind !== "tcp" || carrier.listen === undefined) return;
    const { host, port } = carrier.listen;
    const key = `${host}:${port}`;
    const door = this.#doors.get(key) ?? { at: carrier.listen, tls: carrier.tls, guests: [] };
    if (!isSameTls(door.tls, carrier.tls)) {
      throw new Error(
        `Cannot listen on ${key}: peer ${peer.config.name} wants other TLS there than the one before`,
      );
    }
    door.guests.push({ peer, carrier });
    this.#doors.set(key, door);
  }

  #answer(door: Door, transport: Transport): void {
    const { host } = transport.remote;
    const guest = door.guests.find(({ carrier }) => isInRanges(carrier.allowFrom, host));
    if (guest !== undefined) return guest.peer.acceptCall(transport, guest.carrier);
    this.#log.warn("link call refused", { host, port: door.at.port, reason: "not-allowed" });
    transport.abort("not-allowed");
  }
}

function isSameTls(a: LinkTls | undefined, b: LinkTls | undefined): boolean {
  return a?.certificatePem === b?.certificatePem && a?.keyPem === b?.keyPem &&
    a?.peerFingerprint === b?.peerFingerprint;
}
