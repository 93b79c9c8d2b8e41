import { nullLog, systemClock } from "../../src/base/mod.ts";
import { systemNetwork } from "../../src/net/mod.ts";
import { Relay, SimLink } from "../../src/sim/mod.ts";
import { loopback, pickPorts, Scratch, type Site, writeSite } from "../support/config.ts";
import { addUser, HalyardProcess } from "../support/process.ts";
import { FarShore, type FarShoreOptions } from "./far_shore.ts";
import { Prosody } from "./prosody.ts";
import { SlixmppClient } from "./slixmpp.ts";

const LINK = { rateBps: 64_000, delayMs: 5 };
const PASSWORD = "correct horse";
const SECRET = "o happy dagger";
const ROOMS = "rooms.shore.example";
/** The room of all tests. */
export const ROOM = `bridge@${ROOMS}`;

/** How the two sides of the link are set. */
export interface RoomChoice {
  readonly rules: "none" | "hf";
  readonly shorten: { readonly ship: boolean; readonly shore: boolean };
}

/** A ship, which is a process of Halyard; a shore, which is Prosody with its rooms; and the link between them. */
export class RoomWorld {
  readonly #stack = new AsyncDisposableStack();
  readonly #relay: Relay;
  readonly #site: Site;
  readonly #prosody: Prosody;
  readonly #far: FarShoreOptions;
  #shore: FarShore | undefined;
  #ship: HalyardProcess | undefined;

  private constructor(relay: Relay, site: Site, prosody: Prosody, far: FarShoreOptions) {
    this.#relay = relay;
    this.#site = site;
    this.#prosody = prosody;
    this.#far = far;
  }

  /** Starts all of it, with the accounts romeo@ship.example and juliet@shore.example. */
  static async start({ rules, shorten }: RoomChoice): Promise<RoomWorld> {
    await using stack = new AsyncDisposableStack();
    const { path } = stack.use(new Scratch());
    const ports = { ship: pickPorts(), shore: pickPorts() };
    const both = { profile: "halyard", rules } as const;
    const relay = stack.adopt(
      new Relay(systemNetwork(nullLog), new SimLink(systemClock, LINK)),
      (relay) => relay.close(),
    );
    const way = await relay.open({ listen: loopback(0), connect: loopback(ports.shore.link) });

    const prosody = stack.use(
      await Prosody.start({
        directory: path,
        domain: "shore.example",
        accounts: { juliet: PASSWORD },
        rooms: ROOMS,
        component: { domain: "ship.example", secret: SECRET },
      }),
    );
    const far = await writeSite(path, "shore.example", ports.shore, {
      peers: { ship: { ...both, domain: "ship.example", shorten: shorten.shore } },
    });
    const site = await writeSite(path, "ship.example", ports.ship, {
      peers: {
        shore: {
          ...both,
          domain: "shore.example",
          alsoDomains: [ROOMS],
          connectPort: way.port,
          shorten: shorten.ship,
        },
      },
    });
    await addUser(site.configPath, "romeo@ship.example", PASSWORD);
    const world = new RoomWorld(relay, site, prosody, {
      site: far,
      domains: ["shore.example", ROOMS],
      componentPort: prosody.componentPort,
      secret: SECRET,
    });
    world.#stack.use(stack.move());
    try {
      await world.startShore();
      await world.startShip();
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The far end of the link. */
  get shore(): FarShore {
    if (this.#shore === undefined) throw new Error("Cannot find the shore: it is not running");
    return this.#shore;
  }

  async startShore(): Promise<void> {
    this.#shore = await FarShore.start(this.#far);
  }

  /** Ends the far end of the link; Prosody stays. */
  async stopShore(): Promise<void> {
    await this.#shore?.[Symbol.asyncDispose]();
    this.#shore = undefined;
  }

  async startShip(): Promise<void> {
    this.#ship = await HalyardProcess.start(this.#site.configPath);
  }

  /** Stops it as an operator does. @returns its exit code */
  async stopShip(): Promise<number | undefined> {
    return (await this.#ship?.stop())?.code;
  }

  /** `kill -9`. */
  async killShip(): Promise<void> {
    await this.#ship?.kill();
  }

  async cutLink(): Promise<void> {
    await this.#relay.cut();
  }

  async mendLink(): Promise<void> {
    await this.#relay.mend();
  }

  romeo(): Promise<SlixmppClient> {
    return login("romeo@ship.example/deck", this.#site.ports.starttls);
  }

  /** One more aboard. */
  async benvolio(): Promise<SlixmppClient> {
    await addUser(this.#site.configPath, "benvolio@ship.example", PASSWORD);
    return await login("benvolio@ship.example/mast", this.#site.ports.starttls);
  }

  juliet(): Promise<SlixmppClient> {
    return login("juliet@shore.example/balcony", this.#prosody.clientPort);
  }

  /** Runs a part of a test; when it fails, its error says what the servers have written. */
  async explain(part: () => Promise<void>): Promise<void> {
    try {
      await part();
    } catch (error) {
      const logs = `--- ship\n${this.#ship?.log}\n--- Prosody\n${this.#prosody.log}`;
      throw new Error(`${(error as Error).message}\n${logs}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ship?.[Symbol.asyncDispose]();
    await this.stopShore();
    await this.#stack.disposeAsync();
  }
}

async function login(jid: string, port: number): Promise<SlixmppClient> {
  const client = await SlixmppClient.login({ jid, password: PASSWORD, port });
  await client.do("presence");
  return client;
}
