import type { Clock, Log, Metrics, RandomSource, Turn } from "../base/mod.ts";
import type { Network } from "../net/mod.ts";
import type { LinkEvents } from "../router/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import type { Storage } from "../storage/mod.ts";
import type { XmlLimits } from "../xml/mod.ts";
import type { Rosters } from "./audience.ts";
import type { Stations } from "./stations.ts";

/** What every link of a server shares. */
export interface LinkContext {
  /** Domains that peers may address, prepared. */
  readonly servedDomains: readonly string[];
  readonly network: Network;
  /** The binds to STANAG 5066 nodes. */
  readonly stations: Stations;
  /** Takes stanzas from peers, and answers to those whose stanzas do not cross. */
  readonly router: { route(stanza: Stanza): void };
  readonly storage: Pick<
    Storage,
    "flows" | "unacknowledged" | "linkEpochs" | "linkIds" | "recentStanzas" | "linkQueue" | "settings"
  >;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly turn: Turn;
  readonly events: LinkEvents;
  /** In profile `halyard`, for presence that crosses once for many; without it, each crosses by itself. */
  readonly rosters?: Rosters;
  /** For rules that answer out of the cache; see `ThinnerOptions`. */
  readonly cached?: (request: Stanza) => Stanza | undefined;
  /** Bounds on what a client may send, here and, it is taken, behind the peers. What crosses may be a bit larger. */
  readonly limits: XmlLimits;
}
