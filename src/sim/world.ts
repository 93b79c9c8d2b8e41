import { type Log, nullLog, type RandomSource, seededRandom, Turn } from "../base/mod.ts";
import { type Config, parseConfig } from "../config/mod.ts";
import type { TlsIdentity } from "../net/mod.ts";
import { Server } from "../server.ts";
import { openStorage, type Storage } from "../storage/mod.ts";
import { deriveCredentials } from "../stream/mod.ts";
import { VirtualClock } from "./clock.ts";
import { SimLink, type SimLinkOptions } from "./link.ts";
import { SimNetwork } from "./network.ts";

/** No listener of the simulated network speaks TLS, so nothing ever reads this. */
const NO_TLS: TlsIdentity = { certificatePem: "", keyPem: "" };

type LinkKeys = ReadonlyMap<string, Uint8Array>;

/** A server of a world, with what survives its restart. */
interface Inhabitant {
  readonly config: Config;
  readonly host: string;
  readonly path: string;
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
    const parsed = parseConfig(yaml, name);
    if ("problems" in parsed) throw new Error(parsed.problems.map((problem) => problem.message).join("; "));
    const what = { config: parsed.config, host, path, linkKeys };
    const { server, storage } = this.#make(what);
    this.#servers.set(name, { ...what, server, storage });
    await server.start();
    return server;
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
   */
  async restart(name: string, between: () => Promise<void> | void = () => {}): Promise<void> {
    const inhabitant = this.#find(name);
    await this.#stop(inhabitant);
    await between();
    Object.assign(inhabitant, this.#make(inhabitant));
    await inhabitant.server.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const inhabitant of this.#servers.values()) await this.#stop(inhabitant);
  }

  async #stop({ server, storage }: Inhabitant): Promise<void> {
    let stopped = false;
    const stopping = server.stop().then(() => {
      stopped = true;
    });
    while (!stopped) await this.clock.advance(1_000);
    await stopping;
    storage.close();
  }

  #make(
    { config, host, path, linkKeys }: Omit<Inhabitant, "server" | "storage">,
  ): { server: Server; storage: Storage } {
    const turn = new Turn((error) => {
      throw error;
    });
    const storage = openStorage({ path, turn });
    const server = new Server({
      config,
      network: this.network.from(host),
      storage,
      turn,
      tls: NO_TLS,
      log: this.#log,
      clock: this.clock,
      random: this.random,
      ...(linkKeys && { linkKeys }),
      version: "0.0.0-sim",
    });
    return { server, storage };
  }

  #find(name: string): Inhabitant {
    const found = this.#servers.get(name);
    if (found === undefined) throw new Error(`Cannot find the server ${name}`);
    return found;
  }
}
