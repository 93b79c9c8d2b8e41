/**
 * The bars of profile `halyard`: what may cross the link at most, in virtual time, so that every machine gets the same
 * figures. `deno task bars` prints them; with `--update` it also writes `tests/bench/bars.json`.
 */
import { constants, createDeflateRaw } from "node:zlib";
import { Scratch } from "../support/config.ts";
import { print } from "../support/print.ts";
import { ROOT } from "../support/process.ts";
import type { SimClient } from "../support/sim_client.ts";
import { phoneMessage, referenceBodies } from "./air_budget.ts";
import { type Air, AirWorld, type Side } from "./air_world.ts";
import { measureIdleBlocks, measureRestartedBlocks } from "./block_bars.ts";

/** Messages before a break, each way. */
const BEFORE_BREAK = 20;
/** Messages that fill the window of DEFLATE before any is counted: more than 32,768 octets. */
const BEFORE_STEADY = 120;
const STEADY = 100;
const BETWEEN_MS = 10_000;
const HOUR_MS = 3_600_000;
/** Rules that shorten nothing. */
const RULES = "none";
/** Octets that end a sync flush. */
const TRAILER_SIZE_BYTES = 4;

/** A figure, and what was promised. */
export interface Bar {
  readonly bytes: number;
  /** Absent where nothing was promised. */
  readonly most?: number;
}

/** The committed figures, below the root of the checkout. */
export const BARS_FILE = "tests/bench/bars.json";

/** Every bar by name. */
export type Bars = Readonly<Record<string, Bar>>;

type Break = "nothing" | "the link" | Side;
const BREAKS = [["a reconnect", "the link"], ["a restart of the caller", "ship"], [
  "a restart of the called side",
  "shore",
]] as const;

/** Measures all of them. */
export async function measureBars(): Promise<Bars> {
  return {
    ...await measureFirst(),
    ...await measureBreaks(),
    ...await measureSteady(),
    ...await measureIdle(),
    "block carrier: a restart with nothing to say": { bytes: measureRestartedBlocks(), most: 12 },
  };
}

/** A ship and a shore with a client on each. */
class Scene {
  readonly air: AirWorld;
  readonly clients = new Map<Side, SimClient>();

  private constructor(air: AirWorld) {
    this.air = air;
  }

  static async start(directory?: string): Promise<Scene> {
    // The bars are about the link before anything shortens what crosses it.
    const plain = { rules: RULES, shorten: false };
    const choice = directory === undefined ? plain : { ...plain, directory };
    const scene = new Scene(await AirWorld.start("halyard", choice));
    scene.air.world.addAccount("ship", "romeo");
    scene.air.world.addAccount("shore", "juliet");
    await scene.login("ship");
    await scene.login("shore");
    await scene.air.rest();
    return scene;
  }

  async login(side: Side): Promise<void> {
    const client = await this.air.login(side, side === "ship" ? "romeo" : "juliet", "phone");
    client.send("<presence/>");
    this.clients.set(side, client);
  }

  /** A message, until it has arrived. */
  async say(from: Side, body: string, id: string | undefined = this.air.uuid()): Promise<void> {
    const to = from === "ship" ? "shore" : "ship";
    const jid = to === "ship" ? "romeo@ship.example" : "juliet@shore.example";
    this.client(from).send(phoneMessage(jid, body, id));
    await this.air.take(this.client(to), (xml) => xml.includes(id));
  }

  async interrupt(what: Break): Promise<void> {
    const { world } = this.air;
    if (what === "the link") {
      world.link.cut();
      world.link.mend();
    } else if (what !== "nothing") {
      await world.restart(what);
      await this.login(what);
    }
    await this.air.rest();
  }

  client(side: Side): SimClient {
    const client = this.clients.get(side);
    if (client === undefined) throw new Error(`Cannot speak: nobody is logged in on the ${side}`);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.air[Symbol.asyncDispose]();
  }
}

async function measureFirst(): Promise<Bars> {
  await using scene = await Scene.start();
  const { air } = scene;
  const body = "Alongside at 0600, fuel and water please, and mail if any is".padEnd(60, ".");
  air.since();
  scene.client("ship").send(
    `<message to='juliet@shore.example' type='chat' id='1'><body>${body}</body></message>`,
  );
  await air.take(scene.client("shore"), (xml) => xml.includes(body));
  const first = air.since();
  return {
    "first message between two fresh servers, 60 characters": { bytes: sum(first), most: 130 },
    "its changes of direction": { bytes: first.turnarounds, most: 0 },
  };
}

/**
 * What a break costs when the link is up again and nobody says anything, and by how much the first message after that
 * is dearer than the same message on a link that never broke.
 */
async function measureBreaks(): Promise<Bars> {
  const bars: Record<string, Bar> = {};
  const unbroken = {
    ship: await measureBreak("nothing", "ship"),
    shore: await measureBreak("nothing", "shore"),
  };
  for (const [name, what] of BREAKS) {
    for (const from of ["ship", "shore"] as const) {
      const { quiet, message } = await measureBreak(what, from);
      const who = from === "ship" ? "caller" : "called side";
      const above = sum(message) - sum(unbroken[from].message);
      bars[`${name} with nothing to say, caller to called`] = { bytes: quiet.forth, most: 12 };
      bars[`${name} with nothing to say, called to caller`] = { bytes: quiet.back, most: 12 };
      bars[`after ${name}, first message of the ${who}, above an unbroken link`] = { bytes: above, most: 8 };
      bars[`${name} and that message together, ${who}`] = { bytes: sum(quiet) + above };
    }
  }
  return bars;
}

/** What crosses from the break until all is at rest, and then with the first message until all is at rest again. */
async function measureBreak(
  what: Break,
  from: Side,
): Promise<{ readonly quiet: Air; readonly message: Air }> {
  await using scratch = new Scratch();
  await using scene = await Scene.start(scratch.path);
  const bodies = await referenceBodies();
  for (const [index, body] of bodies.slice(0, 2 * BEFORE_BREAK).entries()) {
    await scene.say(index % 2 === 0 ? "ship" : "shore", body);
  }
  await scene.air.rest();
  scene.air.since();
  await scene.interrupt(what);
  const quiet = scene.air.since();
  await scene.say(from, bodies[2 * BEFORE_BREAK] ?? "", "the-first-after-it");
  await scene.air.rest();
  return { quiet, message: scene.air.since() };
}

/** Bytes a message above raw DEFLATE of the same stanzas, when only one side speaks, and when both do in turn. */
async function measureSteady(): Promise<Bars> {
  const bars: Record<string, Bar> = {};
  const groups: readonly (readonly Side[])[] = [["ship"], ["ship", "shore"]];
  for (const speakers of groups) {
    await using scene = await Scene.start();
    const bodies = await referenceBodies();
    const say = async (first: number, count: number) => {
      for (let turn = first; turn < first + count; turn++) {
        for (const from of speakers) {
          await scene.say(
            from,
            bodies[(turn * speakers.length + speakers.indexOf(from)) % bodies.length] ?? "",
          );
          await scene.air.world.clock.advance(BETWEEN_MS);
        }
      }
    };
    await say(0, BEFORE_STEADY);
    scene.air.since();
    await say(BEFORE_STEADY, STEADY);
    await scene.air.rest();
    const carried = sum(scene.air.since());
    const raw = await Promise.all(speakers.map((from) => rawSizeBytes(textsOf(scene, from))));
    const above = (carried - raw.reduce((total, size) => total + size)) / (STEADY * speakers.length);
    const how = speakers.length === 1 ? "one side speaks" : "both speak in turn";
    bars[`each message above raw DEFLATE, ${how}`] = { bytes: Math.round(above * 100) / 100, most: 5 };
  }
  return bars;
}

/** The stanzas that `from` has sent, as the other side holds them. */
function textsOf(scene: Scene, from: Side): readonly Uint8Array[] {
  const [here, there] = from === "ship" ? ["shore", "ship"] : ["ship", "shore"];
  const texts = scene.air.world.storage(here ?? "").flows(there ?? "").receiver.load()?.texts ?? [];
  if (texts.length < BEFORE_STEADY + STEADY) throw new Error(`Cannot compare: only ${texts.length} are held`);
  return texts.map(({ text }) => text);
}

/** What zlib makes of the last stanzas, each ended by a sync flush without its last four octets. */
async function rawSizeBytes(texts: readonly Uint8Array[]): Promise<number> {
  const deflate = createDeflateRaw({ level: 9, memLevel: 9, windowBits: 15 });
  let sizeBytes = 0;
  deflate.on("data", (octets: Uint8Array) => void (sizeBytes += octets.length));
  let before = 0;
  for (const [index, text] of texts.entries()) {
    if (index === texts.length - STEADY) before = sizeBytes;
    await new Promise<void>((resolve) => {
      deflate.write(text);
      deflate.flush(constants.Z_SYNC_FLUSH, () => resolve());
    });
  }
  deflate.destroy();
  return sizeBytes - before - STEADY * TRAILER_SIZE_BYTES;
}

async function measureIdle(): Promise<Bars> {
  await using scene = await Scene.start();
  await scene.say("ship", "hello");
  await scene.say("shore", "hello");
  await scene.air.rest();
  scene.air.since();
  await scene.air.world.clock.advance(HOUR_MS);
  return {
    "an idle hour over TCP": { bytes: sum(scene.air.since()), most: 200 },
    "an idle hour over a carrier that confirms": { bytes: measureIdleBlocks(HOUR_MS), most: 0 },
  };
}

function sum({ forth, back }: Air): number {
  return forth + back;
}

/** Whether more crosses than was promised. */
export function isMissed({ bytes, most = Number.POSITIVE_INFINITY }: Bar): boolean {
  return bytes > most;
}

/** A line for each bar, marked where it is missed. */
export function printBars(bars: Bars): void {
  for (const [name, bar] of Object.entries(bars)) {
    const promised = bar.most === undefined ? "" : `  at most ${bar.most}${isMissed(bar) ? "  MISSED" : ""}`;
    print(`${name.padEnd(78)}${String(bar.bytes).padStart(7)}${promised}\n`);
  }
}

/** The committed figures; none when there is no file yet. */
export async function readBars(): Promise<Bars> {
  try {
    return (JSON.parse(await Deno.readTextFile(ROOT + BARS_FILE)) as { bars: Bars }).bars;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

if (import.meta.main) {
  const bars = await measureBars();
  printBars(bars);
  if (Deno.args.includes("--update")) {
    const text = JSON.stringify({ unit: "application bytes on the link", bars }, null, 2);
    await Deno.writeTextFile(ROOT + BARS_FILE, `${text}\n`);
    print(`written to ${BARS_FILE}\n`);
  }
}
