import { nullLog, systemClock, systemRandom, Turn } from "../base/mod.ts";
import { type Config, parseConfig } from "../config/mod.ts";
import { makeSelfSigned, type Network, systemNetwork } from "../net/mod.ts";
import { Server } from "../server.ts";
import { RATES_BPS } from "../sim/mod.ts";
import { openStorage, type Storage } from "../storage/mod.ts";
import { deriveCredentials } from "../stream/mod.ts";
import { demoConfig, type DemoSide, SHIP, SHORE } from "./demo_sides.ts";
import { demoLines, hello } from "./demo_view.ts";
import { type DemoWay, hfWay, tcpWay } from "./demo_way.ts";
import { CommandError, EXIT, print } from "./exit.ts";
import { draw } from "./draw.ts";
import { wholeNumber } from "./numbers.ts";
import { interrupted } from "./run.ts";
import { VERSION } from "./version.ts";

/** The words behind `halyard demo`; absent when not given. */
export interface DemoOptions {
  readonly carrier: string;
  readonly rate?: string;
  readonly delay?: string;
  readonly turnaround?: string;
  readonly interleaver?: string;
}

/** `halyard demo`: ship and shore in one process, joined by a simulated link, until interrupted. */
export async function demo(options: DemoOptions): Promise<void> {
  const stopped = interrupted();
  const way = options.carrier === "stanag5066" ? await overHf(options) : overTcp(options);
  const network = systemNetwork(nullLog);
  const ends = [await startSide(SHIP, SHORE, network, way), await startSide(SHORE, SHIP, network, way)];
  for (const line of hello(way)) print(line);
  print("ready");
  let over = false;
  const end = stopped.then(() => {
    over = true;
  });
  const view = draw(systemClock, () => demoLines(ends.map(({ server }) => server.status()), way), () => over);
  await Promise.race([end, view]);
  for (const { server, storage } of ends) {
    await server.stop();
    storage.close();
  }
  await way.stop();
}

function overTcp({ rate = "2400", delay = "500", turnaround, interleaver }: DemoOptions): DemoWay {
  if (turnaround !== undefined) notHere("--turnaround", "stanag5066");
  if (interleaver !== undefined) notHere("--interleaver", "stanag5066");
  return tcpWay(
    wholeNumber(rate, "--rate", 10, 1_000_000_000),
    wholeNumber(delay, "--delay", 0, 600_000),
  );
}

async function overHf(options: DemoOptions): Promise<DemoWay> {
  const { rate = "1200", interleaver = "short", turnaround = "2000", delay } = options;
  if (delay !== undefined) notHere("--delay", "tcp");
  const modem = {
    rateBps: wholeNumber(rate, "--rate", RATES_BPS[0] ?? 0, RATES_BPS.at(-1) ?? 0),
    turnaroundMs: wholeNumber(turnaround, "--turnaround", 0, 300_000),
    interleaver,
  };
  try {
    return await hfWay(modem);
  } catch (error) {
    if (error instanceof RangeError) throw new CommandError(error.message, EXIT.usage);
    throw error;
  }
}

function notHere(flag: string, carrier: string): never {
  throw new CommandError(`Cannot use ${flag}: it is for --carrier ${carrier}`, EXIT.usage);
}

async function startSide(
  side: DemoSide,
  other: DemoSide,
  network: Network,
  way: DemoWay,
): Promise<{ server: Server; storage: Storage }> {
  const turn = new Turn((error) => {
    throw error;
  });
  const storage = openStorage({ path: ":memory:", turn });
  prepareAccount(storage, side, other);
  const onLink = way.from(side);
  const server = new Server({
    config: parsed(demoConfig(side, other, way.carrier(side, other))),
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
