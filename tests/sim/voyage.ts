import assert from "node:assert/strict";
import type { Log } from "../../src/base/mod.ts";
import { World } from "../../src/sim/mod.ts";
import { item } from "../../src/storage/testing/support.ts";
import { Dice } from "../support/dice.ts";
import { SimClient } from "../support/sim_client.ts";
import { checkPeople, Person, type Sent } from "./people.ts";
import { CLIENT_PORT, HOSTS, type Plan, planOf, siteOf } from "./voyage_plan.ts";

/** Rounds in which everything has to come to rest, and how long each is. */
const REST_ROUNDS = 300;
const REST_MS = 60_000;
/** Rolls of the dice of a usual run. */
export const VOYAGE_STEPS = 150;
const HOUR_MS = 3_600_000;
const LEVELS = ["routine", "priority", "immediate", "flash"] as const;

/** What has happened on a voyage. */
export interface VoyageCounts {
  readonly accepted: number;
  readonly heard: number;
  /** Messages whose sender was told that they do not cross. */
  readonly told: number;
  readonly crashes: number;
  readonly restarts: number;
  readonly cuts: number;
  readonly clockSteps: number;
}

/**
 * Whole servers and a link between them under the virtual clock, driven by dice: messages of all levels, some that
 * expire, presence, cuts, restarts, crashes that lose what was not committed, clocks set right and wrong. The seed
 * gives the run again.
 */
export class Voyage {
  readonly trace: string[] = [];
  readonly #plan: Plan;
  readonly #dice: Dice;
  readonly #world: World;
  readonly #directory: string;
  readonly #people: readonly Person[];
  readonly #sent: Sent[] = [];
  /** Servers that have crashed or were restarted. */
  readonly #broken = new Set<string>();
  /** Servers that will crash in the next turn that stores something. */
  readonly #doomed = new Set<string>();
  #crashes = 0;
  #restarts = 0;
  #cuts = 0;
  #clockSteps = 0;
  #resynchronised = 0;
  readonly #errors: string[] = [];

  private constructor(seed: number, directory: string) {
    this.#dice = new Dice(seed);
    this.#plan = planOf(this.#dice);
    this.#directory = directory;
    this.#people = this.#plan.sides.flatMap((side) => [
      new Person(`captain-${side}`, side, false),
      new Person(`mate-${side}`, side, false),
      new Person(`sleeper-${side}`, side, true),
    ]);
    const { rateBps, delayMs } = this.#plan;
    this.#world = new World({ seed, link: { rateBps, delayMs }, log: this.#log() });
  }

  /** @param directory for the databases */
  static async begin(seed: number, directory: string): Promise<Voyage> {
    const voyage = new Voyage(seed, directory);
    const { sides } = voyage.#plan;
    for (const side of sides) {
      await voyage.#world.add(side, HOSTS[side] ?? "", siteOf(side, voyage.#plan), `${directory}/${side}.db`);
    }
    for (const person of voyage.#people) {
      voyage.#world.addAccount(person.side, person.name);
      for (const contact of voyage.#people) {
        if (contact.side !== person.side) voyage.#befriend(person, contact.jid);
      }
    }
    voyage.#note("all", JSON.stringify(voyage.#plan));
    return voyage;
  }

  /** Plays `steps` rolls of the dice, then lets the link be good until nothing is left to do. */
  async play(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      await this.#logIn();
      await this.#roll();
      await this.#pass(this.#dice.below(10) === 0 ? this.#dice.below(600_000) : this.#dice.below(5_000));
      this.#checkBounds();
    }
    await this.#rest();
    await this.#wake();
    this.#note("all", JSON.stringify(this.counts));
  }

  /** What was accepted came once, or its sender knows; the flows never had to begin anew. */
  check(): void {
    checkPeople(this.#people, this.#sent, { mayRefuse: this.#plan.isTight, broken: this.#broken });
    assert.deepEqual(this.#errors, [], "a server has logged an error");
    assert.equal(this.#resynchronised, 0, "a flow began anew although nobody was set back");
  }

  get counts(): VoyageCounts {
    const sum = (of: (person: Person) => number) =>
      this.#people.reduce((total, person) => total + of(person), 0);
    return {
      accepted: this.#sent.filter(({ isAccepted }) => isAccepted).length,
      heard: sum(({ heard }) => heard.length),
      told: sum(({ told }) => told.size),
      crashes: this.#crashes,
      restarts: this.#restarts,
      cuts: this.#cuts,
      clockSteps: this.#clockSteps,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#world[Symbol.asyncDispose]();
  }

  async #roll(): Promise<void> {
    const { link } = this.#world;
    const side = this.#dice.pick(this.#plan.sides);
    const roll = this.#dice.below(100);
    if (roll < 58) this.#say(this.#someone());
    else if (roll < 66) {
      for (let burst = this.#dice.between(3, 12); burst > 0; burst--) this.#say(this.#someone());
    } else if (roll < 76) this.#showPresence();
    else if (roll < 84) link.up ? this.#cut() : this.#mend();
    else if (roll < 87) this.#drop(this.#someone());
    else if (roll < 90) this.#step(side);
    else if (!this.#plan.fragile.includes(side)) this.#showPresence();
    else if (roll < 94) await this.#restart(side);
    else await this.#crash(side);
  }

  #cut(): void {
    this.#cuts++;
    this.#world.link.cut();
    this.#note("link", "is cut");
  }

  #mend(): void {
    this.#world.link.mend();
    this.#note("link", "is mended");
  }

  #say(from: Person): void {
    const others = this.#people.filter((to) => this.#plan.areLinked(from.side, to.side));
    const to = others[this.#dice.below(others.length)];
    if (to === undefined || from.client === undefined) return;
    const id = `m${this.#sent.length}`;
    const level = this.#dice.below(2) === 0 ? "routine" : this.#dice.pick(LEVELS);
    const terms = this.#plan.isTight ? this.#terms(from, to) : "";
    const filling = "x".repeat(this.#dice.below(8) === 0 ? this.#dice.below(3_000) : this.#dice.below(60));
    this.#sent.push({ id, from, to, level, isPerishable: terms !== "", isAccepted: false });
    this.#note(from.name, `says ${id} to ${to.jid}, ${level}${terms === "" ? "" : `, ${terms}`}`);
    const header = level === "routine"
      ? ""
      : `<headers xmlns='http://jabber.org/protocol/shim'><header name='Precedence'>${level}</header></headers>`;
    from.client.send(
      `<message to='${to.jid}' type='chat' id='${id}'><body>${id} ${filling}</body>${header}${terms}</message>` +
        `<iq type='get' id='p${id}' to='${from.side}.example'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
  }

  /**
   * Now and then a message is worth something for a while only, or only at once. The latter not to those who are away:
   * the far server refuses it, and its answer waits for the link without any claim.
   */
  #terms({ side }: Person, to: Person): string {
    const roll = this.#dice.below(10);
    if (roll === 0) return to.isAway ? "" : "<no-store xmlns='urn:xmpp:hints'/>";
    if (roll > 2) return "";
    const action = this.#dice.pick(["error", "alert"]);
    const atMs = (this.#world.server(side).status().nowMs) + this.#dice.between(-60_000, 900_000);
    return `<amp xmlns='http://jabber.org/protocol/amp'><rule action='${action}' condition='expire-at' ` +
      `value='${new Date(atMs).toISOString()}'/></amp>`;
  }

  #showPresence(): void {
    for (let burst = this.#dice.between(1, 20); burst > 0; burst--) {
      const show = this.#dice.pick(["away", "dnd", "xa", "chat"]);
      this.#someone().client?.send(`<presence><show>${show}</show><status>${burst}</status></presence>`);
    }
  }

  #drop(person: Person): void {
    if (person.client === undefined || !this.#plan.fragile.includes(person.side)) return;
    person.hasBroken = true;
    person.client.drop();
    this.#note(person.name, "breaks off");
  }

  #step(side: string): void {
    this.#clockSteps++;
    const byMs = this.#dice.between(-2 * HOUR_MS, 2 * HOUR_MS);
    this.#world.stepClock(side, byMs);
    this.#note(side, `has its clock put by ${byMs} ms`);
  }

  async #restart(side: string): Promise<void> {
    if (this.#doomed.has(side)) return await this.#recover(side);
    this.#restarts++;
    this.#note(side, "restarts");
    this.#break(side);
    await this.#world.restart(side);
  }

  async #crash(side: string): Promise<void> {
    const when = this.#dice.below(3);
    if (when === 0) return await this.#recover(side);
    const point = when === 1 ? "before commit" : "after commit";
    this.#note(side, `will crash ${point}`);
    this.#world.crashAt(side, point);
    this.#doomed.add(side);
  }

  /** Crashes a server, if it has not yet, and starts it on what was on its disk. */
  async #recover(side: string): Promise<void> {
    this.#crashes++;
    this.#note(side, "crashes");
    this.#break(side);
    this.#doomed.delete(side);
    await this.#world.recover(side, (path) => this.#copied(path, side));
  }

  #copied(path: string, side: string): string {
    const copy = `${this.#directory}/${side}-${this.#crashes}.db`;
    for (const suffix of ["", "-wal"]) Deno.copyFileSync(path + suffix, copy + suffix);
    return copy;
  }

  #break(side: string): void {
    this.#broken.add(side);
    for (const person of this.#people) {
      if (person.side === side && person.client !== undefined) person.hasBroken = true;
    }
  }

  async #logIn(all = false): Promise<void> {
    for (const person of this.#people) {
      if (person.client?.ended === true) person.client = undefined;
      if (person.client !== undefined || (person.isAway && !all)) continue;
      const { name, side } = person;
      const at = { host: HOSTS[side] ?? "", port: CLIENT_PORT, domain: `${side}.example` };
      try {
        person.client = await SimClient.login(this.#world, at, name, "x");
        person.client.send("<presence/>");
      } catch (error) {
        if (!this.#world.hasCrashed(side)) throw error;
        await this.#recover(side);
      }
    }
  }

  async #pass(durationMs: number): Promise<void> {
    await this.#world.clock.advance(durationMs);
    for (const side of this.#plan.sides) if (this.#world.hasCrashed(side)) await this.#recover(side);
    for (const person of this.#people) person.listen((id) => this.#accepted(id));
  }

  #accepted(id: string): void {
    const one = this.#sent[Number(id.slice(1))];
    if (one !== undefined) one.isAccepted = true;
  }

  #checkBounds(): void {
    for (const side of this.#plan.sides) {
      for (const { name, queue } of this.#world.server(side).status().peers) {
        // That somebody has gone is said in any case: at most once for each pair.
        const awake = this.#people.filter((person) => person.side === side && !person.isAway);
        const theirs = this.#people.filter((person) => person.side === name);
        const most = this.#plan.queueStanzas + awake.length * theirs.length;
        assert(queue.stanzas <= most, `${queue.stanzas} stanzas wait on ${side} for ${name}`);
      }
    }
  }

  /** No more mishaps, until nothing waits and all is acknowledged. */
  async #rest(): Promise<void> {
    this.#world.link.mend();
    this.#note("all", "have peace");
    for (const side of [...this.#doomed]) await this.#recover(side);
    for (let round = 0; round < REST_ROUNDS; round++) {
      await this.#logIn();
      await this.#pass(REST_MS);
      const peers = this.#plan.sides.flatMap((side) => this.#world.server(side).status().peers);
      if (peers.every(({ queue, unacknowledged }) => queue.stanzas === 0 && unacknowledged === 0)) return;
    }
    throw new Error("Cannot come to rest: something waits for ever");
  }

  /** Those who were away come and take what was kept for them. */
  async #wake(): Promise<void> {
    await this.#logIn(true);
    for (let round = 0; round < 3; round++) await this.#pass(REST_MS);
  }

  #someone(): Person {
    const awake = this.#people.filter(({ isAway }) => !isAway);
    return awake[this.#dice.below(awake.length)] ?? assert.fail("nobody is there");
  }

  #befriend(person: Person, jid: string): void {
    this.#world.storage(person.side).rosters.put(person.name, item(jid, { subscription: "both" }));
  }

  #note(who: string, what: string): void {
    this.trace.push(
      `${String(Math.round(this.#world.clock.monotonicMs())).padStart(10)} ${who.padEnd(12)} ${what}`,
    );
  }

  #log(): Log {
    const note = (event: string, fields: unknown) => this.#note("log", `${event} ${JSON.stringify(fields)}`);
    return {
      debug: () => {},
      info: () => {},
      warn: (event, fields) => {
        if (event === "link resynchronised") this.#resynchronised++;
        note(event, fields);
      },
      error: (event, fields) => {
        this.#errors.push(event);
        note(event, fields);
      },
    };
  }
}

/**
 * Plays one run and checks it.
 * @throws {Error} naming the seed, with the end of the trace
 */
export async function playVoyage(seed: number, steps: number, traceLines = 60): Promise<Voyage> {
  const directory = Deno.makeTempDirSync({ prefix: "halyard-voyage-" });
  let trace: readonly string[] = [];
  try {
    await using voyage = await Voyage.begin(seed, directory);
    trace = voyage.trace;
    await voyage.play(steps);
    voyage.check();
    return voyage;
  } catch (error) {
    const why = error instanceof Error ? error.stack : String(error);
    throw new Error(`voyage ${seed}: ${why}\n${trace.slice(-traceLines).join("\n")}`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}
