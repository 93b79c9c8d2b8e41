import { MemoryEpochs } from "../flow/testing/memory_epochs.ts";
import { MemoryStore } from "../flow/testing/memory_store.ts";
import { type Clock, type Log, type LogFields, Metrics, seededRandom, Turn } from "../../base/mod.ts";
import type { AddressRange } from "../../config/mod.ts";
import type { Endpoint, Transport } from "../../net/mod.ts";
import { VirtualClock } from "../../sim/mod.ts";
import { StoppableClock } from "../../sim/stoppable_clock.ts";
import type { Stanza } from "../../stanza/mod.ts";
import type { LinkIdStore, LinkQueueStore, QueuedStanza, SettingStore } from "../../storage/mod.ts";
import { DEFAULT_XML_LIMITS, type XmlLimits } from "../../xml/mod.ts";
import { Links, type PeerConfig, type PeerStatus, type TcpCarrierConfig } from "../mod.ts";
import { MemoryLinkIds } from "./memory_link_ids.ts";
import { TestNetwork } from "./network.ts";
import { stanza } from "./stanzas.ts";
import { MemoryRecent } from "./memory_recent.ts";

/** A queue's store in memory, as it would be after a commit. */
export class MemoryQueueStore implements LinkQueueStore {
  #nextId = 1;
  rows: (QueuedStanza & { readonly peer: string })[] = [];

  add(peer: string, xml: string, receivedMs: number): number {
    const id = this.#nextId++;
    this.rows.push({ id, peer, xml, receivedMs });
    return id;
  }

  remove(peer: string, ids: readonly number[]): void {
    this.rows = this.rows.filter((row) => row.peer !== peer || !ids.includes(row.id));
  }

  list(peer: string): QueuedStanza[] {
    return this.rows.filter((row) => row.peer === peer);
  }

  peers(): string[] {
    return [...new Set(this.rows.map((row) => row.peer))];
  }
}

/** Settings in memory. */
export class MemorySettings implements SettingStore {
  readonly #values = new Map<string, Uint8Array>();

  get(key: string): Uint8Array | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Uint8Array): void {
    this.#values.set(key, value);
  }
}

/** A log whose warnings and errors can be asked for. */
export class MemoryLog implements Log {
  readonly lines: { readonly event: string; readonly fields: LogFields }[] = [];
  debug(): void {}
  info(): void {}
  warn(event: string, fields: LogFields = {}): void {
    this.lines.push({ event, fields });
  }
  error(event: string, fields: LogFields = {}): void {
    this.lines.push({ event, fields });
  }
}

/** One server reduced to its links. */
export interface Side {
  readonly links: Links;
  /** What the router got: stanzas from the peer, and answers to senders on this side. */
  readonly routed: Stanza[];
  /** The link's events: `shore up`, `shore down`. */
  readonly events: string[];
  readonly store: MemoryQueueStore;
  readonly log: MemoryLog;
  readonly metrics: Metrics;
  /** Sends a stanza across, as a client of this side would. */
  send(xml: string): void;
  /** The status of the only peer. */
  readonly status: PeerStatus;
  /** Bodies that arrived, in order. */
  readonly bodies: string[];
  /**
   * Its process ends without a word; a new one may be made on the same stores.
   * @param isSilent whether the peer does not hear of it either, as when the power fails
   */
  crash(isSilent: boolean): void;
}

/** What a test may say about a side; the rest is as usual. */
export interface SideChanges {
  readonly peer?: Partial<PeerConfig>;
  readonly carrier?: Partial<TcpCarrierConfig>;
  readonly store?: MemoryQueueStore;
  readonly flows?: MemoryStore;
  /** Peers of other names to which stanzas left that were not acknowledged. */
  readonly stranded?: readonly { readonly peer: string; readonly stanzas: number }[];
  readonly settings?: MemorySettings;
  readonly epochs?: MemoryEpochs;
  readonly ids?: LinkIdStore;
  readonly limits?: XmlLimits;
  /** Its own idea of the time; that of the world unless given. */
  readonly clock?: Clock;
  /** Further peers, which share the listening endpoint. */
  readonly others?: readonly Place[];
  /** Called with each event of the link. */
  readonly onEvent?: (event: string) => void;
  /** Called before the event of a link that comes up and has missed nothing. */
  readonly onResumed?: () => void;
  /** Called with each routed stanza. */
  readonly onRouted?: (stanza: Stanza) => void;
}

export const SHIP = {
  name: "ship",
  domain: "ship.example",
  host: "10.0.0.1",
  octets: [10, 0, 0, 1],
} as const;
export const SHORE = {
  name: "shore",
  domain: "shore.example",
  host: "10.0.0.2",
  octets: [10, 0, 0, 2],
} as const;

/** A server in the tests' network. */
export interface Place {
  readonly name: string;
  readonly domain: string;
  readonly host: string;
  readonly octets: readonly [number, number, number, number];
}

const PORT = 5270;

/** The address of a place alone. */
export function only(place: Place): AddressRange {
  return { address: { family: 4, bytes: place.octets }, prefixBits: 32, text: place.host };
}

/** Ship and shore under a virtual clock. */
export class World {
  readonly clock = new VirtualClock();
  readonly network: TestNetwork;
  readonly #sides: Side[] = [];
  #lives = 0;

  /** @param delayMs of the network, one direction */
  constructor(delayMs = 0) {
    this.network = new TestNetwork(this.clock, delayMs);
  }

  /** The ship: calls, and accepts no calls unless told so. */
  ship(changes: SideChanges = {}): Side {
    return this.#side(SHIP, SHORE, { connect: { host: SHORE.host, port: PORT } }, changes);
  }

  /** The shore: accepts calls, and makes none unless told so. */
  shore(changes: SideChanges = {}): Side {
    return this.#side(SHORE, SHIP, { listen: { host: SHORE.host, port: PORT } }, changes);
  }

  /** A call from `host`, put through. */
  async call(host: string, to: Endpoint): Promise<Transport> {
    const calling = this.network.call(host, to);
    await this.clock.advance(1_000);
    return await calling;
  }

  async stop(): Promise<void> {
    const stopping = Promise.all(this.#sides.map((side) => side.links.stop()));
    await this.clock.advance(60_000);
    await stopping;
  }

  #side(
    here: Place,
    there: Place,
    direction: Partial<TcpCarrierConfig>,
    changes: SideChanges,
  ): Side {
    const { peer, carrier, others = [], store = new MemoryQueueStore(), limits = DEFAULT_XML_LIMITS } =
      changes;
    const { flows = new MemoryStore(), settings = new MemorySettings() } = changes;
    const clock = new StoppableClock(changes.clock ?? this.clock);
    const network = this.network.from(here.host);
    let isDead = false;
    const note = (event: string) => {
      events.push(event);
      changes.onEvent?.(event);
    };
    const epochs = changes.epochs ?? new MemoryEpochs();
    const ids: LinkIdStore = changes.ids ?? new MemoryLinkIds();
    const routed: Stanza[] = [];
    const events: string[] = [];
    const log = new MemoryLog();
    const metrics = new Metrics();
    const links = new Links({
      peers: [
        { ...peerConfig(there, { ...direction, ...carrier }), ...peer },
        ...others.map((other) => peerConfig(other, direction)),
      ],
      servedDomains: [here.domain],
      network: {
        ...network,
        connectLink: async (...call) => {
          const transport = isDead ? undefined : await network.connectLink(...call);
          // Who has died meanwhile does not take it up.
          if (transport === undefined || isDead) return await new Promise(() => transport?.abort("lost"));
          return transport;
        },
      },
      router: {
        route: (stanza) => {
          routed.push(stanza);
          changes.onRouted?.(stanza);
        },
      },
      storage: {
        linkQueue: store,
        flows: () => flows,
        recentStanzas: () => new MemoryRecent(),
        unacknowledged: () => changes.stranded ?? [],
        settings,
        linkIds: () => ids,
        linkEpochs: () => epochs,
      },
      clock,
      // Each life of a side throws dice of its own.
      random: seededRandom(here.octets[3] + 1_000 * this.#lives++),
      log,
      metrics,
      turn: new Turn((error) => {
        throw error;
      }),
      events: {
        linkUp: (name, _domains, isResumed) => {
          if (isResumed === true) changes.onResumed?.();
          note(`${name} up`);
        },
        linkDown: (name) => note(`${name} down`),
      },
      limits,
    });
    const side: Side = {
      links,
      routed,
      events,
      store,
      log,
      metrics,
      send: (xml) => {
        const made = stanza(addressed(xml, here, there), clock.nowMs());
        if (!links.accept(made)) throw new Error("the links did not take it");
      },
      get status() {
        const [status] = links.status();
        if (status === undefined) throw new Error("no peer");
        return status;
      },
      get bodies() {
        return routed.map(({ element }) => element.getChildText("body") ?? `<${element.name}/>`);
      },
      crash: (isSilent) => {
        isDead = true;
        clock.stop();
        this.network.crash(here.host, isSilent);
        this.#sides.splice(this.#sides.indexOf(side), 1);
      },
    };
    this.#sides.push(side);
    return side;
  }
}

function peerConfig(there: Place, carrier: Partial<TcpCarrierConfig>): PeerConfig {
  return {
    name: there.name,
    domains: [there.domain],
    profile: "xep-0361",
    toldDownAfterMs: 0,
    compression: "none",
    shorten: false,
    rules: [],
    queue: { stanzas: 1_000, sizeBytes: 1_000_000, ageMs: 3_600_000, iqAgeMs: 60_000 },
    carriers: [{
      kind: "tcp",
      allowFrom: [only(there)],
      connectTimeoutMs: 30_000,
      retryFirstMs: 2_000,
      retryMostMs: 60_000,
      ...carrier,
    }],
  };
}

/** Puts in the addresses where a test leaves them out. */
function addressed(xml: string, here: Place, there: Place): string {
  const from = / from='/.test(xml) ? "" : ` from='romeo@${here.domain}/deck'`;
  const to = / to='/.test(xml) ? "" : ` to='juliet@${there.domain}'`;
  return xml.replace(/^<(\w+)/, `<$1${from}${to}`);
}
