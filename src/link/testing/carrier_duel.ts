import assert from "node:assert/strict";
import { randomFraction, type RandomSource, seededRandom } from "../../base/mod.ts";
import { type Callers, type CarrierName, PORTS, severalCarriers, stores } from "./carriers.ts";
import { SHIP, SHORE, type Side, World } from "./world.ts";

type Name = "ship" | "shore";
const NAMES: readonly Name[] = ["ship", "shore"];
const OTHER: Readonly<Record<Name, Name>> = { ship: "shore", shore: "ship" };
const CARRIERS: readonly CarrierName[] = ["radio", "satellite", "telephone"];
const LEVELS = ["routine", "priority", "immediate", "flash"] as const;
const PEOPLE = ["anna", "boris"] as const;

/** How long everything may take to come to rest, once there is peace. */
const PEACE_MS = 900_000;

/** What one person said to another at one level: within that, order is kept. */
type Threads = Map<string, string[]>;

/**
 * Two whole sides and several carriers between them, driven by dice: carriers are cut, swallow, slow down and mend,
 * sides crash with or without a word, stop in good order and begin again on what they had stored, keep quiet for a
 * while. The seed gives the run again.
 */
export class CarrierDuel {
  readonly #random: RandomSource;
  readonly #world: World;
  readonly #count: number;
  readonly #callers: Callers;
  readonly #auth: { readonly mode: "sign" | "seal"; readonly key: Uint8Array } | undefined;
  readonly #stores = { ship: stores(), shore: stores() };
  readonly #sides: Partial<Record<Name, Side>> = {};
  readonly #said: Record<Name, Threads> = { ship: new Map(), shore: new Map() };
  readonly #heard: Record<Name, Threads> = { ship: new Map(), shore: new Map() };
  #bodies = 0;
  readonly trace: string[] = [];

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#world = new World(this.#pick([0, 20, 300]));
    this.#count = this.#pick([1, 2, 3]);
    this.#callers = this.#pick(["ship", "shore", "both"]);
    const mode = this.#pick([undefined, undefined, "sign", "seal"] as const);
    this.#auth = mode === undefined ? undefined : { mode, key: new Uint8Array(32).fill(7) };
    this.#note(`${this.#count} carriers, called by ${this.#callers}, ${mode ?? "open"}`);
  }

  /** Rolls the dice `steps` times, then makes peace and waits until nothing is left to do. */
  async play(steps: number): Promise<void> {
    for (const name of NAMES) await this.#begin(name);
    for (let step = 0; step < steps; step++) {
      await this.#roll();
      await this.#world.clock.advance(Math.floor(this.#fraction() ** 3 * 20_000));
    }
    await this.#makePeace();
  }

  /** Everything said was heard once and in order, and nothing is left. */
  check(): void {
    for (const name of NAMES) {
      const heard = sorted(this.#heard[OTHER[name]]);
      assert.deepEqual(heard, sorted(this.#said[name]), `${name} to ${OTHER[name]}`);
      const status = this.#sides[name]?.status;
      assert.deepEqual([status?.state, status?.queue.stanzas, status?.unacknowledged], ["up", 0, 0], name);
      assert.equal(status?.carrier, "tcp");
    }
    const used = new Set(this.#world.network.open.map(({ way }) => way));
    assert.ok(used.has(this.#world.network.way(PORTS.radio)), "it has returned to the preferred carrier");
  }

  async end(): Promise<void> {
    await this.#world.stop();
    assert.equal(this.#world.clock.pending, 0, "no timer is left");
  }

  async #roll(): Promise<void> {
    const name = this.#pick(NAMES);
    const port = PORTS[this.#pick(CARRIERS.slice(0, this.#count))];
    const way = this.#world.network.way(port);
    const dice = this.#fraction();
    if (dice < 0.6) this.#say(name);
    else if (dice < 0.67) {
      this.#note(`${port} is cut`);
      this.#world.network.cutWay(port);
    } else if (dice < 0.71) {
      this.#note(`${port} swallows`);
      way.state = "hole";
    } else if (dice < 0.87) {
      this.#note(`${port} mends`);
      way.state = "good";
    } else if (dice < 0.9) {
      way.rateBps = this.#pick([undefined, 2_400, 64_000]);
      this.#note(`${port} bears ${way.rateBps ?? "anything"}`);
    } else if (dice < 0.95) await this.#restart(name);
    else this.#keepQuiet(name);
  }

  async #restart(name: Name): Promise<void> {
    const side = this.#sides[name];
    const how = this.#pick(["crash", "power failure", "stop"]);
    this.#note(`${name}: ${how}`);
    if (how !== "stop") side?.crash(how === "power failure");
    else {
      const stopping = side?.links.stop();
      await this.#world.clock.advance(20_000);
      await stopping;
      // It has stopped already: only its place in the world is given back.
      side?.crash(false);
    }
    await this.#world.clock.advance(Math.floor(this.#fraction() * 5_000));
    await this.#begin(name);
  }

  #keepQuiet(name: Name): void {
    const side = this.#sides[name];
    const mode = side?.status.state === "quiet" ? "up" : "quiet";
    this.#note(`${name}: ${mode}`);
    side?.links.setMode(OTHER[name], mode);
  }

  #say(name: Name): void {
    for (let more = this.#fraction() < 0.1 ? 30 : 1; more > 0; more--) this.#sayOne(name);
  }

  #sayOne(name: Name): void {
    const [from, to, level] = [this.#pick(PEOPLE), this.#pick(PEOPLE), this.#pick(LEVELS)];
    const body = `${this.#bodies++} ${"x".repeat(Math.floor(this.#fraction() ** 12 * 20_000))}`;
    const [here, there] = name === "ship" ? [SHIP, SHORE] : [SHORE, SHIP];
    const claim = level === "routine"
      ? ""
      : `<headers xmlns='http://jabber.org/protocol/shim'><header name='Precedence'>${level}</header></headers>`;
    put(this.#said[name], `${from} ${to} ${level}`, body);
    this.#note(`${name} says ${body.slice(0, 8).trim()}, ${level}`);
    this.#sides[name]?.send(
      `<message id='${level}' from='${from}@${here.domain}/r' to='${to}@${there.domain}'><body>${body}</body>${claim}</message>`,
    );
  }

  async #begin(name: Name): Promise<void> {
    const here = name === "ship" ? SHIP : SHORE;
    const side = this.#world[name]({
      ...this.#stores[name],
      peer: severalCarriers(here, {
        callers: this.#callers,
        count: this.#count,
        peer: {
          auth: this.#auth,
          queue: { stanzas: 100_000, sizeBytes: 10 ** 9, ageMs: 10 ** 9, iqAgeMs: 10 ** 9 },
        },
      }),
      onRouted: ({ element, from, to }) => {
        const body = element.getChildText("body") ?? `<${element.name} type='${element.attrs.type}'/>`;
        put(this.#heard[name], `${from.local} ${to.local} ${element.attrs.id}`, body);
        this.#note(`${name} hears ${body.slice(0, 8).trim()}`);
      },
    });
    this.#sides[name] = side;
    await side.links.start();
  }

  async #makePeace(): Promise<void> {
    this.#note("peace");
    for (const port of Object.values(PORTS)) {
      this.#world.network.way(port).state = "good";
      this.#world.network.way(port).rateBps = undefined;
    }
    for (const name of NAMES) this.#sides[name]?.links.setMode(OTHER[name], "up");
    await this.#world.clock.advance(PEACE_MS);
    // Somebody has to speak so that a connection that is dead is found out.
    for (const name of NAMES) this.#sayOne(name);
    await this.#world.clock.advance(PEACE_MS);
  }

  #note(what: string): void {
    this.trace.push(`${String(this.#world.clock.monotonicMs()).padStart(9)} ${what}`);
  }

  #fraction(): number {
    return randomFraction(this.#random);
  }

  #pick<T>(all: readonly T[]): T {
    const picked = all[Math.floor(this.#fraction() * all.length)];
    if (picked === undefined && !all.includes(picked as T)) {
      throw new Error("Cannot pick: nothing to pick from");
    }
    return picked as T;
  }
}

function put(threads: Threads, thread: string, body: string): void {
  const bodies = threads.get(thread) ?? [];
  bodies.push(body);
  threads.set(thread, bodies);
}

function sorted(threads: Threads): (readonly [string, readonly string[]])[] {
  const brief = (body: string) => `${body.slice(0, 12).trim()} (${body.length})`;
  return [...threads].map(([thread, bodies]) => [thread, bodies.map(brief)] as const)
    .sort(([a], [b]) => a < b ? -1 : 1);
}

/**
 * Plays one run and checks it.
 * @throws {Error} naming the seed, with the end of the trace
 */
export async function playCarrierDuel(seed: number, steps: number): Promise<void> {
  const duel = new CarrierDuel(seed);
  try {
    await duel.play(steps);
    duel.check();
    await duel.end();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}: ${why}\n${duel.trace.slice(0, 1)}\n${duel.trace.slice(-60).join("\n")}`);
  }
}
