import { type RandomSource, seededRandom } from "../../src/base/mod.ts";
import { World } from "../../src/sim/mod.ts";
import { writeXml } from "../../src/xml/mod.ts";
import { item } from "../../src/storage/testing/support.ts";
import { SimClient } from "../support/sim_client.ts";
import { makeUuid } from "./uuid.ts";

/** The link on which the budgets are measured. */
export const AIR_LINK = { rateBps: 2_400, delayMs: 500 } as const;
export const AIR_PEER = { compression: "deflate", rules: "hf" } as const;

/** The language on the link. */
export type Profile = "xep-0361" | "halyard";

const HOSTS = { ship: "192.0.2.1", shore: "192.0.2.2" } as const;
const CLIENT_PORT = 5221;
const LINK_PORT = 5270;
/** Virtual time in which everything on this link comes to rest. */
const REST_MS = 120_000;

export type Side = keyof typeof HOSTS;

/** What crossed the link in a part of a run. */
export interface Air {
  /** Application bytes from ship to shore. */
  readonly forth: number;
  /** Application bytes from shore to ship. */
  readonly back: number;
  /** Changes of direction. */
  readonly turnarounds: number;
}

/** What a run wants otherwise than the air budgets. */
export interface AirChoice {
  /** Rules of both peers; those of the budgets unless given. */
  readonly rules?: string;
  /** Whether stanzas are shortened; they are unless said otherwise. */
  readonly shorten?: boolean;
  /** `presence` of both peers, as YAML; all defaults unless given. */
  readonly presence?: string;
  /** Where the servers keep their databases; in memory unless they have to survive a restart. */
  readonly directory?: string;
}

/** A ship and a shore on a virtual link. The ship calls; nothing of it depends on the machine. */
export class AirWorld {
  readonly world = new World({ link: AIR_LINK, seed: 361 });
  readonly #ids: RandomSource = seededRandom(4);
  #mark: Air = { forth: 0, back: 0, turnarounds: 0 };

  static async start(profile: Profile, choice: AirChoice = {}): Promise<AirWorld> {
    const air = new AirWorld();
    const { directory } = choice;
    for (const [side, other] of [["ship", "shore"], ["shore", "ship"]] as const) {
      const path = directory === undefined ? ":memory:" : `${directory}/${side}.db`;
      await air.world.add(side, HOSTS[side], config(side, other, profile, choice), path);
    }
    return air;
  }

  login(side: Side, username: string, resource: string): Promise<SimClient> {
    const at = { host: HOSTS[side], port: CLIENT_PORT, domain: `${side}.example` };
    return SimClient.login(this.world, at, username, resource);
  }

  /** Makes two accounts contacts of one another without anything crossing the link. */
  befriend(side: Side, username: string, contact: string): void {
    this.world.storage(side).rosters.put(username, item(contact, { subscription: "both" }));
  }

  /** Lets time pass until nothing moves any more. */
  async rest(): Promise<void> {
    await this.world.clock.advance(REST_MS);
  }

  /** Waits until `client` has a stanza that `wanted` accepts, and takes it. @throws {Error} after ten minutes */
  async take(client: SimClient, wanted: (xml: string) => boolean): Promise<void> {
    const find = () => client.inbox.findIndex((element) => wanted(writeXml(element)));
    await this.world.clock.until(() => find() >= 0, 600_000);
    client.inbox.splice(find(), 1);
  }

  /** What crossed since the last call, or since the start. */
  since(): Air {
    const { sizeBytes, turnarounds } = this.world.link.count;
    const now = { forth: sizeBytes.forth, back: sizeBytes.back, turnarounds };
    const before = this.#mark;
    this.#mark = now;
    return {
      forth: now.forth - before.forth,
      back: now.back - before.back,
      turnarounds: now.turnarounds - before.turnarounds,
    };
  }

  /** A random id as clients make them: of a seed, so that every run has the same. */
  uuid(): string {
    return makeUuid(this.#ids);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }
}

function config(side: Side, other: Side, profile: Profile, choice: AirChoice): string {
  const { rules = AIR_PEER.rules, shorten = true, presence = "{}" } = choice;
  const calls = side === "ship"
    ? `connect: "${HOSTS[other]}:${LINK_PORT}"`
    : `listen: "${HOSTS[side]}:${LINK_PORT}"`;
  return `
domain: ${side}.example
clients:
  plaintext: { listen: "${HOSTS[side]}:${CLIENT_PORT}", insecure: true }
peers:
  ${other}:
    domains: [${other}.example]
    profile: ${profile}
    compression: ${AIR_PEER.compression}
    rules: ${rules}
    shorten: ${shorten}
    presence: ${presence}
    carriers:
      - tcp: { ${calls}, allow_from: ["${HOSTS[other]}"], rate: ${AIR_LINK.rateBps}bps }
`;
}
