import { type Clock, errorText, type Log, Metrics, type RandomSource, type Turn } from "./base/mod.ts";
import { C2sService, type ClientLimits, type ClientListener } from "./c2s/mod.ts";
import { type CachePolicy, Caches, type CacheStatus } from "./cache/mod.ts";
import type { Config, PeerConfig as ConfiguredPeer } from "./config/mod.ts";
import {
  DEFAULT_IM_LIMITS,
  DEFAULT_PRESENCE_POLICY,
  imFeature,
  type ImLimits,
  imStreamFeatures,
  InstantMessaging,
  type PresenceLink,
} from "./im/mod.ts";
import { linkPeerOf, Links, type PeerStatus, slownessOf } from "./link/mod.ts";
import { type Endpoint, type Network, type TlsIdentity } from "./net/mod.ts";
import { type Feature, IqTable, Router } from "./router/mod.ts";
import { NS } from "./stanza/mod.ts";
import type { Storage } from "./storage/mod.ts";
import { type CredentialSource, DEFAULT_C2S_LIMITS } from "./stream/mod.ts";
import { disco, entityTime, lastActivity, ping, ServerAddress, softwareVersion, vcard } from "./xep/mod.ts";
import type { XmlLimits } from "./xml/mod.ts";

export type { CacheStatus, PeerStatus };

/** Everything a server stands on. Two servers in one process share nothing that is not given here. */
export interface ServerOptions {
  readonly config: Config;
  readonly network: Network;
  readonly storage: Storage;
  readonly turn: Turn;
  readonly tls: TlsIdentity;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** The keys of the peers that have `auth`, by the peers' names. */
  readonly linkKeys?: ReadonlyMap<string, Uint8Array>;
  /** Version of the program, for XEP-0092 and `status`. */
  readonly version: string;
}

/** A server as an operator sees it. */
export interface ServerStatus {
  readonly domain: string;
  readonly version: string;
  readonly startedMs: number;
  readonly nowMs: number;
  /** Client connections that are open. */
  readonly clients: number;
  readonly peers: readonly PeerStatus[];
  /** Answers of far sides that are kept here, by peer. */
  readonly caches: readonly CacheStatus[];
  /** Every counter since the start, by its name and labels as Prometheus writes them. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Time that a client gets to close its side once we have closed ours. */
const CLOSE_MS = 5_000;
/** Longest that one read of a client's waits for those it writes to. */
const CONGESTION_MS = 200;
/** Share of `limits.unsent_size` above which those who write to a client are slowed down. */
const HIGH_WATER_SHARE = 0.25;
/** Name under which the secret is kept that makes salts for accounts that do not exist. */
const FAKE_SECRET = "sasl-fake-secret";
const FAKE_SECRET_SIZE_BYTES = 32;

/** One server: builds its parts, wires them, starts and stops them. The only file that knows them all. */
export class Server {
  readonly metrics = new Metrics();
  readonly links: Links;
  readonly #options: ServerOptions;
  readonly #im: InstantMessaging;
  readonly #clients: C2sService;
  readonly #caches: Caches;
  readonly #startedMs: number;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
    const { config, tls, log } = options;
    const router = new Router(log);
    const { network, storage, turn, clock, random } = options;
    const shared = { network, storage, turn, clock, random, log, router, metrics: this.metrics };
    const extensions = this.#extensions();

    this.#im = new InstantMessaging({
      ...shared,
      domain: config.domain,
      limits: imLimits(config),
      features: extensions,
      presenceLinks: [...config.peers.values()].map(presenceLink),
    });
    this.links = new Links({
      ...shared,
      peers: [...config.peers].map(([name, peer]) =>
        linkPeerOf(name, peer, tls, options.linkKeys?.get(name))
      ),
      servedDomains: [config.domain],
      events: this.#im,
      rosters: this.#im,
      cached: (request) => this.#caches.last(request),
      limits: xmlLimits(config),
    });
    this.#clients = new C2sService({
      ...shared,
      domain: config.domain,
      listeners: listenersOf(config),
      tls,
      accounts: this.#accounts(),
      services: this.#im,
      streamFeatures: imStreamFeatures(),
      limits: clientLimits(config),
    });

    this.#caches = new Caches({
      ...shared,
      store: storage.answers,
      peers: [...config.peers].filter(([, { caches }]) => caches.enabled)
        .map(([name, peer]) => ({ name, domains: peer.domains, policy: cachePolicy(peer) })),
      sees: (account, contact) => this.#im.sees(account, contact),
      lastActivity: (account, contact) => this.#im.lastActivity(account, contact),
    });

    // The way of a stanza: the first that accepts it has it.
    const serverTable = new IqTable([...extensions.map((feature) => feature.serverIq), this.#im.serverIq]);
    router.use([
      this.#caches,
      this.#im.answers,
      new ServerAddress(config.domain, router, serverTable),
      this.#im,
      this.links,
    ]);
  }

  /** Where clients may connect, in the order of the configuration: STARTTLS, TLS, without TLS. */
  get clientAddresses(): readonly Endpoint[] {
    return this.#clients.addresses;
  }

  /**
   * Opens every listener, and only then calls the peers: a server that cannot start must not have reached anyone.
   * Clients are served once the links have taken up what waited.
   * @throws {Error} when a listener cannot be opened
   */
  async start(): Promise<void> {
    await this.#clients.open();
    await this.links.start();
    this.#clients.serve();
    const { config, log, version } = this.#options;
    log.info("server started", { domain: config.domain, version, peers: config.peers.size });
  }

  /** Ends every stream in good order; what waits for a link is kept. */
  async stop(): Promise<void> {
    await this.#clients.stop();
    await this.links.stop();
    this.#caches.stop();
    this.#im.stop();
    this.#options.turn.end();
  }

  /**
   * Drops every client at once: for a server that cannot keep its promises any more, since what it has stored is lost.
   * Links are told nothing either, for nothing is flushed any more; they break when the process ends.
   */
  async abort(): Promise<void> {
    await this.#clients.abort();
    this.#caches.stop();
    this.#im.stop();
  }

  status(): ServerStatus {
    const { config, version, clock } = this.#options;
    return {
      domain: config.domain,
      version,
      startedMs: this.#startedMs,
      nowMs: clock.nowMs(),
      clients: this.#clients.connections,
      peers: this.links.status(),
      caches: this.#caches.status(),
      metrics: Object.fromEntries(this.metrics.all()),
    };
  }

  /**
   * Removes an account with all it has: its sessions end and its contacts are told, which takes the roster that goes
   * with the account.
   * @returns whether there was one
   */
  removeAccount(username: string): boolean {
    const { accounts } = this.#options.storage;
    if (!accounts.has(username)) return false;
    this.#im.accountRemoved(username);
    return accounts.remove(username);
  }

  #extensions(): Feature[] {
    const { clock, version, storage, config } = this.#options;
    const features: Feature[] = [
      imFeature,
      softwareVersion(version),
      ping,
      entityTime(clock),
      vcard(storage.vcards, config.limits.vcardSizeBytes),
      lastActivity({
        clock,
        maySee: (account, requester) => this.#im.maySee(account, requester),
        isAvailable: (username) => this.#im.isAvailable(username),
        lastSeenMs: (username) => this.#im.lastSeenMs(username),
      }),
    ];
    const named = (pick: (feature: Feature) => readonly string[] | undefined) =>
      features.flatMap((f) => pick(f) ?? []);
    const self = disco({
      serverFeatures: [NS.DISCO_INFO, NS.DISCO_ITEMS, ...named((f) => f.serverFeatures)],
      accountFeatures: [NS.DISCO_INFO, NS.DISCO_ITEMS, ...named((f) => f.accountFeatures)],
      maySee: (account, requester) => this.#im.maySee(account, requester),
    });
    return [self, ...features];
  }

  #accounts(): CredentialSource {
    const { storage, random, log } = this.#options;
    let fakeSecret = storage.settings.get(FAKE_SECRET);
    if (fakeSecret === undefined) {
      fakeSecret = random.bytes(FAKE_SECRET_SIZE_BYTES);
      storage.settings.set(FAKE_SECRET, fakeSecret);
    }
    const credentials = (username: string) => {
      try {
        return storage.accounts.get(username);
      } catch (error) {
        log.error("account not read", { error: errorText(error) });
        return "unavailable";
      }
    };
    return { fakeSecret, credentials };
  }
}

function listenersOf(config: Config): ClientListener[] {
  const { starttls, tls, plaintext } = config.clients;
  const listeners: ClientListener[] = [];
  if (starttls !== undefined) listeners.push({ kind: "starttls", at: starttls.listen });
  if (tls !== undefined) listeners.push({ kind: "tls", at: tls.listen });
  if (plaintext !== undefined) listeners.push({ kind: "plaintext", at: plaintext.listen });
  return listeners;
}

function imLimits({ limits }: Config): ImLimits {
  const { sessionsPerAccount, rosterItems, offlineMessages, offlineSizeBytes } = limits;
  return { ...DEFAULT_IM_LIMITS, sessionsPerAccount, rosterItems, offlineMessages, offlineSizeBytes };
}

function xmlLimits({ limits }: Config): XmlLimits {
  return {
    stanzaSizeBytes: limits.stanzaSizeBytes,
    depth: limits.stanzaDepth,
    attributes: limits.stanzaAttributes,
    elements: limits.stanzaElements,
  };
}

function clientLimits(config: Config): ClientLimits {
  const { limits } = config;
  return {
    stream: {
      ...DEFAULT_C2S_LIMITS,
      authenticated: xmlLimits(config),
      unauthenticatedSizeBytes: limits.unauthenticatedSizeBytes,
    },
    negotiationMs: limits.negotiationTimeMs,
    closeMs: CLOSE_MS,
    connections: limits.connections,
    connectionsPerAddress: limits.connectionsPerAddress,
    unsentSizeBytes: limits.unsentSizeBytes,
    highWaterSizeBytes: limits.unsentSizeBytes * HIGH_WATER_SHARE,
    congestionMs: CONGESTION_MS,
  };
}

function cachePolicy(peer: ConfiguredPeer): CachePolicy {
  const { caches, rules } = peer;
  const { share, entries, sizeBytes, errorsMs, waitMs } = caches;
  return {
    share,
    entries,
    sizeBytes,
    errorsMs,
    waitMs: waitMs * slownessOf(peer),
    keepsOld: rules.some((rule) => typeof rule !== "string" && rule.answer === "cached"),
    lifeMs: {
      "capabilities": caches.capabilitiesMs,
      "client-info": caches.clientInfoMs,
      "disco": caches.discoMs,
      "vcard": caches.vcardMs,
      "avatar": caches.avatarMs,
      "avatar-metadata": caches.avatarMetadataMs,
      "version": caches.versionMs,
    },
  };
}

function presenceLink(peer: ConfiguredPeer): PresenceLink {
  const { domains, presence, profile, carriers } = peer;
  return {
    domains,
    policy: {
      ...DEFAULT_PRESENCE_POLICY,
      probeTimeoutMs: DEFAULT_PRESENCE_POLICY.probeTimeoutMs * slownessOf(peer),
      whenDown: presence.onLinkDown,
      graceMs: presence.graceMs,
      maxStaleMs: presence.maxStaleMs,
      survivesBreaks: profile === "xep-0361" && presence.afterBreak === "trust",
      isToldLate: profile === "halyard" || carriers.some(({ kind }) => kind === "stanag5066"),
      asksByDomain: profile === "halyard" && presence.byDomain,
    },
  };
}
