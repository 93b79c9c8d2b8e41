import { type RandomSource, seededRandom } from "../../../base/mod.ts";
import type { Channel } from "../channel.ts";
import { LinkEngine } from "../engine.ts";
import type { CarrierKind } from "../frame.ts";
import { MemoryStore } from "./memory_store.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** How long what was received may stay unacknowledged on a stream. */
export const ACK_DELAY_MS = 30_000;

/** One side of a link, coding 0 so that transcripts can be read. */
export class PlainSide {
  readonly store = new MemoryStore();
  readonly delivered: string[] = [];
  readonly events: string[] = [];
  readonly #kind: CarrierKind;
  readonly #random: RandomSource;
  engine: LinkEngine;
  channel: Channel;

  constructor(kind: CarrierKind, seed: number) {
    this.#kind = kind;
    this.#random = seededRandom(seed);
    this.engine = this.#newEngine();
    this.channel = this.connect();
  }

  /** Begins again on what is stored. */
  restart(): void {
    this.engine = this.#newEngine();
    this.connect();
  }

  /** Another connection, in use from now on. */
  connect(): Channel {
    this.channel = this.engine.connected(this.#kind);
    this.engine.use(this.channel);
    return this.channel;
  }

  say(...names: readonly string[]): void {
    for (const name of names) this.engine.accept(encoder.encode(`<${name}/>`));
  }

  #newEngine(): LinkEngine {
    return new LinkEngine({
      store: this.store,
      random: this.#random,
      coding: 0,
      ackDelayMs: ACK_DELAY_MS,
      events: {
        deliver: ({ text }) => this.delivered.push(decoder.decode(text)),
        peerRestarted: () => this.events.push("peer restarted"),
        resynchronised: (what) => this.events.push(what),
        damaged: () => this.events.push("damaged"),
      },
    });
  }
}
