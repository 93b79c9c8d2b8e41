import type { PeerConfig, TcpCarrierConfig } from "../mod.ts";
import { MemoryEpochs } from "../flow/testing/memory_epochs.ts";
import { MemoryStore } from "../flow/testing/memory_store.ts";
import {
  MemoryQueueStore,
  MemorySettings,
  only,
  type Place,
  SHIP,
  SHORE,
  type SideChanges,
} from "./world.ts";

/** Ports of the carriers, the preferred first. */
export const PORTS = { radio: 5270, satellite: 5271, telephone: 5272 } as const;
export type CarrierName = keyof typeof PORTS;

const NAMES: readonly CarrierName[] = ["radio", "satellite", "telephone"];

/** Which side calls. */
export type Callers = "ship" | "shore" | "both";

/** What a test may say about carriers; the rest is as usual. */
export interface CarrierChanges {
  readonly callers?: Callers;
  readonly count?: number;
  readonly carrier?: Partial<TcpCarrierConfig>;
  readonly peer?: Partial<PeerConfig>;
}

/** The settings of a peer in profile `halyard` with several carriers, as the side at `here` has them. */
export function severalCarriers(here: Place, changes: CarrierChanges = {}): Partial<PeerConfig> {
  const { callers = "ship", count = 2, carrier, peer } = changes;
  const there = here === SHIP ? SHORE : SHIP;
  const mayCall = callers === "both" || (callers === "ship") === (here === SHIP);
  const isCalled = callers === "both" || !mayCall;
  return {
    profile: "halyard",
    compression: "deflate",
    toldDownAfterMs: 120_000,
    carriers: NAMES.slice(0, count).map((name) => ({
      kind: "tcp",
      allowFrom: [only(there)],
      connectTimeoutMs: 30_000,
      retryFirstMs: 2_000,
      retryMostMs: 60_000,
      ...(mayCall ? { connect: { host: there.host, port: PORTS[name] } } : {}),
      ...(isCalled ? { listen: { host: here.host, port: PORTS[name] } } : {}),
      ...carrier,
    })),
    ...peer,
  };
}

/** What survives a restart of a side. */
export function stores(): Pick<SideChanges, "store" | "flows" | "settings" | "epochs"> {
  return {
    store: new MemoryQueueStore(),
    flows: new MemoryStore(),
    settings: new MemorySettings(),
    epochs: new MemoryEpochs(),
  };
}
