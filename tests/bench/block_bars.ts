import type { Channel, LinkEngine } from "../../src/link/flow/mod.ts";
import { MemoryStore } from "../../src/link/flow/testing/memory_store.ts";
import { measuredEngine } from "./engine.ts";

const STEP_MS = 1_000;
const ROOM = { textBytes: 4_096, blockBytes: 2_048, blocks: 4 } as const;
const STANZA = "<message to='juliet@shore.example' from='romeo@ship.example'><body>hello</body></message>";

/** Two engines and a carrier between them that confirms each block at once. */
class Blocks {
  readonly stores = [new MemoryStore(), new MemoryStore()] as const;
  readonly engines: [LinkEngine, LinkEngine] = [
    measuredEngine(this.stores[0], 1),
    measuredEngine(this.stores[1], 2),
  ];
  readonly #channels: [Channel, Channel] = [
    this.engines[0].connected("block"),
    this.engines[1].connected("block"),
  ];

  constructor() {
    for (const side of [0, 1] as const) this.engines[side].use(this.#channels[side]);
  }

  /** One stanza each way. */
  talk(): void {
    for (const engine of this.engines) engine.accept(new TextEncoder().encode(STANZA));
    this.pass(0, 10 * STEP_MS);
  }

  restart(side: 0 | 1): void {
    this.stores[side].commit();
    this.engines[side] = measuredEngine(this.stores[side], 3);
    this.#channels[side] = this.engines[side].connected("block");
    this.engines[side].use(this.#channels[side]);
  }

  /** Time passes. @returns the octets that crossed */
  pass(fromMs: number, toMs: number): number {
    let sizeBytes = 0;
    for (let nowMs = fromMs; nowMs <= toMs; nowMs += STEP_MS) {
      for (const side of [0, 1] as const) sizeBytes += this.#move(side, nowMs);
    }
    return sizeBytes;
  }

  #move(side: 0 | 1, nowMs: number): number {
    let sizeBytes = 0;
    for (const { octets, handle } of this.#channels[side].flush(nowMs, ROOM)) {
      sizeBytes += octets.length;
      this.#channels[side === 0 ? 1 : 0].receive(octets, nowMs);
      this.#channels[side].outcome(handle, true);
    }
    return sizeBytes;
  }
}

/** What crosses in `durationMs` when nobody has anything to say, octets. */
export function measureIdleBlocks(durationMs: number): number {
  const blocks = new Blocks();
  blocks.talk();
  return blocks.pass(20 * STEP_MS, 20 * STEP_MS + durationMs);
}

/** What a restart of one side costs when nobody has anything to say, octets, both ways. */
export function measureRestartedBlocks(): number {
  const blocks = new Blocks();
  blocks.talk();
  blocks.restart(0);
  return blocks.pass(20 * STEP_MS, 300 * STEP_MS);
}
