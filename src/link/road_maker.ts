import type { CloseReason } from "../base/mod.ts";
import type { Transport } from "../net/mod.ts";
import type { RankedCarrier } from "./callers.ts";
import type { LinkContext } from "./context.ts";
import type { CarrierKind, GuardChannel, GuardFault, LinkEngine, LinkGuard } from "./flow/mod.ts";
import { guardOf } from "./guard_of.ts";
import type { PeerConfig, StanagCarrierConfig } from "./peer_config.ts";
import type { Road, RoadEvents } from "./road.ts";
import { StanagRoad } from "./stanag_road.ts";
import { StreamRoad } from "./stream_road.ts";
import type { Tally } from "./tally.ts";

/** The same as `RoadEvents`, with the road that they are of. */
export interface MakerEvents {
  received(road: Road): void;
  faulty(road: Road, fault: GuardFault | undefined): void;
  damaged(road: Road, why: string): void;
  changed(): void;
  ended(road: Road, reason: CloseReason): void;
}

/** Makes the roads to one peer: each with a channel of the engine, and under the link's guard. */
export class RoadMaker {
  readonly #config: PeerConfig;
  readonly #context: LinkContext;
  readonly #engine: LinkEngine;
  readonly #tally: Tally;
  readonly #events: MakerEvents;
  readonly #guard: LinkGuard;
  #latestGuard: GuardChannel | undefined;

  constructor(
    config: PeerConfig,
    context: LinkContext,
    engine: LinkEngine,
    tally: Tally,
    events: MakerEvents,
  ) {
    this.#config = config;
    this.#context = context;
    this.#engine = engine;
    this.#tally = tally;
    this.#events = events;
    this.#guard = guardOf(config, context);
  }

  /** A road over a TCP connection. */
  stream(transport: Transport, { carrier, rank }: RankedCarrier, isOurs: boolean): Road {
    const options = {
      ...this.#shared,
      transport,
      carrier,
      rank,
      isOurs,
      channel: this.#engine.connected("stream"),
      openGuard: () => this.#openGuard("stream"),
      acknowledged: () => this.#engine.acknowledged,
    };
    const road: Road = new StreamRoad(options, this.#eventsOf(() => road));
    return road;
  }

  /** A road over a STANAG 5066 node, which is there whether the node is or not. */
  node(carrier: StanagCarrierConfig, rank: number): Road {
    const options = {
      ...this.#shared,
      carrier,
      rank,
      channel: this.#engine.connected("block"),
      openGuard: () => this.#openGuard("block"),
      isLatestGuard: (guard: GuardChannel) => guard === this.#latestGuard,
    };
    const road: Road = new StanagRoad(
      options,
      (events) => this.#context.stations.open(carrier, "whole", events),
      this.#eventsOf(() => road),
    );
    return road;
  }

  get #shared() {
    const { clock, random, log } = this.#context;
    return { peer: this.#config.name, tally: this.#tally, clock, random, log };
  }

  #openGuard(kind: CarrierKind): GuardChannel {
    const guard = this.#guard.open(kind);
    this.#latestGuard = guard;
    return guard;
  }

  #eventsOf(road: () => Road): RoadEvents {
    return {
      received: () => this.#events.received(road()),
      faulty: (fault) => this.#events.faulty(road(), fault),
      damaged: (why) => this.#events.damaged(road(), why),
      changed: () => this.#events.changed(),
      ended: (reason) => this.#events.ended(road(), reason),
    };
  }
}
