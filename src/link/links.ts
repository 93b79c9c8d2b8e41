import { errorText } from "../base/mod.ts";
import type { Endpoint } from "../net/mod.ts";
import type { Hop } from "../router/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import type { QueuedStanza } from "../storage/mod.ts";
import { BlockPeer } from "./block_peer.ts";
import { CalmLog } from "./calm_log.ts";
import type { LinkContext } from "./context.ts";
import type { LinkMode } from "./mode.ts";
import { Doors } from "./doors.ts";
import { FlowPeer } from "./flow_peer.ts";
import { Peer } from "./peer.ts";
import type { LinkPeer, PeerConfig } from "./peer_config.ts";
import type { PeerStatus } from "./status.ts";
import { Stations } from "./stations.ts";
import { readStored } from "./stored.ts";

/** What the links of a server are made of. */
export interface LinksOptions extends Omit<LinkContext, "stations"> {
  readonly peers: readonly PeerConfig[];
}

/** The slow side of a server: the links to its peers. As a hop it takes what is addressed to one of their domains. */
export class Links implements Hop {
  readonly name = "links";
  readonly #peers = new Map<string, LinkPeer>();
  readonly #byDomain = new Map<string, LinkPeer>();
  readonly #doors: Doors;
  readonly #context: LinkContext;

  /** @throws {Error} when peers share a name, a domain, or an endpoint under different TLS */
  constructor(options: LinksOptions) {
    const { peers, ...rest } = options;
    const shared = { ...rest, log: new CalmLog(rest.log, rest.clock) };
    const context = { ...shared, stations: new Stations(shared) };
    this.#context = context;
    for (const config of peers) {
      this.#add(peerOf(config, context));
    }
    this.#doors = new Doors([...this.#peers.values()], context.network, context.log);
  }

  /** Where peers may call, in the order of the configuration; empty unless started. */
  get endpoints(): readonly Endpoint[] {
    return this.#doors.endpoints;
  }

  /**
   * Opens every listener, takes up what waited at the last stop, and calls the peers that may be called.
   * @throws {Error} when a listener cannot be opened; nothing has started then
   */
  async start(): Promise<void> {
    await this.#doors.open();
    for (const peer of this.#peers.values()) peer.start();
    this.#rehome();
    this.#tellStranded();
  }

  /** Ends every stream in good order, within seconds. What waits stays in the store. */
  async stop(): Promise<void> {
    await this.#doors.close();
    await Promise.all([...this.#peers.values()].map((peer) => peer.stop()));
    this.#context.stations.stop();
  }

  accept(stanza: Stanza): boolean {
    const peer = this.#byDomain.get(stanza.to.domain);
    peer?.accept(stanza);
    return peer !== undefined;
  }

  /** The peers in the order of the configuration. */
  status(): PeerStatus[] {
    return [...this.#peers.values()].map((peer) => peer.status());
  }

  /**
   * Switches a link on, off or to receive-only, also for later starts. Unless on, everything waits; off, the peer's
   * calls are refused.
   * @throws {Error} when there is no such peer
   */
  setMode(name: string, mode: LinkMode): void {
    this.#peer(name).setMode(mode);
  }

  /**
   * Drops what waits for a peer, each stanza answered with an error.
   * @returns how many there were
   * @throws {Error} when there is no such peer
   */
  flush(name: string): number {
    return this.#peer(name).flush();
  }

  /**
   * From what the compressor of a link in profile `xep-0361` goes on: the last of what was sent on its connection.
   * Undefined when there is none, and in other profiles.
   * @throws {Error} when there is no such peer
   */
  recentXml(name: string): string | undefined {
    return this.#peer(name).recentXml?.();
  }

  /** What waits for a peer that is no longer configured goes where its address leads now, or back to its sender. */
  #rehome(): void {
    const { storage, router, log } = this.#context;
    for (const name of storage.linkQueue.peers().filter((name) => !this.#peers.has(name))) {
      const stored = storage.linkQueue.list(name);
      log.warn("queue of a peer that is not configured", { peer: name, stanzas: stored.length });
      storage.linkQueue.remove(name, stored.map(({ id }) => id));
      for (const one of stored) {
        const stanza = this.#read(name, one);
        if (stanza !== undefined) router.route(stanza);
      }
    }
  }

  /** What has left under another name may have arrived, so it must not be sent again: somebody has to decide. */
  #tellStranded(): void {
    const { storage, log } = this.#context;
    for (const { peer, stanzas } of storage.unacknowledged()) {
      if (this.#peers.has(peer)) continue;
      log.warn("unacknowledged stanzas of a peer that is not configured", { peer, stanzas });
    }
  }

  /** A stanza that waited; undefined when it cannot be read: then nobody can be answered. */
  #read(name: string, stored: QueuedStanza): Stanza | undefined {
    try {
      return readStored(stored).stanza;
    } catch (error) {
      const { id } = stored;
      this.#context.log.error("stored stanza is unreadable", { peer: name, id, error: errorText(error) });
      return undefined;
    }
  }

  #add(peer: LinkPeer): void {
    const { name, domains } = peer.config;
    if (this.#peers.has(name)) throw new Error(`Cannot use peer ${name}: there is another of that name`);
    this.#peers.set(name, peer);
    for (const domain of domains) {
      const other = this.#byDomain.get(domain);
      if (other !== undefined) {
        throw new Error(`Cannot use peer ${name}: ${domain} is a domain of ${other.config.name}`);
      }
      this.#byDomain.set(domain, peer);
    }
  }

  #peer(name: string): LinkPeer {
    const peer = this.#peers.get(name);
    if (peer === undefined) {
      throw new Error(`Cannot find peer ${name}: known are ${[...this.#peers.keys()].join(", ")}`);
    }
    return peer;
  }
}

/** The link to a peer, by its profile and, in `xep-0361`, by what bears it. */
function peerOf(config: PeerConfig, context: LinkContext): LinkPeer {
  if (config.profile === "halyard") return new FlowPeer(config, context);
  const [carrier] = config.carriers;
  return carrier?.kind === "stanag5066" ? new BlockPeer(config, carrier, context) : new Peer(config, context);
}
