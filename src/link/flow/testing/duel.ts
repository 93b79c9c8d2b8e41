import assert from "node:assert/strict";
import { concat, randomFraction, type RandomSource, seededRandom } from "../../../base/mod.ts";
import { LinkEngine } from "../engine.ts";
import { FrameReader, withLength } from "../frame.ts";
import { DamageError } from "../octets.ts";
import { type Block, type Name, OTHER, type Side } from "./duel_side.ts";
import { MemoryStore } from "./memory_store.ts";
import type { Mishaps } from "./mishaps.ts";
import { brief, byUrgency, described, isUrgent, URGENT } from "./texts.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Blocks that the carrier takes before it has told of the first. */
const BLOCKS_UNDER_WAY = 6;
/** Rounds of peace in which everything has to come to rest. */
const ROUNDS = 400;

/**
 * Two engines and a link between them, driven by dice: random traffic, octets delivered in random pieces, cuts, blocks
 * lost, late and repeated, crashes that lose what was not committed, backups put back. The seed gives the run again.
 */
export class Duel {
  readonly #random: RandomSource;
  readonly #mishaps: Mishaps;
  readonly #sides: Record<Name, Side>;
  readonly trace: string[] = [];
  #nowMs = 0;
  #isUp = false;
  #isPeace = false;
  #count = 0;
  /** How often a flow had to begin anew. */
  resynchronised = 0;

  constructor(seed: number, mishaps: Mishaps) {
    this.#random = seededRandom(seed);
    this.#mishaps = mishaps;
    this.#sides = { ship: this.#newSide("ship"), shore: this.#newSide("shore") };
    if (this.#isBlocks) this.#connectBoth();
  }

  /** Plays `steps` rolls of the dice, then lets the link be good until nothing is left to do. */
  play(steps: number): void {
    for (let step = 0; step < steps; step++) this.#roll();
    this.#settle();
  }

  /** Every stanza accepted was delivered once, in order; with backups put back, none was lost. */
  check(): void {
    const { restore, crash, away = 0 } = this.#mishaps;
    if (restore === 0 && (!this.#isBlocks || (crash + away === 0 && this.#mishaps.lost === undefined))) {
      assert.equal(this.resynchronised, 0, "a flow began anew although nobody was set back");
    }
    for (const name of ["ship", "shore"] as const) {
      const { accepted, store, restored } = this.#sides[name];
      const { delivered } = this.#sides[OTHER[name]].store;
      const anyRestored = restored || this.#sides[OTHER[name]].restored;
      if (anyRestored) this.#checkNoneLost(name, accepted, delivered);
      else assert.deepEqual(byUrgency(delivered), byUrgency(accepted), `${name} to ${OTHER[name]}`);
      assert.equal(store.waiting.length, 0);
      // A block carrier confirms by itself: there an acknowledgement waits for something to ride on.
      if (!this.#isBlocks) {
        assert.equal(this.#sides[name].engine.unacknowledged, 0, `${name} waits for an acknowledgement`);
      }
    }
  }

  get #isBlocks(): boolean {
    return this.#mishaps.kind === "block";
  }

  #checkNoneLost(name: Name, accepted: readonly string[], delivered: readonly string[]): void {
    const missing = accepted.filter((text) => !delivered.includes(text));
    assert.deepEqual(missing.map(brief), [], `${name} to ${OTHER[name]}: lost`);
    // A block may have been under way whose stanzas the side that was set back no longer knows.
    const firsts = delivered.filter((text, index) =>
      delivered.indexOf(text) === index && accepted.includes(text)
    );
    assert.deepEqual(
      byUrgency(firsts),
      byUrgency(accepted.filter((text) => firsts.includes(text))),
      "first deliveries keep their order",
    );
  }

  #newSide(name: Name): Side {
    const store = new MemoryStore();
    store.commit();
    const engine = this.#newEngine(name, store);
    return {
      store,
      engine,
      channel: undefined,
      reader: new FrameReader(),
      incoming: new Uint8Array(0),
      blocks: [],
      accepted: [],
      backup: undefined,
      restored: false,
    };
  }

  #newEngine(name: Name, store: MemoryStore): LinkEngine {
    const engine = new LinkEngine({
      store,
      random: this.#random,
      coding: name === "ship" ? this.#mishaps.coding ?? 1 : 1,
      ackDelayMs: 5_000,
      events: {
        deliver: ({ text }) => {
          store.delivered.push(decoder.decode(text));
          this.#note(name, `delivers ${brief(decoder.decode(text))}`);
        },
        peerRestarted: () => this.#note(name, "hears of a restart"),
        resynchronised: (what, lost) => {
          this.resynchronised++;
          this.#note(name, `${what}, ${lost} lost`);
        },
        damaged: (error) => this.#note(name, error.message),
      },
    });
    store.commit();
    return engine;
  }

  #roll(): void {
    const name: Name = this.#chance(0.5) ? "ship" : "shore";
    const { cut, crash, restore, away = 0 } = this.#mishaps;
    if (this.#chance(restore)) this.#restore(name);
    else if (this.#chance(crash)) this.#crash(name);
    else if (this.#chance(cut)) this.#cut();
    else if (away > 0 && this.#chance(away)) this.#away(name);
    else if (!this.#isUp && !this.#isBlocks && this.#chance(0.3)) this.#connectBoth();
    else if (this.#chance(0.3)) this.#send(name);
    else if (this.#chance(0.5)) {
      this.#pump(name);
      // The worst moment: it has just arrived, and what was not stored by then is forgotten.
      if (this.#chance(crash * 3)) {
        this.#arriveAll(OTHER[name]);
        this.#crash(name);
      }
    } else this.#arrive(name, Math.ceil(this.#fraction() * 60));
    this.#nowMs += Math.floor(this.#fraction() * 1_000);
  }

  #settle(): void {
    this.#isPeace = true;
    if ((this.#mishaps.away ?? 0) > 0) this.#lastWordTo("ship");
    if (this.#mishaps.crash > 0) this.#lastWord(this.#chance(0.5) ? "ship" : "shore");
    for (let round = 0; round < ROUNDS; round++) {
      if (!this.#isUp) this.#connectBoth();
      for (const name of ["ship", "shore"] as const) {
        this.#pump(name);
        this.#arriveAll(name);
      }
      // Longer than a refusal that was lost is waited for.
      this.#nowMs += this.#isBlocks ? 60_000 : 1_000;
      const sides = Object.values(this.#sides);
      const isQuiet = sides.every(({ store, engine, incoming, blocks, channel }) =>
        store.waiting.length === 0 && incoming.length === 0 && blocks.length === 0 &&
        (this.#isBlocks ? channel?.unsentSizeBytes === 0 : engine.unacknowledged === 0)
      );
      if (isQuiet && round > 20) return;
    }
  }

  /** The carrier confirms what it has for a side, and has nobody to give it to. */
  #away(name: Name): void {
    const side = this.#sides[name];
    for (const block of side.blocks.splice(0)) {
      this.#note(name, `misses a block of ${block.octets.length} octets`);
      this.#tell(OTHER[name], block, true);
    }
    side.channel?.missed();
  }

  /** Nor is there anything behind what is missed last. */
  #lastWordTo(name: Name): void {
    this.#pump(OTHER[name]);
    this.#away(name);
  }

  /** What is said last has nothing behind it that would show that it was forgotten. */
  #lastWord(name: Name): void {
    if (!this.#isUp) this.#connectBoth();
    this.#pump(name);
    this.#arriveAll(OTHER[name]);
    this.#crash(OTHER[name]);
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
    this.#note(name, `accepts ${brief(text)}`);
  }

  /** Where an urgent stanza goes: behind the urgent ones that wait. */
  #urgentBefore(waiting: readonly string[]): number {
    const routine = waiting.findIndex((text) => !isUrgent(text));
    return routine < 0 ? waiting.length : routine;
  }

  /** Numbers what waits, commits, and hands what goes out to the link. */
  #pump(name: Name): void {
    const { store, engine, channel } = this.#sides[name];
    for (;;) {
      const [text] = store.waiting;
      if (text === undefined || !engine.hasRoomFor(text.length)) break;
      store.waiting.shift();
      engine.accept(encoder.encode(text));
    }
    store.commit();
    if (!this.#isUp || channel === undefined) return;
    const far = this.#sides[OTHER[name]];
    const room = {
      textBytes: 4_096,
      blockBytes: 300,
      blocks: Math.max(0, BLOCKS_UNDER_WAY - far.blocks.length),
    };
    const all = channel.flush(this.#nowMs, room);
    for (const { octets, handle } of all) {
      if (this.#isBlocks) far.blocks.push({ octets, handle, channel });
      else far.incoming = concat([far.incoming, withLength(octets)]);
    }
    for (const { octets, last } of all) {
      this.#note(name, `sends ${described(octets, last, this.#mishaps.kind)}`);
    }
    if (channel.mustEnd) this.#cut();
  }

  #arriveAll(name: Name): void {
    const side = this.#sides[name];
    while (this.#isUp && (side.incoming.length > 0 || side.blocks.length > 0)) {
      this.#arrive(name, Number.POSITIVE_INFINITY);
    }
  }

  #arrive(name: Name, mostBytes: number): void {
    if (this.#isBlocks) return this.#arriveBlock(name);
    const side = this.#sides[name];
    if (!this.#isUp || side.incoming.length === 0) return;
    const piece = side.incoming.slice(0, mostBytes);
    side.incoming = side.incoming.slice(piece.length);
    try {
      for (const frame of side.reader.push(piece)) side.channel?.receive(frame, this.#nowMs);
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      this.#note(name, error.message);
      side.store.commit();
      this.#cut();
      return;
    }
    if (!this.#chance(0.3)) side.store.commit();
    if (side.channel?.mustEnd === true) this.#cut();
  }

  #arriveBlock(name: Name): void {
    const side = this.#sides[name];
    if (this.#chance(this.#isPeace ? 0 : this.#mishaps.swapped ?? 0)) side.blocks.reverse();
    const block = side.blocks.shift();
    if (block === undefined) return;
    const { octets } = block;
    const isLost = !this.#isPeace && this.#chance(this.#mishaps.lost ?? 0);
    const isTwice = !this.#isPeace && this.#chance(this.#mishaps.twice ?? 0);
    // The carrier may also say of a block that came that it did not.
    if (isLost && this.#chance(0.5)) {
      this.#note(name, `does not get a block of ${octets.length} octets`);
      return this.#tell(OTHER[name], block, false);
    }
    const how = `${isLost ? ", said to be lost" : ""}${isTwice ? ", twice" : ""}`;
    this.#note(name, `gets a block of ${octets.length} octets${how}`);
    side.channel?.receive(octets, this.#nowMs);
    if (isTwice) side.blocks.push({ ...block, handle: 0 });
    if (!this.#chance(0.3)) side.store.commit();
    this.#tell(OTHER[name], block, !isLost);
    if (isTwice) this.#tell(OTHER[name], block, !isLost);
  }

  /** What became of a block; a process that has ended does not hear it. */
  #tell(name: Name, { channel, handle }: Block, isConfirmed: boolean): void {
    const { store, channel: present } = this.#sides[name];
    if (channel !== present) return;
    store.commit();
    channel.outcome(handle, isConfirmed);
  }

  #connectBoth(): void {
    this.#isUp = true;
    this.#note("ship", "connects");
    for (const side of Object.values(this.#sides)) this.#connect(side);
  }

  #connect(side: Side): void {
    if (side.channel !== undefined && this.#isBlocks) return;
    side.channel = side.engine.connected(this.#mishaps.kind);
    side.reader = new FrameReader();
    side.engine.use(side.channel);
  }

  #cut(): void {
    if (!this.#isUp) return;
    this.#note("ship", "is cut off");
    for (const name of ["ship", "shore"] as const) {
      const side = this.#sides[name];
      // A carrier of blocks stays: what was under way is lost, and said to be.
      for (const block of side.blocks.splice(0)) this.#tell(OTHER[name], block, false);
      side.incoming = new Uint8Array(0);
      if (this.#isBlocks) continue;
      side.engine.use(undefined);
      side.channel = undefined;
    }
    this.#isUp = this.#isBlocks;
  }

  #crash(name: Name): void {
    const side = this.#sides[name];
    if (!this.#isBlocks) this.#cut();
    side.store.crash();
    this.#begin(name, side);
    this.#note(name, "crashes");
  }

  #begin(name: Name, side: Side): void {
    side.engine = this.#newEngine(name, side.store);
    side.channel = undefined;
    if (this.#isBlocks) this.#connect(side);
  }

  /** Takes a backup now and then, and puts the last one back: stanzas accepted since are gone with it. */
  #restore(name: Name): void {
    const side = this.#sides[name];
    if (side.backup === undefined || this.#chance(0.5)) {
      side.backup = side.store.backup();
      return;
    }
    if (!this.#isBlocks) this.#cut();
    side.store.restore(side.backup);
    side.restored = true;
    const far = this.#sides[OTHER[name]].store;
    far.commit();
    const { delivered } = far;
    // What nobody has any more after the restoration was lost with the disk, not by the engine.
    this.#begin(name, side);
    const left = [
      ...side.store.waiting,
      ...side.engine.unacknowledgedTexts.map((text) => decoder.decode(text)),
    ];
    const kept = side.accepted.filter((text) => delivered.includes(text) || left.includes(text));
    side.accepted.splice(0, side.accepted.length, ...kept);
    this.#note(name, `is set back; ${left.length} wait`);
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
    throw new Error(`seed ${seed}: ${why}\n${duel.trace.slice(-80).join("\n")}`);
  }
  return duel;
}
