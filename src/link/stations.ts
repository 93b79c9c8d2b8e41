import type { Clock, Log, RandomSource } from "../base/mod.ts";
import { endpointText } from "../config/mod.ts";
import type { Network } from "../net/mod.ts";
import {
  type BlockRoad,
  type BlockRoadEvents,
  MOST_OUTSTANDING,
  MOST_ROAD_OUTSTANDING,
  type RcopStation,
  rcopStation,
} from "../stanag5066/mod.ts";
import type { StanagCarrierConfig } from "./peer_config.ts";

/** How long a call to a SIS server may take: it is beside us, not across the link. */
const CONNECT_MS = 60_000;

/** What stations stand on. */
export interface StationsOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
}

/** Where a carrier binds: carriers that agree share one bind. */
type Bind = Pick<StanagCarrierConfig, "server" | "sap" | "rank" | "confirmation" | "applicationId">;

/**
 * The binds to SIS servers: one for each server and SAP, whichever peers use it (one SAP a TCP connection, Annex A
 * section A.2.1). Begun with the first road and ended with the last: what comes for a SAP that nobody has bound can be
 * rejected, while what comes for one of whose link nobody takes anything is confirmed all the same.
 */
export class Stations {
  readonly #options: StationsOptions;
  readonly #stations = new Map<string, { readonly bind: Bind; readonly station: RcopStation }>();

  constructor(options: StationsOptions) {
    this.#options = options;
  }

  /**
   * Makes a road to the peer of a carrier.
   * @param mode `whole`: a U_PDU is one block; `segments`: larger ones are cut by RCOP
   * @throws {Error} when the SAP is bound in another way already, or another peer has the same road
   */
  open(carrier: StanagCarrierConfig, mode: "whole" | "segments", events: BlockRoadEvents): BlockRoad {
    const { peerAddress, peerSap, connection } = carrier;
    return this.#station(carrier).rcop.open({
      remote: peerAddress,
      remoteSap: peerSap,
      connectionId: connection,
      mode,
      mostOutstanding: MOST_ROAD_OUTSTANDING,
    }, events);
  }

  /** Why a carrier's SAP is not bound; undefined while it is. */
  troubleOf(carrier: StanagCarrierConfig): string | undefined {
    const found = this.#stations.get(keyOf(carrier));
    return found?.station.client.isBound === true ? undefined : found?.station.rcop.unboundFor?.detail;
  }

  /** Unbinds everything. */
  stop(): void {
    for (const { station } of this.#stations.values()) station.client.stop();
    this.#stations.clear();
  }

  #station(bind: Bind): RcopStation {
    const key = keyOf(bind);
    const found = this.#stations.get(key);
    if (found !== undefined) {
      const { rank, confirmation, applicationId } = found.bind;
      const isSame = rank === bind.rank && confirmation === bind.confirmation &&
        applicationId === bind.applicationId;
      if (isSame) return found.station;
      throw new Error(
        `Cannot bind SAP ${bind.sap} at ${endpointText(bind.server)}: two carriers want it in different ways`,
      );
    }
    const { network, clock, random, log } = this.#options;
    const station = rcopStation({
      dial: () => network.connectLink(bind.server, undefined, CONNECT_MS),
      binding: {
        sap: bind.sap,
        rank: bind.rank,
        confirmation: bind.confirmation,
        mostOutstanding: MOST_OUTSTANDING,
      },
      applicationId: bind.applicationId,
      onUnused: () => {
        this.#stations.delete(key);
        station.client.stop();
      },
      clock,
      random,
      log,
    });
    this.#stations.set(key, { bind, station });
    station.client.start();
    return station;
  }
}

function keyOf({ server, sap }: Pick<Bind, "server" | "sap">): string {
  return `${endpointText(server)} ${sap}`;
}
