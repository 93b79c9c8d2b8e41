/**
 * Two servers over TCP, profile `halyard`, with a link that is cut and servers that are killed (`kill -9`) in the middle
 * of traffic: `deno task soak --messages 5000 --seed 1`; with `--seal`, what crosses is sealed.
 */
import assert from "node:assert/strict";
import { nullLog, systemClock } from "../../src/base/mod.ts";
import { systemNetwork } from "../../src/net/mod.ts";
import { Relay, SimLink } from "../../src/sim/mod.ts";
import { loopback, pickPorts, Scratch, type Site, writeSite } from "../support/config.ts";
import { Dice } from "../support/dice.ts";
import { print } from "../support/print.ts";
import { addUser, halyard, HalyardProcess } from "../support/process.ts";
import { XmppClient } from "../support/xmpp_client.ts";
import { Way } from "./way.ts";

const PASSWORD = "secret";
/** Messages of both ways between two kills. */
const PER_KILL = { least: 20, most: 160 } as const;
/** Kills before those who were away come back and everything is counted. */
const KILLS_PER_ACT = 3;
const CUT_EVERY = 40;

const SIDES = ["ship", "shore"] as const;
type Side = (typeof SIDES)[number];

/** What a run is to be. */
export interface SoakChoice {
  /** Messages that are accepted, both ways, at least. */
  readonly messages: number;
  readonly seed: number;
  /** What crosses is sealed with a key. */
  readonly isSealed: boolean;
}

/** What happened. */
export interface SoakCounts {
  readonly accepted: number;
  readonly heard: number;
  readonly kills: number;
  readonly cuts: number;
  /** Accepted messages that never came. */
  readonly lost: number;
  readonly repeated: number;
  /** Whether what came, came in order. */
  readonly isOrdered: boolean;
  /** How often a flow had to begin anew. */
  readonly resynchronised: number;
}

/** Plays a run. What is wrong in it is in the counts. */
export async function soak(
  choice: SoakChoice,
  onAct: (counts: SoakCounts) => void = () => {},
): Promise<SoakCounts> {
  await using scratch = new Scratch();
  const soak = await Soak.prepare(scratch, choice);
  try {
    while (soak.counts.accepted < choice.messages) {
      await soak.act();
      onAct(soak.counts);
    }
  } finally {
    await soak.stop();
  }
  return soak.counts;
}

/** Fails with what is wrong in a run. */
export function checkSoak(counts: SoakCounts): void {
  const { lost, repeated, isOrdered, resynchronised } = counts;
  assert.deepEqual(
    { lost, repeated, isOrdered, resynchronised },
    { lost: 0, repeated: 0, isOrdered: true, resynchronised: 0 },
  );
}

/**
 * In each act the servers of some sides are killed again and again. Those who listen there are away meanwhile, since
 * between a server and its client nothing survives a kill; on the other sides they listen all the time.
 */
class Soak {
  readonly #sites: Readonly<Record<Side, Site>>;
  readonly #relay: Relay;
  readonly #dice: Dice;
  readonly #servers = new Map<Side, HalyardProcess>();
  readonly #listeners = new Map<Side, XmppClient>();
  /** Where each way begins. */
  readonly #ways: Readonly<Record<Side, Way>> = {
    ship: new Way("juliet@shore.example"),
    shore: new Way("romeo@ship.example"),
  };
  #kills = 0;
  #cuts = 0;
  #resynchronised = 0;
  #cutting: Promise<void> = Promise.resolve();

  private constructor(sites: Readonly<Record<Side, Site>>, relay: Relay, seed: number) {
    this.#sites = sites;
    this.#relay = relay;
    this.#dice = new Dice(seed);
  }

  static async prepare(scratch: Scratch, { seed, isSealed }: SoakChoice): Promise<Soak> {
    const [shipPorts, shorePorts] = [pickPorts(), pickPorts()];
    const link = new SimLink(systemClock, { rateBps: undefined, delayMs: 10 });
    const relay = new Relay(systemNetwork(nullLog), link);
    const way = await relay.open({ listen: loopback(0), connect: loopback(shorePorts.link) });
    const keyPath = `${scratch.path}/link.key`;
    if (isSealed) assert.equal((await halyard(["key", "make", keyPath])).code, 0);
    const auth = isSealed ? { auth: { mode: "seal", key_file: keyPath } } as const : {};
    const sites = {
      ship: await writeSite(scratch.path, "ship.example", shipPorts, {
        peers: { shore: { domain: "shore.example", connectPort: way.port, profile: "halyard", ...auth } },
      }),
      shore: await writeSite(scratch.path, "shore.example", shorePorts, {
        peers: { ship: { domain: "ship.example", profile: "halyard", ...auth } },
      }),
    };
    for (const name of ["romeo", "benvolio"]) {
      await addUser(sites.ship.configPath, `${name}@ship.example`, PASSWORD);
    }
    for (const name of ["juliet", "nurse"]) {
      await addUser(sites.shore.configPath, `${name}@shore.example`, PASSWORD);
    }
    const soak = new Soak(sites, relay, seed);
    for (const side of SIDES) await soak.#start(side);
    return soak;
  }

  get counts(): SoakCounts {
    const ways = Object.values(this.#ways);
    const sum = (of: (way: Way) => number) => ways.reduce((total, way) => total + of(way), 0);
    return {
      accepted: sum((way) => way.accepted.size),
      heard: sum((way) => way.heard.length),
      kills: this.#kills,
      cuts: this.#cuts,
      lost: sum((way) => way.lost.length),
      repeated: sum((way) => way.repeated),
      isOrdered: ways.every((way) => way.isOrdered),
      resynchronised: this.#resynchronised,
    };
  }

  /** Some kills, and then all come and are counted. */
  async act(): Promise<void> {
    const victims = this.#dice.pick<readonly Side[]>([["ship"], ["shore"], SIDES]);
    for (const side of SIDES) if (!victims.includes(side)) await this.#listen(side);
    for (let kill = 0; kill < KILLS_PER_ACT; kill++) await this.#speakUntilKilled(victims);
    await this.#count();
  }

  async stop(): Promise<void> {
    await this.#cutting;
    for (const client of this.#listeners.values()) await client[Symbol.asyncDispose]();
    for (const side of this.#servers.keys()) await this.#end(side);
    await this.#relay.close();
  }

  async #speakUntilKilled(victims: readonly Side[]): Promise<void> {
    const enough = Promise.withResolvers<void>();
    let left = this.#dice.between(PER_KILL.least, PER_KILL.most);
    const stop = { isDue: false };
    await using ship = await this.#login("ship", "speaker");
    await using shore = await this.#login("shore", "speaker");
    const speakers: [Side, XmppClient][] = [["ship", ship], ["shore", shore]];
    const speaking = speakers.map(([side, client]) =>
      this.#ways[side].speak(client, stop, () => {
        if (--left === 0) enough.resolve();
        if (this.#dice.below(CUT_EVERY) === 0) this.#cut();
      })
    );
    const spoken = Promise.all(speaking);
    await Promise.race([enough.promise, spoken]);
    for (const side of victims) await this.#kill(side);
    stop.isDue = true;
    await spoken;
    for (const side of victims) await this.#start(side);
  }

  /** A last message of each way, which has all others before it; then everybody has heard all. */
  async #count(): Promise<void> {
    await this.#cutting;
    for (const side of SIDES) await this.#listen(side);
    for (const side of SIDES) {
      await using client = await this.#login(side, "speaker");
      const way = this.#ways[side];
      const last = await way.say(client);
      const listener = this.#listeners.get(side === "ship" ? "shore" : "ship");
      if (listener !== undefined) await way.hear(listener, last);
    }
    for (const [side, client] of this.#listeners) {
      this.#listeners.delete(side);
      await client.close();
    }
  }

  async #listen(side: Side): Promise<void> {
    if (this.#listeners.has(side)) return;
    const client = await this.#login(side, "listener");
    await client.send("<presence/>");
    await client.ping();
    this.#listeners.set(side, client);
  }

  #login(side: Side, what: "speaker" | "listener"): Promise<XmppClient> {
    const { ports, domain } = this.#sites[side];
    const names = { ship: ["benvolio", "romeo"], shore: ["nurse", "juliet"] }[side];
    const user = names[what === "speaker" ? 0 : 1] ?? "";
    return XmppClient.login({ port: ports.plaintext, domain }, { user, password: PASSWORD, resource: what });
  }

  #cut(): void {
    this.#cuts++;
    this.#cutting = this.#cutting.then(() => this.#relay.cut()).then(() => this.#relay.mend());
  }

  async #start(side: Side): Promise<void> {
    this.#servers.set(side, await HalyardProcess.start(this.#sites[side].configPath));
  }

  async #kill(side: Side): Promise<void> {
    await this.#end(side);
    this.#kills++;
  }

  async #end(side: Side): Promise<void> {
    const server = this.#servers.get(side);
    await server?.kill();
    this.#resynchronised += server?.log.match(/resynchronised/g)?.length ?? 0;
  }
}

function flag(name: string, otherwise: number): number {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(Deno.args[at + 1]);
}

if (import.meta.main) {
  const choice = {
    messages: flag("messages", 5_000),
    seed: flag("seed", 1),
    isSealed: Deno.args.includes("--seal"),
  };
  const startMs = performance.now();
  const counts = await soak(
    choice,
    (so) => print(`${so.accepted} accepted, ${so.kills} kills, ${so.cuts} cuts\n`),
  );
  print(`${JSON.stringify(counts)}\n${Math.round((performance.now() - startMs) / 1_000)} s\n`);
  checkSoak(counts);
}
