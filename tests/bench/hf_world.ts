import { type RandomSource, seededRandom } from "../../src/base/mod.ts";
import { HfNet, type HfNetOptions, World } from "../../src/sim/mod.ts";
import { writeXml } from "../../src/xml/mod.ts";
import { SimClient } from "../support/sim_client.ts";
import { phoneMessage } from "./air_budget.ts";
import { makeUuid } from "./uuid.ts";

const NODES = { ship: "1.2.3.4", shore: "1.2.3.5" } as const;
const HOSTS = { ship: "192.0.2.1", shore: "192.0.2.2" } as const;
const CLIENT_PORT = 5221;
const SIS_PORT = 5066;

export type Side = keyof typeof HOSTS;

/** What a ship and a shore over HF are like. */
export interface HfWorldOptions extends HfNetOptions {
  readonly profile?: "halyard" | "xep-0361";
  readonly rules?: string;
  /** More keys of the peer, as YAML. */
  readonly peer?: string;
  /** Folder for the databases of servers that are to outlive a restart. */
  readonly folder?: string;
}

/** A ship and a shore, each beside a simulated STANAG 5066 node, on one channel, in virtual time. */
export class HfWorld {
  // What is not the channel costs no time: the SIS servers stand beside the servers.
  readonly world = new World({ link: { rateBps: undefined, delayMs: 0 }, seed: 365 });
  readonly net: HfNet;
  readonly #ids: RandomSource = seededRandom(4);

  private constructor(options: HfWorldOptions) {
    this.net = new HfNet(this.world.clock, options);
  }

  static async start(options: HfWorldOptions = {}): Promise<HfWorld> {
    const hf = new HfWorld(options);
    for (const side of ["ship", "shore"] as const) {
      const host = HOSTS[side];
      await hf.net.server(NODES[side]).listen(hf.world.network.from(host), { host, port: SIS_PORT });
      const path = options.folder === undefined ? ":memory:" : `${options.folder}/${side}.sqlite`;
      await hf.world.add(side, host, configOf(side, options), path);
    }
    hf.world.addAccount("ship", "romeo");
    hf.world.addAccount("shore", "juliet");
    // Both are bound.
    await hf.world.clock.advance(1_000);
    return hf;
  }

  get nowMs(): number {
    return this.world.clock.monotonicMs();
  }

  login(side: Side, resource: string): Promise<SimClient> {
    const at = { host: HOSTS[side], port: CLIENT_PORT, domain: `${side}.example` };
    return SimClient.login(this.world, at, side === "ship" ? "romeo" : "juliet", resource);
  }

  /** A message as a phone sends it. */
  message(from: Side, body: string): string {
    const to = from === "ship" ? "juliet@shore.example" : "romeo@ship.example";
    return phoneMessage(to, body, makeUuid(this.#ids));
  }

  /** Waits until `client` has got that many messages in all; returns when, and the bodies. */
  async messages(client: SimClient, count: number, mostMs: number): Promise<string[]> {
    const bodies = () =>
      client.inbox.filter(({ name }) => name === "message").map((one) =>
        one.getChildText("body") ?? writeXml(one)
      );
    await this.world.clock.until(() => bodies().length >= count, mostMs);
    return bodies();
  }

  /** U_PDU octets that have come to the node of a side. */
  arrivedBytes(side: Side): number {
    return this.net.server(NODES[side]).node.counts.arrivedBytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
    await this.net.stop();
  }
}

function configOf(
  side: Side,
  { profile = "halyard", rules = "hf", peer = "", modem }: HfWorldOptions,
): string {
  const other = side === "ship" ? "shore" : "ship";
  const { rateBps = 1_200, turnaroundMs = 2_000 } = modem ?? {};
  return `
domain: ${side}.example
clients:
  plaintext: { listen: "${HOSTS[side]}:${CLIENT_PORT}", insecure: true }
peers:
  ${other}:
    domains: [${other}.example]
    profile: ${profile}
    rules: ${rules}
${peer}
    carriers:
      - stanag5066:
          server: "${HOSTS[side]}:${SIS_PORT}"
          address: "${NODES[side]}"
          peer_address: "${NODES[other]}"
          rate: ${rateBps}bps
          turnaround: ${turnaroundMs}ms
`;
}
