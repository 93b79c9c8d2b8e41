import { seededRandom } from "../../base/mod.ts";
import { VirtualClock } from "../clock.ts";
import type { HfModem } from "./air.ts";
import { HfChannel } from "./channel.ts";
import type { HfAddress } from "./dpdu.ts";
import type { FadingOptions } from "./fading.ts";
import { HfNode } from "./node.ts";
import type { HfNodeOptions } from "./options.ts";

/** What is measured. */
export interface CapacityOptions {
  readonly modem: HfModem;
  readonly node?: Partial<HfNodeOptions>;
  readonly fading?: FadingOptions;
  /** Simulated time; an hour unless given. */
  readonly durationMs?: number;
  /** 1 unless given. */
  readonly seed?: number;
}

/** What a node carries one way when it never runs out of full U_PDUs. */
export interface Capacity {
  /** U_PDU octets a second, from the first U_PDU that has arrived to the last: without making the link. */
  readonly bytesPerSecond: number;
  /** Share of the time in which somebody sent, the link's making included. */
  readonly utilisation: number;
  readonly uPdus: number;
}

const FROM: HfAddress = "1.2.3.4";
const TO: HfAddress = "1.2.3.5";
const SAP = 6;
const HOUR_MS = 3_600_000;
/** U_PDUs kept waiting: more than the largest window holds. */
const AHEAD = 80;

/**
 * Measures what a node carries when fed an endless queue of full U_PDUs: the best that any traffic over it can reach.
 * Runs under a virtual clock of its own.
 */
export async function measureCapacity(options: CapacityOptions): Promise<Capacity> {
  const { modem, fading, durationMs = HOUR_MS, seed = 1 } = options;
  const clock = new VirtualClock();
  const channel = new HfChannel(clock, { modem, ...(fading && { fading }) }, seededRandom(seed));
  const sender = new HfNode(clock, channel, FROM, options.node);
  const receiver = new HfNode(clock, channel, TO, options.node);
  const arrivalsMs: number[] = [];
  receiver.serve({ deliver: () => arrivalsMs.push(channel.nowMs) > 0 });
  feed(sender, () => channel.nowMs < durationMs);
  await clock.advance(durationMs);
  const { utilisation } = channel.counts;
  const [firstMs = 0] = arrivalsMs;
  const spanMs = (arrivalsMs.at(-1) ?? 0) - firstMs;
  const bytes = arrivalsMs.filter((atMs) => atMs > firstMs).length * sender.options.mtuBytes;
  return { bytesPerSecond: spanMs === 0 ? 0 : bytes * 1_000 / spanMs, utilisation, uPdus: arrivalsMs.length };
}

/** Keeps full U_PDUs waiting at the node. */
function feed(node: HfNode, goesOn: () => boolean): void {
  const uPdu = new Uint8Array(node.options.mtuBytes);
  const submit = () => {
    if (!goesOn()) return;
    node.submit({
      to: TO,
      sourceSap: SAP,
      destinationSap: SAP,
      priority: 0,
      clientConfirm: false,
      inOrder: true,
      ttlMs: undefined,
      uPdu,
      settled: submit,
    });
  };
  for (let ahead = 0; ahead < AHEAD; ahead++) submit();
}
