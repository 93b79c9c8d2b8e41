import { nullLog, systemClock } from "../../src/base/mod.ts";
import { type Endpoint, systemNetwork } from "../../src/net/mod.ts";
import type { Element } from "../../src/xml/mod.ts";
import { type Direction, Relay, SimLink, type SimLinkOptions } from "../../src/sim/mod.ts";
import { loopback, type PeerChoice, pickPorts, Scratch, type Site, writeSite } from "../support/config.ts";
import { addUser, HalyardProcess } from "../support/process.ts";
import { tapped } from "../support/tap.ts";

/** Password of every account. */
export const PASSWORD = "correct horse";

export type Side = "ship" | "shore";
const SIDES: readonly Side[] = ["ship", "shore"];

/** How the two speak to one another; `xep-0361`, compressed, with the rules `hf`, unless it says otherwise. */
export interface Manner extends Pick<PeerChoice, "profile" | "compression" | "rules"> {
  /** Is told every stanza that leaves a side. Only where nothing is compressed, in profile `xep-0361`. */
  readonly overhear?: (from: Side, stanza: Element) => void;
}

/** Two server processes with a relay between them, each calling the other through it. */
export class ShipAndShore {
  readonly #scratch = new Scratch();
  /** The way to each side. */
  readonly #relays: Readonly<Record<Side, Relay>>;
  readonly #sites = new Map<Side, Site>();
  readonly #servers = new Map<Side, HalyardProcess>();

  private constructor(options: SimLinkOptions, { overhear }: Manner) {
    const [network, link] = [systemNetwork(nullLog), new SimLink(systemClock, options)];
    const to = (called: Side, caller: Side) =>
      overhear === undefined ? network : tapped(network, (end, stanza) => {
        overhear(end === "caller" ? caller : called, stanza);
      });
    this.#relays = {
      ship: new Relay(to("ship", "shore"), link),
      shore: new Relay(to("shore", "ship"), link),
    };
  }

  /** Starts both, with the accounts romeo@ship.example and juliet@shore.example. */
  static async start(options: SimLinkOptions, manner: Manner = {}): Promise<ShipAndShore> {
    const world = new ShipAndShore(options, manner);
    try {
      await world.#configure(manner);
      for (const side of SIDES) await world.startServer(side);
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
    await this.#relays[side].accept();
  }

  /** Stops a server as an operator does; calls to it are refused from then on. @returns its exit code */
  async stopServer(side: Side): Promise<number> {
    await this.#relays[side].refuse();
    const { code } = await this.server(side).stop();
    this.#servers.delete(side);
    return code;
  }

  /** Resolves once both servers say that the link is up. */
  async linkUp(): Promise<void> {
    for (const server of this.#servers.values()) {
      await server.logged(/link connected(?!.*link connection ended)/s);
    }
  }

  /** Cuts the link. Resolves when both servers have noticed. */
  async cutLink(): Promise<void> {
    await Promise.all(SIDES.map((side) => this.#relays[side].cut()));
    for (const server of this.#servers.values()) {
      await server.logged(/link connection ended(?!.*link connected)/s);
    }
  }

  async mendLink(): Promise<void> {
    await Promise.all(SIDES.map((side) => this.#relays[side].mend()));
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
    for (const side of SIDES) await this.#relays[side].close();
    await this.#scratch[Symbol.asyncDispose]();
  }

  async #configure({ overhear: _, ...manner }: Manner): Promise<void> {
    const ports = { ship: pickPorts(), shore: pickPorts() };
    const toShore = await this.#way("shore", ports.shore.link, "forth");
    const toShip = await this.#way("ship", ports.ship.link, "back");
    const { path } = this.#scratch;
    const shore = { domain: "shore.example", connectPort: toShore.port, rate: "9600bps", ...manner };
    const ship = { domain: "ship.example", connectPort: toShip.port, rate: "9600bps", ...manner };
    this.#sites.set("ship", await writeSite(path, "ship.example", ports.ship, { peers: { shore } }));
    this.#sites.set("shore", await writeSite(path, "shore.example", ports.shore, { peers: { ship } }));
    await addUser(this.site("ship").configPath, "romeo@ship.example", PASSWORD);
    await addUser(this.site("shore").configPath, "juliet@shore.example", PASSWORD);
  }

  /** A way to a server that refuses calls until the server is there. */
  async #way(to: Side, port: number, callerSends: Direction): Promise<Endpoint> {
    const relay = this.#relays[to];
    const at = await relay.open({ listen: loopback(0), connect: loopback(port), callerSends });
    await relay.refuse();
    return at;
  }
}
