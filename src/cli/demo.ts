import { nullLog, systemClock, systemRandom, Turn } from "../base/mod.ts";
import { type Config, parseConfig } from "../config/mod.ts";
import { makeSelfSigned, type Network, systemNetwork } from "../net/mod.ts";
import { Server } from "../server.ts";
import { SimLink, SimNetwork } from "../sim/mod.ts";
import { openStorage, type Storage } from "../storage/mod.ts";
import { deriveCredentials } from "../stream/mod.ts";
import { demoConfig, type DemoSide, SHIP, SHORE } from "./demo_sides.ts";
import { demoLines, hello } from "./demo_view.ts";
import { CommandError, EXIT, print } from "./exit.ts";
import { draw } from "./draw.ts";
import { wholeNumber } from "./numbers.ts";
import { interrupted } from "./run.ts";
import { VERSION } from "./version.ts";

export interface DemoOptions {
  readonly rate: string;
  readonly delay: string;
  readonly carrier: string;
}

/** `halyard demo`: ship and shore in one process, joined by a simulated link, until interrupted. */
export async function demo(options: DemoOptions): Promise<void> {
  if (options.carrier !== "tcp") {
    throw new CommandError(
      `Cannot run the demo over ${options.carrier}: not built into this version`,
      EXIT.usage,
    );
  }
  const rateBps = wholeNumber(options.rate, "--rate", 10, 1_000_000_000);
  const delayMs = wholeNumber(options.delay, "--delay", 0, 600_000);
  const stopped = interrupted();
  const link = new SimLink(systemClock, { rateBps, delayMs });
  const sim = new SimNetwork(systemClock, link);
  const network = systemNetwork(nullLog);
  const ends = [
    await startSide(SHIP, SHORE, network, sim, rateBps),
    await startSide(SHORE, SHIP, network, sim, rateBps),
  ];
  for (const line of hello(rateBps, delayMs)) print(line);
  print("ready");
  let over = false;
  const end = stopped.then(() => {
    over = true;
  });
  const view = draw(
    systemClock,
    () => demoLines(ends.map(({ server }) => server.status()), link, rateBps, delayMs),
    () => over,
  );
  await Promise.race([end, view]);
  for (const { server, storage } of ends) {
    await server.stop();
    storage.close();
  }
}

async function startSide(
  side: DemoSide,
  other: DemoSide,
  network: Network,
  sim: SimNetwork,
  rateBps: number,
): Promise<{ server: Server; storage: Storage }> {
  const turn = new Turn((error) => {
    throw error;
  });
  const storage = openStorage({ path: ":memory:", turn });
  prepareAccount(storage, side, other);
  const onLink = sim.from(side.linkHost);
  const server = new Server({
    config: parsed(demoConfig(side, other, rateBps)),
    network: {
      listenTcp: (at, onTransport, tls) => network.listenTcp(at, onTransport, tls),
      listenTls: (at, tls, onTransport) => network.listenTls(at, tls, onTransport),
      listenLink: (at, tls, onTransport) => onLink.listenLink(at, tls, onTransport),
      connectLink: (to, tls, timeoutMs) => onLink.connectLink(to, tls, timeoutMs),
    },
    storage,
    turn,
    tls: await makeSelfSigned(side.domain, systemClock.nowMs()),
    log: nullLog,
    clock: systemClock,
    random: systemRandom,
    version: VERSION,
  });
  await server.start();
  return { server, storage };
}

/** The account, with the other end's one in its contacts, so that the two see one another at once. */
function prepareAccount(storage: Storage, side: DemoSide, other: DemoSide): void {
  storage.accounts.create(deriveCredentials(side.username, side.password, systemRandom));
  storage.rosters.put(side.username, {
    jid: `${other.username}@${other.domain}`,
    name: undefined,
    groups: [],
    subscription: "both",
    ask: false,
    approved: false,
    pendingIn: undefined,
    listed: true,
  });
}

function parsed(yaml: string): Config {
  const result = parseConfig(yaml, "demo");
  if ("problems" in result) {
    throw new Error(`Cannot read the demo's own configuration: ${JSON.stringify(result)}`);
  }
  return result.config;
}
