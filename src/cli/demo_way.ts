import { nullLog, systemClock } from "../base/mod.ts";
import type { Network } from "../net/mod.ts";
import { hfModem, HfNet, SimLink, SimNetwork, SIS_PORT } from "../sim/mod.ts";
import { type DemoSide, SHIP, SHORE } from "./demo_sides.ts";
import { channelText, modemText } from "./hf_view.ts";
import { sizeText } from "./units.ts";

/** What joins the two ends of the demo. */
export interface DemoWay {
  /** What it is, for people. */
  readonly title: string;
  /** What it has carried. */
  readonly lines: () => string[];
  /** The carrier of one end, as it stands in the configuration. */
  readonly carrier: (side: DemoSide, other: DemoSide) => string;
  /** The network as one end sees it. */
  readonly from: (side: DemoSide) => Network;
  readonly stop: () => Promise<void>;
}

const LINK_PORT = 5270;

/** A link that bears TCP. */
export function tcpWay(rateBps: number, delayMs: number): DemoWay {
  const link = new SimLink(systemClock, { rateBps, delayMs });
  const sim = new SimNetwork(systemClock, link);
  return {
    title: `a simulated link of ${rateBps} bit/s, ${delayMs} ms one way`,
    lines: () => {
      const { forth, back } = link.count.sizeBytes;
      const { turnarounds } = link.count;
      return [
        `Link: ${sizeText(forth)} to shore, ${sizeText(back)} to ship, ${turnarounds} changes of direction`,
      ];
    },
    carrier: (side, other) => {
      const calls = side === SHIP
        ? `connect: "${other.linkHost}:${LINK_PORT}"`
        : `listen: "${side.linkHost}:${LINK_PORT}"`;
      return `tcp: { ${calls}, allow_from: ["${other.linkHost}"], rate: ${rateBps}bps }`;
    },
    from: ({ linkHost }) => sim.from(linkHost),
    stop: () => Promise.resolve(),
  };
}

/** What an HF channel of the demo is like. */
export interface HfChoice {
  readonly rateBps: number;
  readonly interleaver: string;
  readonly turnaroundMs: number;
}

/**
 * Two STANAG 5066 nodes on an HF channel, each with a SIS server beside its end.
 * @throws {RangeError} when there is no such waveform
 */
export async function hfWay(modem: HfChoice): Promise<DemoWay> {
  const { rateBps, turnaroundMs, interleaver } = modem;
  const title = modemText(hfModem(modem), interleaver);
  const net = new HfNet(systemClock, { modem, addresses: [SHIP.node, SHORE.node], log: nullLog });
  const sim = new SimNetwork(systemClock, new SimLink(systemClock, { rateBps: undefined, delayMs: 0 }));
  for (const { node, linkHost } of [SHIP, SHORE]) {
    await net.server(node).listen(sim.from(linkHost), { host: linkHost, port: SIS_PORT });
  }
  return {
    title: `two STANAG 5066 nodes and a simulated HF channel of ${title}`,
    lines: () => [
      `Channel, ${channelText(net.channel)}`,
      ...[SHIP, SHORE].map(({ peer, node }) => {
        const sent = net.channel.counts.byNode.get(node);
        const { submitted, settled, arrived } = net.server(node).node.counts;
        return `  node ${node} (${peer}): ${sizeText(sent?.sizeBytes ?? 0)} in ${sent?.transmissions ?? 0} ` +
          `transmissions; ${submitted} U_PDUs taken, ${settled.delivered} confirmed, ${arrived} arrived`;
      }),
    ],
    carrier: (side, other) =>
      `stanag5066: { server: "${side.linkHost}:${SIS_PORT}", address: "${side.node}", ` +
      `peer_address: "${other.node}", rate: ${rateBps}bps, turnaround: ${turnaroundMs}ms }`,
    from: ({ linkHost }) => sim.from(linkHost),
    stop: () => net.stop(),
  };
}
