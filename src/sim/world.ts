import { type Log, nullLog, type RandomSource, seededRandom } from "../base/mod.ts";
import { type Config, parseConfig } from "../config/mod.ts";
import type { TlsIdentity } from "../net/mod.ts";
import { Server } from "../server.ts";
import { openStorage, type Storage } from "../storage/mod.ts";
import { deriveCredentials } from "../stream/mod.ts";
import { VirtualClock } from "./clock.ts";
import { type CrashPoint, Life } from "./life.ts";
import { SimLink, type SimLinkOptions } from "./link.ts";
import { SimNetwork } from "./network.ts";
import { SteppedClock } from "./stepped_clock.ts";

/** No listener of the simulated network speaks TLS, so nothing ever reads this. */
const NO_TLS: TlsIdentity = { certificatePem: "", keyPem: "" };

type LinkKeys = ReadonlyMap<string, Uint8Array>;

/** A server of a world, with what survives its restart. */
interface Inhabitant {
  readonly config: Config;
  readonly host: string;
  /** Its machine's, which goes on when the server ends. */
  readonly clock: SteppedClock;
  path: string;
  life: Life;
  readonly linkKeys: LinkKeys | undefined;
  server: Server;
  storage: Storage;
}

/** Whole servers around one simulated link, in virtual time: the same seed gives the same run. */
export class World {
  readonly clock = new VirtualClock();
  readonly link: SimLink;
  readonly network: SimNetwork;
  readonly random: RandomSource;
  readonly #log: Log;
  readonly #servers = new Map<string, Inhabitant>();

  constructor(options: { readonly link: SimLinkOptions; readonly seed?: number; readonly log?: Log }) {
    this.link = new SimLink(this.clock, options.link);
    this.network = new SimNetwork(this.clock, this.link);
    this.random = seededRandom(options.seed ?? 1);
    this.#log = options.log ?? nullLog;
  }

  /**
   * Adds and starts a server.
   * @param host its address on the simulated network
   * @param path its database; `:memory:` unless it has to survive `restart`
   * @param linkKeys the keys of the peers that have `auth`, by the peers' names
   */
  async add(
    name: string,
    host: string,
    yaml: string,
    path = ":memory:",
    linkKeys?: LinkKeys,
  ): Promise<Server> {
    const machine = {
      config: configOf(yaml, name),
      host,
      path,
      linkKeys,
      clock: new SteppedClock(this.clock),
    };
    const inhabitant = { ...machine, ...this.#make(machine) };
    this.#servers.set(name, inhabitant);
    await inhabitant.server.start();
    return inhabitant.server;
  }

  server(name: string): Server {
    return this.#find(name).server;
  }

  storage(name: string): Storage {
    return this.#find(name).storage;
  }

  /** Makes an account whose password is its name. */
  addAccount(name: string, username: string): void {
    this.storage(name).accounts.create(deriveCredentials(username, username, this.random));
  }

  /**
   * Stops a server in good order and starts it again on what it kept.
   * @param between called while it is down
   * @param yaml its configuration from now on, if that is another
   */
  async restart(
    name: string,
    between: () => Promise<void> | void = () => {},
    yaml?: string,
  ): Promise<void> {
    const inhabitant = this.#find(name);
    await this.#stop(inhabitant);
    await between();
    const config = yaml === undefined ? inhabitant.config : configOf(yaml, name);
    Object.assign(inhabitant, { config }, this.#make({ ...inhabitant, config }));
    await inhabitant.server.start();
  }

  /** Puts the time of day of a server's machine forward, or back when below 0. */
  stepClock(name: string, byMs: number): void {
    this.#find(name).clock.step(byMs);
  }

  /** A server will crash in the next turn that stores something. */
  crashAt(name: string, point: CrashPoint): void {
    this.#find(name).life.crashAt(point);
  }

  /** Whether a server has crashed and was not begun again. */
  hasCrashed(name: string): boolean {
    return this.#find(name).life.isOver;
  }

  /**
   * Crashes a server, unless it has crashed already, and starts it on what was committed.
   * @param copied copies the database as it is on the disk, log and all, while the server that crashed has it open;
   * gives the path of the copy
   */
  async recover(name: string, copied: (path: string) => string): Promise<void> {
    const inhabitant = this.#find(name);
    inhabitant.life.crash();
    const path = copied(inhabitant.path);
    inhabitant.storage.close();
    Object.assign(inhabitant, { path }, this.#make({ ...inhabitant, path }));
    await inhabitant.server.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const inhabitant of this.#servers.values()) await this.#stop(inhabitant);
  }

  async #stop({ life, server, storage }: Inhabitant): Promise<void> {
    if (life.isOver) return storage.close();
    let stopped = false;
    const stopping = server.stop().then(() => {
      stopped = true;
    });
    while (!stopped) await this.clock.advance(1_000);
    await stopping;
    storage.close();
  }

  #make(
    { config, host, path, clock, linkKeys }: Omit<Inhabitant, "life" | "server" | "storage">,
  ): { life: Life; server: Server; storage: Storage } {
    const life = new Life(this.network.from(host), clock, this.#log);
    const storage = openStorage({ path, turn: life.turn });
    const server = new Server({
      config,
      network: life.network,
      storage,
      turn: life.turn,
      tls: NO_TLS,
      log: life.log,
      clock: life.clock,
      random: this.random,
      ...(linkKeys && { linkKeys }),
      version: "0.0.0-sim",
    });
    return { life, server, storage };
  }

  #find(name: string): Inhabitant {
    const found = this.#servers.get(name);
    if (found === undefined) throw new Error(`Cannot find the server ${name}`);
    return found;
  }
}

function configOf(yaml: string, name: string): Config {
  const parsed = parseConfig(yaml, name);
  if ("problems" in parsed) throw new Error(parsed.problems.map((problem) => problem.message).join("; "));
  return parsed.config;
}
