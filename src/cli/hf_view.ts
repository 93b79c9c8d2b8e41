import type { HfChannel, HfModem } from "../sim/mod.ts";
import { durationText } from "./units.ts";

/** What a simulated channel is. */
export function modemText({ rateBps, turnaroundMs }: HfModem, interleaver: string): string {
  return `${rateBps} bit/s, interleaver ${interleaver}, turnaround ${turnaroundMs} ms`;
}

/** What has gone over it. */
export function channelText(channel: HfChannel): string {
  const { elapsedMs, airMs, utilisation, turnarounds, blocks, lostBlocks } = channel.counts;
  return `${durationText(elapsedMs)}: on the air ${durationText(airMs)}, ${
    (utilisation * 100).toFixed(1)
  } %, ` +
    `${turnarounds} turnarounds, ${lostBlocks} of ${blocks} blocks lost${channel.isUp ? "" : ", outage now"}`;
}
