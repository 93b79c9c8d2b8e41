import { nullLog, systemClock } from "../../src/base/mod.ts";
import { systemNetwork } from "../../src/net/mod.ts";
import { Relay, SimLink, type SimLinkOptions } from "../../src/sim/mod.ts";
import { loopback, pickPorts, Scratch, type Site, writeSite } from "../support/config.ts";
import { addUser, HalyardProcess } from "../support/process.ts";

/** Password of every account. */
export const PASSWORD = "correct horse";

const STATE_MS = 20_000;

export type Side = "ship" | "shore";

/** Two server processes with a relay between them, each calling the other through it. */
export class ShipAndShore {
  readonly link: SimLink;
  readonly #scratch = new Scratch();
  readonly #relay: Relay;
  readonly #sites = new Map<Side, Site>();
  readonly #servers = new Map<Side, HalyardProcess>();

  private constructor(options: SimLinkOptions) {
    this.link = new SimLink(systemClock, options);
    this.#relay = new Relay(systemNetwork(nullLog), this.link);
  }

  /** Starts both, with the accounts romeo@ship.example and juliet@shore.example. */
  static async start(options: SimLinkOptions): Promise<ShipAndShore> {
    const world = new ShipAndShore(options);
    try {
      await world.#configure();
      for (const side of ["ship", "shore"] as const) await world.startServer(side);
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  site(side: Side): Site {
    const site = this.#sites.get(side);
    if (site === undefined) throw new Error(`Cannot find the ${side}: it has no configuration`);
    return site;
  }

  server(side: Side): HalyardProcess {
    const server = this.#servers.get(side);
    if (server === undefined) throw new Error(`Cannot find the ${side}: it is not running`);
    return server;
  }

  /** File with the certificate that the server made for itself. */
  certificate(side: Side): string {
    return `${this.site(side).directory}/data/certificate.pem`;
  }

  async startServer(side: Side): Promise<void> {
    this.#servers.set(side, await HalyardProcess.start(this.site(side).configPath));
  }

  /** Stops a server as an operator does. @returns its exit code */
  async stopServer(side: Side): Promise<number> {
    const { code } = await this.server(side).stop();
    this.#servers.delete(side);
    return code;
  }

  /** Resolves once a connection crosses the link. */
  async linkUp(): Promise<void> {
    await this.#until(() => this.#relay.connections > 0, "connection over the link");
  }

  /** Runs a part of a test; when it fails, its error says what the servers have written. */
  async explain(part: () => Promise<void>): Promise<void> {
    try {
      await part();
    } catch (error) {
      const logs = [...this.#servers].map(([side, server]) => `--- ${side}\n${server.log}`).join("\n");
      throw new Error(`${(error as Error).message}\n${logs}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers.values()) await server[Symbol.asyncDispose]();
    await this.#relay.close();
    await this.#scratch[Symbol.asyncDispose]();
  }

  async #configure(): Promise<void> {
    const ports = { ship: pickPorts(), shore: pickPorts() };
    const toShore = await this.#relay.open({
      listen: loopback(0),
      connect: loopback(ports.shore.link),
    });
    const toShip = await this.#relay.open({
      listen: loopback(0),
      connect: loopback(ports.ship.link),
      callerSends: "back",
    });
    const { path } = this.#scratch;
    const shore = { domain: "shore.example", connectPort: toShore.port, rate: "9600bps" };
    const ship = { domain: "ship.example", connectPort: toShip.port, rate: "9600bps" };
    this.#sites.set("ship", await writeSite(path, "ship.example", ports.ship, { peers: { shore } }));
    this.#sites.set("shore", await writeSite(path, "shore.example", ports.shore, { peers: { ship } }));
    await addUser(this.site("ship").configPath, "romeo@ship.example", PASSWORD);
    await addUser(this.site("shore").configPath, "juliet@shore.example", PASSWORD);
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    const giveUpMs = systemClock.monotonicMs() + STATE_MS;
    while (!condition()) {
      if (systemClock.monotonicMs() > giveUpMs) throw new Error(`Cannot go on: no ${what} in ${STATE_MS} ms`);
      await new Promise((resolve) => void systemClock.after(20, () => resolve(undefined)));
    }
  }
}
