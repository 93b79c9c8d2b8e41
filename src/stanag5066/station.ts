import { Rcop, type RcopOptions } from "./rcop.ts";
import type { SisClient, SisClientOptions } from "./sis_client.ts";
import { sisClientOver, type SisWireOptions } from "./sis_wire.ts";

/** What a station stands on. */
export type RcopStationOptions = RcopOptions & Omit<SisClientOptions, "events" | "port"> & SisWireOptions;

/** RCOP over a client of its own: one SAP of one SIS server, and the roads from there. */
export interface RcopStation {
  readonly client: SisClient;
  readonly rcop: Rcop;
}

/** Puts RCOP, client and connection together; call `start` on the client. */
export function rcopStation(options: RcopStationOptions): RcopStation {
  const rcop = new Rcop(options);
  const client = sisClientOver({ ...options, events: rcop });
  rcop.use(client);
  return { client, rcop };
}
