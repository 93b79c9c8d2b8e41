import assert from "node:assert/strict";
import { randomFraction, type RandomSource, seededRandom } from "../../../base/mod.ts";
import { type FrameCrypto, systemFrameCrypto } from "../../../net/mod.ts";
import type { LinkEpochs } from "../../../storage/mod.ts";
import type { GuardChannel, Unguarded } from "../guard.ts";
import type { GuardMode } from "../guard_frame.ts";
import { GuardSide, hexOf } from "./guard_side.ts";

type Name = "ship" | "shore";
const OTHER = { ship: "shore", shore: "ship" } as const;

interface Block {
  readonly from: Name;
  readonly octets: Uint8Array;
  readonly ticket: number;
  /** The text inside; undefined for an answer. */
  readonly text: string | undefined;
  readonly by: GuardChannel;
}

interface Side {
  readonly end: GuardSide;
  channel: GuardChannel;
  backup: LinkEpochs;
  /** The blocks taken since this side was last set back, and the last text. */
  taken: Set<string>;
  /** Those of them that a crash does not make undone. */
  committed: Set<string>;
  lastText: string | undefined;
}

/** Sees to it that no initial counter block seals two texts. */
class SealWatch {
  /** The text by key and initial counter block, and by key and number. */
  readonly #texts = new Map<string, string>();
  #sealed: readonly [key: Uint8Array, iv: Uint8Array, text: Uint8Array] | undefined;
  /** How often one number under one key has protected two texts. */
  reusedNumbers = 0;

  readonly crypto: FrameCrypto = {
    ...systemFrameCrypto,
    cipher: (...sealed) => {
      this.#sealed = sealed;
      return systemFrameCrypto.cipher(...sealed);
    },
  };

  /** Looks at what `protect` has just sealed. */
  check(): void {
    if (this.#sealed === undefined) return;
    const [key, iv, text] = this.#sealed.map(hexOf);
    this.#sealed = undefined;
    assert.ok(this.#isFirst(`${key} ${iv}`, text), "one initial counter block has sealed two texts");
    if (!this.#isFirst(`${key} number ${iv?.slice(24)}`, text)) this.reusedNumbers++;
  }

  #isFirst(place: string, text = ""): boolean {
    const before = this.#texts.get(place);
    this.#texts.set(place, text);
    return before === undefined || before === text;
  }
}

/**
 * Two guards over a block carrier that loses, repeats and keeps back blocks, with restarts, commits that never were,
 * clocks that stand or step, and backups put back. Whoever listens on the link may repeat anything at any time.
 */
export class GuardDuel {
  readonly #random: RandomSource;
  readonly #watch = new SealWatch();
  readonly #sides: Readonly<Record<Name, Side>>;
  readonly #flying: Block[] = [];
  readonly #recorded: Block[] = [];
  #count = 0;

  constructor(seed: number, mode: GuardMode) {
    this.#random = seededRandom(seed);
    const side = (name: Name): Side => {
      const end = new GuardSide(name, { mode }, this.#watch.crypto);
      const channel = end.open("block");
      const backup = end.store.backup();
      return { end, channel, backup, taken: new Set(), committed: new Set(), lastText: undefined };
    };
    this.#sides = { ship: side("ship"), shore: side("shore") };
  }

  /** How often a side that was set back has protected another text in a place that was used before. */
  get reusedNumbers(): number {
    return this.#watch.reusedNumbers;
  }

  play(steps: number): void {
    for (let step = 0; step < steps; step++) this.#step(this.#chance(0.5) ? "ship" : "shore");
  }

  /** Lets the carrier work well for a while. @throws {AssertionError} when texts do not arrive then */
  settle(): void {
    for (const { by, ticket } of this.#flying.splice(0)) by.failed(ticket);
    for (let round = 0; round < 12; round++) {
      for (const name of ["ship", "shore"] as const) {
        this.#sides[name].end.clock.pass(60);
        this.#send(name);
        for (const block of this.#flying.splice(0)) this.#deliver(block);
      }
    }
    for (const name of ["ship", "shore"] as const) {
      const text = this.#send(name);
      for (const block of this.#flying.splice(0)) this.#deliver(block);
      assert.equal(this.#sides[OTHER[name]].lastText, text, `${name} is not heard`);
    }
  }

  #step(name: Name): void {
    const side = this.#sides[name];
    const dice = this.#fraction();
    if (dice < 0.45) this.#send(name);
    else if (dice < 0.75) this.#fly();
    else if (dice < 0.85) this.#repeat();
    else if (dice < 0.89) side.end.clock.pass(Math.floor(this.#fraction() * 100));
    else if (dice < 0.92) side.end.clock.wallS = Math.floor(this.#fraction() * 3_000_000_000);
    else if (dice < 0.94) side.channel = side.end.open("block");
    else if (dice < 0.97) this.#crash(name);
    else if (this.#chance(0.7)) side.backup = side.end.store.backup();
    else this.#setBack(name);
  }

  /** Sends a text, and an answer when one is due. What is sent is on disk. @returns the text */
  #send(name: Name): string | undefined {
    const { channel } = this.#sides[name];
    this.#commit(name);
    const answer = this.#chance(0.5) ? channel.answer() : undefined;
    if (answer !== undefined) this.#take({ ...answer, from: name, text: undefined, by: channel });
    if (!channel.hasRoom) return undefined;
    const text = `${name} ${this.#count++ % 50}`;
    const block = channel.protect(new TextEncoder().encode(text));
    this.#watch.check();
    this.#take({ ...block, from: name, text, by: channel });
    return text;
  }

  #take(block: Block): void {
    this.#flying.push(block);
    this.#recorded.push(block);
  }

  /** The oldest block that is under way, mostly, arrives or does not. */
  #fly(): void {
    const [block] = this.#flying.splice(this.#chance(0.9) ? 0 : this.#pick(this.#flying.length), 1);
    if (block === undefined) return;
    if (this.#chance(0.7)) this.#deliver(block);
    else block.by.failed(block.ticket);
  }

  #deliver(block: Block): void {
    this.#arrive(block);
    block.by.confirmed(block.ticket);
  }

  #repeat(): void {
    const block = this.#recorded[this.#pick(this.#recorded.length)];
    if (block !== undefined) this.#arrive(block);
  }

  #arrive({ octets, text, from }: Block): void {
    const side = this.#sides[OTHER[from]];
    const { frame, fault }: Unguarded = side.channel.unprotect(octets.slice());
    assert.ok(frame === undefined || fault === undefined);
    if (frame === undefined) return;
    side.lastText = new TextDecoder().decode(frame);
    assert.equal(side.lastText, text);
    assert.ok(!side.taken.has(hexOf(octets)), "a block was taken twice");
    side.taken.add(hexOf(octets));
    if (this.#chance(0.5)) this.#commit(OTHER[from]);
  }

  #commit(name: Name): void {
    const side = this.#sides[name];
    side.end.store.commit();
    side.committed = new Set(side.taken);
  }

  /** What was taken and not committed is gone, and may come again. */
  #crash(name: Name): void {
    const side = this.#sides[name];
    side.end.restart();
    side.taken = new Set(side.committed);
    side.channel = side.end.open("block");
  }

  #setBack(name: Name): void {
    const side = this.#sides[name];
    side.end.store.restore(side.backup);
    side.committed = new Set();
    this.#crash(name);
  }

  #pick(count: number): number {
    return Math.floor(this.#fraction() * count);
  }

  #fraction(): number {
    return randomFraction(this.#random);
  }

  #chance(probability: number): boolean {
    return this.#fraction() < probability;
  }
}
