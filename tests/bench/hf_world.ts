import { type RandomSource, seededRandom } from "../../src/base/mod.ts";
import type { PeerStatus } from "../../src/server.ts";
import { HfNet, type HfNetOptions, type SimLinkOptions, type SisServer, World } from "../../src/sim/mod.ts";
import { writeXml } from "../../src/xml/mod.ts";
import { SimClient } from "../support/sim_client.ts";
import { phoneMessage } from "./air_budget.ts";
import { makeUuid } from "./uuid.ts";

const NODES = { ship: "1.2.3.4", shore: "1.2.3.5" } as const;
const HOSTS = { ship: "192.0.2.1", shore: "192.0.2.2" } as const;
const CLIENT_PORT = 5221;
const SIS_PORT = 5066;
const LINK_PORT = 5270;

export type Side = keyof typeof HOSTS;

/** What a ship and a shore over HF are like. */
export interface HfWorldOptions extends HfNetOptions {
  readonly profile?: "halyard" | "xep-0361";
  readonly rules?: string;
  /** More keys of the peer, as YAML. */
  readonly peer?: string;
  /** More keys of the carrier, as YAML. */
  readonly carrier?: string;
  /** A TCP carrier that is preferred: this link. */
  readonly tcp?: SimLinkOptions;
  /** The link is enciphered, with this key on both sides. */
  readonly key?: Uint8Array;
  /** Folder for the databases of servers that are to outlive a restart. */
  readonly folder?: string;
}

/** A ship and a shore, each beside a simulated STANAG 5066 node, on one channel, in virtual time. */
export class HfWorld {
  readonly world: World;
  readonly net: HfNet;
  readonly #ids: RandomSource = seededRandom(4);
  readonly #folder: string | undefined;

  private constructor(options: HfWorldOptions) {
    this.#folder = options.folder;
    this.world = new World({ link: options.tcp ?? { rateBps: undefined, delayMs: 0 }, seed: 365 });
    this.net = new HfNet(this.world.clock, options);
  }

  static async start(options: HfWorldOptions = {}): Promise<HfWorld> {
    const hf = new HfWorld(options);
    for (const side of ["ship", "shore"] as const) {
      const host = HOSTS[side];
      await hf.net.server(NODES[side]).listen(hf.world.network.from(host), { host, port: SIS_PORT });
      const keys = options.key && new Map([[otherOf(side), options.key]]);
      await hf.world.add(side, host, configOf(side, options), hf.#path(side), keys);
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
    await this.world.clock.until(() => this.bodies(client).length >= count, mostMs);
    return this.bodies(client);
  }

  /** The bodies of all messages that a client has got. */
  bodies(client: SimClient): string[] {
    return client.inbox.filter(({ name }) => name === "message").map((one) =>
      one.getChildText("body") ?? writeXml(one)
    );
  }

  /** The SIS server of a side, with its node. */
  sis(side: Side): SisServer {
    return this.net.server(NODES[side]);
  }

  /** How a side sees its link. */
  status(side: Side): PeerStatus {
    const [status] = this.world.server(side).status().peers;
    if (status === undefined) throw new Error(`Cannot find the peer of the ${side}`);
    return status;
  }

  /** U_PDU octets that have come to the node of a side. */
  arrivedBytes(side: Side): number {
    return this.sis(side).node.counts.arrivedBytes;
  }

  /** Keeps what a side has on disk now. Only with a folder. */
  async keep(side: Side): Promise<void> {
    await copyDatabase(this.#path(side), `${this.#path(side)}.kept`);
  }

  /** A side crashes, and is started again on what was kept: all that it did since was never on disk. */
  async crash(side: Side): Promise<void> {
    const path = this.#path(side);
    await this.world.restart(side, () => copyDatabase(`${path}.kept`, path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
    await this.net.stop();
  }

  #path(side: Side): string {
    return this.#folder === undefined ? ":memory:" : `${this.#folder}/${side}.sqlite`;
  }
}

/** The database with its write-ahead log; nobody may be writing. */
async function copyDatabase(from: string, to: string): Promise<void> {
  await Deno.copyFile(from, to);
  for (const end of ["-wal", "-shm"]) {
    await Deno.remove(to + end).catch(() => {});
    await Deno.copyFile(from + end, to + end).catch(() => {});
  }
}

function otherOf(side: Side): Side {
  return side === "ship" ? "shore" : "ship";
}

function configOf(
  side: Side,
  { profile = "halyard", rules = "hf", peer = "", carrier = "", tcp, key, modem }: HfWorldOptions,
): string {
  const other = otherOf(side);
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
${key === undefined ? "" : "    auth: { mode: seal, key_file: key }"}
${peer}
    carriers:
${tcp === undefined ? "" : tcpCarrier(side)}
      - stanag5066:
          server: "${HOSTS[side]}:${SIS_PORT}"
          address: "${NODES[side]}"
          peer_address: "${NODES[other]}"
          rate: ${rateBps}bps
          turnaround: ${turnaroundMs}ms
${carrier}
`;
}

function tcpCarrier(side: Side): string {
  const at = `${HOSTS.shore}:${LINK_PORT}`;
  const calls = side === "ship" ? `connect: "${at}", retry_most: 30s` : `listen: "${at}"`;
  return `      - tcp: { ${calls}, allow_from: ["${HOSTS[otherOf(side)]}"], ack_timeout: 1m }`;
}
