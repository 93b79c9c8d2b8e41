import type { Outbox } from "./outbox.ts";
import type { CarrierConfig, PeerConfig } from "./peer_config.ts";
import type { Standing } from "./standing.ts";
import type { PeerStatus } from "./status.ts";
import type { Tally } from "./tally.ts";

/** What a peer's status is made of, in whatever profile. */
export interface PeerView {
  readonly config: PeerConfig;
  readonly outbox: Outbox;
  readonly tally: Tally;
  readonly standing: Standing;
  readonly nowMs: number;
  /** The carrier in use. */
  readonly carrier: CarrierConfig | undefined;
}

/** One peer as an operator sees it. */
export function statusOf(view: PeerView): PeerStatus {
  const { config, outbox, tally, standing, nowMs, carrier } = view;
  const { stanzas, sizeBytes, byPrecedence, oldestMs } = outbox;
  return {
    name: config.name,
    domains: config.domains,
    state: standing.state,
    carrier: carrier?.kind,
    sinceMs: standing.sinceMs,
    lastHeardMs: tally.lastHeardMs,
    queue: {
      stanzas,
      sizeBytes,
      byPrecedence,
      oldestAgeMs: oldestMs === undefined ? undefined : Math.max(0, nowMs - oldestMs),
      airtimeMs: airtimeMs(view),
    },
    bytes: tally.bytes,
    stanzas: tally.stanzas,
    savings: tally.savings,
    refused: tally.refused,
  };
}

/** At the rate of the carrier in use, else of the preferred one, and at the compression achieved so far. */
function airtimeMs({ config, outbox, tally, carrier }: PeerView): number | undefined {
  const { rateBps } = carrier ?? config.carriers[0] ?? {};
  if (rateBps === undefined) return undefined;
  const { rawOut, linkOut } = tally.bytes;
  const ratio = rawOut === 0 ? 1 : linkOut / rawOut;
  return Math.ceil(outbox.sizeBytes * ratio * 8_000 / rateBps);
}
