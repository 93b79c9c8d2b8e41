import assert from "node:assert/strict";
import { randomFraction, type RandomSource, seededRandom } from "../../../base/mod.ts";
import { type CarrierKind, LinkEngine } from "../engine.ts";
import { DamageError } from "../octets.ts";
import { MemoryStore } from "./memory_store.ts";

type Name = "ship" | "shore";
const OTHER: Readonly<Record<Name, Name>> = { ship: "shore", shore: "ship" };

/** The kinds of run, by name. */
export const KINDS: Readonly<Record<string, Mishaps>> = {
  "a good link": { cut: 0, crash: 0, restore: 0 },
  "a link that keeps breaking": { cut: 0.05, crash: 0, restore: 0 },
  "cuts and crashes": { cut: 0.03, crash: 0.02, restore: 0 },
  "cuts, crashes and backups put back": { cut: 0.02, crash: 0.01, restore: 0.01 },
};

/** What may go wrong, each as its chance at a step. */
export interface Mishaps {
  readonly cut: number;
  readonly crash: number;
  /** An older backup is put back. */
  readonly restore: number;
}

interface Side {
  readonly store: MemoryStore;
  engine: LinkEngine;
  /** What is on its way to this side. */
  incoming: Uint8Array;
  readonly accepted: string[];
  backup: ReturnType<MemoryStore["backup"]> | undefined;
  restored: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Two engines and a link between them, driven by dice: random traffic, octets delivered in random pieces, cuts,
 * crashes that lose what was not committed, backups put back. The seed gives the run again.
 */
export class Duel {
  readonly #random: RandomSource;
  readonly #mishaps: Mishaps;
  readonly #sides: Record<Name, Side>;
  readonly trace: string[] = [];
  #nowMs = 0;
  #isUp = false;
  #count = 0;
  /** How often a flow had to begin anew. */
  resynchronised = 0;
  readonly #kind: CarrierKind = "stream";

  constructor(seed: number, mishaps: Mishaps) {
    this.#random = seededRandom(seed);
    this.#mishaps = mishaps;
    this.#sides = { ship: this.#newSide("ship"), shore: this.#newSide("shore") };
  }

  /** Plays `steps` rolls of the dice, then lets the link be good until nothing is left to do. */
  play(steps: number): void {
    for (let step = 0; step < steps; step++) this.#roll();
    this.#settle();
  }

  /** Every stanza accepted was delivered once, in order; with backups put back, none was lost. */
  check(): void {
    if (this.#mishaps.restore === 0) {
      assert.equal(this.resynchronised, 0, "a flow began anew although nobody was set back");
    }
    for (const name of ["ship", "shore"] as const) {
      const { accepted, store, restored } = this.#sides[name];
      const { delivered } = this.#sides[OTHER[name]].store;
      const anyRestored = restored || this.#sides[OTHER[name]].restored;
      if (anyRestored) this.#checkNoneLost(name, accepted, delivered);
      else assert.deepEqual(byUrgency(delivered), byUrgency(accepted), `${name} to ${OTHER[name]}`);
      assert.equal(store.waiting.length, 0);
      assert.equal(this.#sides[name].engine.unacknowledged, 0, `${name} waits for an acknowledgement`);
    }
  }

  #checkNoneLost(name: Name, accepted: readonly string[], delivered: readonly string[]): void {
    const missing = accepted.filter((text) => !delivered.includes(text));
    assert.deepEqual(missing.map(brief), [], `${name} to ${OTHER[name]}: lost`);
    const firsts = delivered.filter((text, index) => delivered.indexOf(text) === index);
    assert.deepEqual(
      byUrgency(firsts),
      byUrgency(accepted.filter((text) => firsts.includes(text))),
      "first deliveries keep their order",
    );
  }

  #newSide(name: Name): Side {
    const store = new MemoryStore();
    store.commit();
    const side = { store, incoming: new Uint8Array(0), accepted: [], backup: undefined, restored: false };
    return { ...side, engine: this.#newEngine(name, store) };
  }

  #newEngine(name: Name, store: MemoryStore): LinkEngine {
    const engine = new LinkEngine({
      store,
      random: this.#random,
      coding: 1,
      ackDelayMs: 5_000,
      events: {
        deliver: ({ text }) => void store.delivered.push(decoder.decode(text)),
        peerRestarted: () => this.#note(name, "hears of a restart"),
        resynchronised: (what, lost) => {
          this.resynchronised++;
          this.#note(name, `${what}, ${lost} lost`);
        },
      },
    });
    store.commit();
    return engine;
  }

  #roll(): void {
    const name: Name = this.#chance(0.5) ? "ship" : "shore";
    const { cut, crash, restore } = this.#mishaps;
    if (this.#chance(restore)) this.#restore(name);
    else if (this.#chance(crash)) this.#crash(name);
    else if (this.#chance(cut)) this.#cut();
    else if (!this.#isUp && this.#chance(0.3)) this.#connect();
    else if (this.#chance(0.3)) this.#send(name);
    else if (this.#chance(0.5)) {
      this.#pump(name);
      // The worst moment: it has just arrived, and what was not stored by then is forgotten.
      if (this.#chance(crash * 3)) {
        this.#arrive(OTHER[name], Number.POSITIVE_INFINITY);
        this.#crash(name);
      }
    } else this.#arrive(name, Math.ceil(this.#fraction() * 60));
    this.#nowMs += Math.floor(this.#fraction() * 1_000);
  }

  #settle(): void {
    if (!this.#isUp) this.#connect();
    for (let round = 0; round < 300; round++) {
      if (!this.#isUp) this.#connect();
      for (const name of ["ship", "shore"] as const) {
        this.#pump(name);
        this.#arrive(name, Number.POSITIVE_INFINITY);
      }
      this.#nowMs += 1_000;
      const isQuiet = Object.values(this.#sides).every(({ store, engine, incoming }) =>
        store.waiting.length === 0 && engine.unacknowledged === 0 && incoming.length === 0
      );
      if (isQuiet) return;
    }
  }

  #send(name: Name): void {
    const side = this.#sides[name];
    const body = "x".repeat(Math.floor(this.#fraction() ** 9 * 9_000));
    const urgency = this.#chance(0.2) ? URGENT : "";
    const text = `<message${urgency} id='${name}${this.#count++}'><body>hello ${
      this.#count % 7
    }${body}</body></message>`;
    side.accepted.push(text);
    // An urgent one overtakes all that has no number yet, so a crash may give a number to another text than before.
    if (isUrgent(text)) side.store.waiting.splice(this.#urgentBefore(side.store.waiting), 0, text);
    else side.store.waiting.push(text);
    side.store.commit();
    this.#note(name, `accepts ${text.length} octets`);
  }

  /** Where an urgent stanza goes: behind the urgent ones that wait. */
  #urgentBefore(waiting: readonly string[]): number {
    const routine = waiting.findIndex((text) => !isUrgent(text));
    return routine < 0 ? waiting.length : routine;
  }

  /** Numbers what waits, commits, and hands what goes out to the link. */
  #pump(name: Name): void {
    const { store, engine } = this.#sides[name];
    for (;;) {
      const [text] = store.waiting;
      if (text === undefined || !engine.hasRoomFor(text.length)) break;
      store.waiting.shift();
      engine.accept(encoder.encode(text));
    }
    store.commit();
    if (!this.#isUp) return;
    const frames = engine.flush(this.#nowMs, 4_096);
    const far = this.#sides[OTHER[name]];
    for (const frame of frames) far.incoming = joined(far.incoming, frame);
    if (frames.length > 0) this.#note(name, `sends ${frames.map((frame) => frame.length).join(" ")}`);
    if (engine.mustEnd) this.#cut();
  }

  #arrive(name: Name, mostBytes: number): void {
    const side = this.#sides[name];
    if (!this.#isUp || side.incoming.length === 0) return;
    const piece = side.incoming.slice(0, mostBytes);
    side.incoming = side.incoming.slice(piece.length);
    try {
      side.engine.receive(piece, this.#nowMs);
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      this.#note(name, error.message);
      side.store.commit();
      this.#cut();
      return;
    }
    if (!this.#chance(0.3)) side.store.commit();
    if (side.engine.mustEnd) this.#cut();
  }

  #connect(): void {
    this.#isUp = true;
    this.#note("ship", "connects");
    for (const { engine } of Object.values(this.#sides)) engine.connected(this.#kind);
  }

  #cut(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#note("ship", "is cut off");
    for (const side of Object.values(this.#sides)) {
      side.engine.disconnected();
      side.incoming = new Uint8Array(0);
    }
  }

  #crash(name: Name): void {
    const side = this.#sides[name];
    this.#cut();
    side.store.crash();
    side.engine = this.#newEngine(name, side.store);
    this.#note(name, "crashes");
  }

  /** Takes a backup now and then, and puts the last one back: stanzas accepted since are gone with it. */
  #restore(name: Name): void {
    const side = this.#sides[name];
    if (side.backup === undefined || this.#chance(0.5)) {
      side.backup = side.store.backup();
      return;
    }
    this.#cut();
    side.store.restore(side.backup);
    side.restored = true;
    const known = [
      ...side.store.waiting,
      ...side.engine.unacknowledgedTexts.map((text) => decoder.decode(text)),
    ];
    const far = this.#sides[OTHER[name]].store;
    far.commit();
    const { delivered } = far;
    // What nobody has any more after the restoration was lost with the disk, not by the engine.
    side.engine = this.#newEngine(name, side.store);
    const left = [
      ...side.store.waiting,
      ...side.engine.unacknowledgedTexts.map((text) => decoder.decode(text)),
    ];
    const kept = side.accepted.filter((text) => delivered.includes(text) || left.includes(text));
    side.accepted.splice(0, side.accepted.length, ...kept);
    this.#note(name, `is set back; ${known.length} waited, ${left.length} do now`);
  }

  #note(name: Name, what: string): void {
    this.trace.push(`${String(this.#nowMs).padStart(9)} ${name.padEnd(5)} ${what}`);
  }

  #fraction(): number {
    return randomFraction(this.#random);
  }

  #chance(probability: number): boolean {
    return this.#fraction() < probability;
  }
}

/**
 * Plays one run and checks it.
 * @throws {Error} naming the seed, with the end of the trace
 */
export function playDuel(seed: number, mishaps: Mishaps, steps: number): Duel {
  const duel = new Duel(seed, mishaps);
  try {
    duel.play(steps);
    duel.check();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}: ${why}\n${duel.trace.slice(-40).join("\n")}`);
  }
  return duel;
}

const URGENT = " xml:lang='x-urgent'";

function isUrgent(text: string): boolean {
  return text.includes(URGENT);
}

/** Order is kept among urgent stanzas and among the others, not between them. */
function byUrgency(texts: readonly string[]): readonly (readonly string[])[] {
  return [true, false].map((urgent) => texts.filter((text) => isUrgent(text) === urgent).map(brief));
}

function brief(text: string): string {
  return `${text.slice(0, 40)} (${text.length})`;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
