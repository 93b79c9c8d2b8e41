/** How fast the link engine is by itself: `deno run --allow-all tests/bench/throughput.ts`. */
import { cpuUsage } from "node:process";
import { Turn } from "../../src/base/mod.ts";
import { FrameReader, type LinkEngine, withLength } from "../../src/link/flow/mod.ts";
import { MemoryStore } from "../../src/link/flow/testing/memory_store.ts";
import { type FlowStore, openStorage } from "../../src/storage/mod.ts";
import { escapeText } from "../../src/xml/mod.ts";
import { Scratch } from "../support/config.ts";
import { print } from "../support/print.ts";
import { referenceBodies } from "./air_budget.ts";
import { measuredEngine } from "./engine.ts";
import { median } from "./statistics.ts";

/** Size of every stanza, as XML. */
export const STANZA_SIZE_BYTES = 200;
/** Stanzas that share a turn, its commit and a frame: what comes in while a fast link is busy. */
const PER_TURN = 100;
const STANZAS = 10_000;
const ROUNDS = 9;
/** Octets of text that may leave at once. */
const ROOM = { textBytes: 65_536, blockBytes: 0, blocks: 0 } as const;

/** Stanzas a second on one core, waiting for the disk included; what else the machine does makes them fewer. */
export interface Throughput {
  /** Sender and receiver one after the other, median of the rounds. */
  readonly together: number;
  readonly sender: number;
  readonly receiver: number;
  /** The best round of both together. */
  readonly best: number;
  /** Processor time of both for a stanza, microseconds, garbage collection included: the least of the rounds. */
  readonly processorUs: number;
}

/** How long a round took. */
interface Round {
  readonly together: number;
  readonly sender: number;
  readonly receiver: number;
  readonly processorUs: number;
}

/** A side of the link: an engine, its store, and how a turn ends. */
interface Side {
  readonly engine: LinkEngine;
  readonly commit: () => void;
  readonly close: () => void;
}

/** What the stores of the two sides are. */
export type StoreKind = "memory" | "sqlite";

/** Measures the engine with 200-byte stanzas, `deflate`, the median of some rounds. */
export async function measureThroughput(kind: StoreKind): Promise<Throughput> {
  await using scratch = new Scratch();
  const texts = await stanzaTexts();
  const delivered = { count: 0 };
  const ship = openSide(kind, `${scratch.path}/ship.db`, delivered, 1);
  const shore = openSide(kind, `${scratch.path}/shore.db`, delivered, 2);
  const link = new Link(ship, shore);
  const rounds: Round[] = [];
  // The first rounds warm the engine up and do not count.
  for (let round = -2; round < ROUNDS; round++) {
    const before = cpuUsage();
    const { senderMs, receiverMs } = link.round(texts);
    if (round < 0) continue;
    const { user, system } = cpuUsage(before);
    const processorUs = (user + system) / STANZAS;
    rounds.push({ sender: senderMs, receiver: receiverMs, together: senderMs + receiverMs, processorUs });
  }
  if (delivered.count !== (ROUNDS + 2) * STANZAS) throw new Error(`Cannot measure: ${delivered.count} came`);
  ship.close();
  shore.close();
  const perSecond = (ms: number) => Math.round(STANZAS / ms * 1_000);
  const rate = (part: keyof Round) => perSecond(median(rounds.map((one) => one[part])));
  return {
    together: rate("together"),
    sender: rate("sender"),
    receiver: rate("receiver"),
    best: perSecond(Math.min(...rounds.map(({ together }) => together))),
    processorUs: Math.round(Math.min(...rounds.map(({ processorUs }) => processorUs)) * 10) / 10,
  };
}

/** Two sides and the stream between them. */
class Link {
  readonly #ship: Side;
  readonly #shore: Side;
  readonly #readers: Record<"ship" | "shore", FrameReader> = {
    ship: new FrameReader(),
    shore: new FrameReader(),
  };
  readonly #near;
  readonly #far;
  #nowMs = 0;

  constructor(ship: Side, shore: Side) {
    this.#ship = ship;
    this.#shore = shore;
    this.#near = ship.engine.connected("stream");
    this.#far = shore.engine.connected("stream");
    ship.engine.use(this.#near);
    shore.engine.use(this.#far);
  }

  /** All texts once across, turn by turn. */
  round(texts: readonly Uint8Array[]): { senderMs: number; receiverMs: number } {
    let [senderMs, receiverMs] = [0, 0];
    for (let at = 0; at < texts.length; at += PER_TURN) {
      const startMs = performance.now();
      const sent = this.#send(texts.slice(at, at + PER_TURN));
      const sentMs = performance.now();
      const answer = this.#receive(sent);
      const receivedMs = performance.now();
      for (const bytes of answer) {
        for (const frame of this.#readers.ship.push(bytes)) this.#near.receive(frame, this.#nowMs);
      }
      senderMs += sentMs - startMs + performance.now() - receivedMs;
      receiverMs += receivedMs - sentMs;
      this.#nowMs += 10;
    }
    return { senderMs, receiverMs };
  }

  #send(texts: readonly Uint8Array[]): Uint8Array[] {
    for (const text of texts) {
      if (!this.#ship.engine.hasRoomFor(text.length)) throw new Error("Cannot measure: the window is full");
      this.#ship.engine.accept(text);
    }
    this.#ship.commit();
    return this.#near.flush(this.#nowMs, ROOM).map(({ octets }) => withLength(octets));
  }

  #receive(sent: readonly Uint8Array[]): Uint8Array[] {
    for (const bytes of sent) {
      for (const frame of this.#readers.shore.push(bytes)) this.#far.receive(frame, this.#nowMs);
    }
    this.#shore.commit();
    return this.#far.flush(this.#nowMs, ROOM).map(({ octets }) => withLength(octets));
  }
}

function openSide(kind: StoreKind, path: string, delivered: { count: number }, seed: number): Side {
  const { store, commit, close } = kind === "memory" ? memory() : sqlite(path);
  const engine = measuredEngine(store, seed, () => void delivered.count++);
  return { engine, commit, close };
}

/** A store without transactions: `MemoryStore` copies all of itself at a commit. */
function memory(): { store: FlowStore; commit: () => void; close: () => void } {
  return { store: new MemoryStore(), commit: () => {}, close: () => {} };
}

/** The store of the server, committed and synced at the end of each turn. */
function sqlite(path: string): { store: FlowStore; commit: () => void; close: () => void } {
  const turn = new Turn((error) => {
    throw error;
  });
  const storage = openStorage({ path, turn });
  const commit = () => turn.end();
  return { store: storage.flows("peer"), commit, close: () => storage.close() };
}

/** Chat messages of exactly 200 bytes with bodies of the reference traffic. */
async function stanzaTexts(): Promise<Uint8Array[]> {
  const encoder = new TextEncoder();
  const bodies = (await referenceBodies()).map((body) =>
    encoder.encode(escapeText(body)).length === body.length ? body : ""
  );
  const words = bodies.join(" ");
  return Array.from({ length: STANZAS }, (_, number) => {
    const id = (number * 2_654_435_761 % 4_294_967_296).toString(16).padStart(8, "0");
    const before =
      `<message to='juliet@shore.example' from='romeo@ship.example/deck' type='chat' id='${id}'><body>`;
    const after = "</body></message>";
    const left = STANZA_SIZE_BYTES - before.length - after.length;
    const from = number * 97 % (words.length - left);
    return encoder.encode(before + words.slice(from, from + left) + after);
  });
}

if (import.meta.main) {
  for (const kind of ["memory", "sqlite"] as const) {
    print(`${kind} ${JSON.stringify(await measureThroughput(kind))}\n`);
  }
}
