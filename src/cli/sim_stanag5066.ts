import { nullLog, systemClock } from "../base/mod.ts";
import { endpointText } from "../config/mod.ts";
import { systemNetwork } from "../net/mod.ts";
import { fasterClock, HfNet } from "../sim/mod.ts";
import { draw } from "./draw.ts";
import { print } from "./exit.ts";
import { channelText } from "./hf_view.ts";
import { interrupted } from "./run.ts";
import { type SimSetup, simSetup, type SimWords } from "./sim_options.ts";
import { sizeText } from "./units.ts";

/** `halyard sim stanag5066`: two SIS servers with one HF channel between their nodes, until interrupted. */
export async function simStanag5066(words: SimWords): Promise<void> {
  const setup = simSetup(words);
  const stopped = interrupted();
  const clock = setup.speed === 1 ? systemClock : fasterClock(systemClock, setup.speed);
  const net = new HfNet(clock, setup.net);
  const network = systemNetwork(nullLog);
  const hello: string[] = [title(setup)];
  try {
    for (const [index, server] of net.servers.entries()) {
      const at = setup.listen[index];
      if (at === undefined) continue;
      hello.push(
        `  node ${server.node.address}  SIS server ${endpointText(await server.listen(network, at))}`,
      );
    }
    for (const line of hello) print(line);
    print("ready");
    let over = false;
    const end = stopped.then(() => void (over = true));
    await Promise.race([end, draw(systemClock, () => view(hello, figures(net)), () => over)]);
  } finally {
    await net.stop();
  }
}

/** On a terminal the whole view, elsewhere only what changes. */
function view(hello: readonly string[], now: readonly string[]): string[] {
  return Deno.stdout.isTerminal() ? [...hello, "", ...now, "", "Ctrl+C ends the simulation."] : [...now];
}

function title({ net: { modem, fading }, speed }: SimSetup): string {
  const { rateBps = 0, interleaver = "", turnaroundMs = 0 } = modem ?? {};
  const loss = fading === undefined || fading.lossRatio === 0
    ? "no loss"
    : `${+(fading.lossRatio * 100).toFixed(2)} % of blocks lost in bursts of ${fading.burstBlocks}`;
  const pace = speed === 1 ? "" : `, ${speed} times as fast`;
  return `HF channel: ${rateBps} bit/s, interleaver ${interleaver}, turnaround ${turnaroundMs} ms, ${loss}${pace}`;
}

/** The figures of the channel and of its nodes. */
function figures({ channel, servers }: HfNet): string[] {
  const lines = [channelText(channel)];
  for (const { node, connections, saps } of servers) {
    const sent = channel.counts.byNode.get(node.address);
    const { submitted, settled, arrived } = node.counts;
    lines.push(
      `${node.address}: ${connections} clients, SAPs ${saps.join(" ") || "none"}, ` +
        `${submitted} U_PDUs taken, ${settled.delivered} delivered, ${arrived} arrived, ` +
        `${sizeText(sent?.sizeBytes ?? 0)} sent in ${sent?.transmissions ?? 0} transmissions`,
    );
  }
  return lines;
}
