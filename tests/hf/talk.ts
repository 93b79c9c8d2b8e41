import assert from "node:assert/strict";
import type { HfWorld, Side } from "../bench/hf_world.ts";
import type { SimClient } from "../support/sim_client.ts";

const DAY_MS = 86_400_000;
/** Virtual time in which what might come twice has come. */
const REST_MS = 1_200_000;

/** Romeo on the ship and Juliet ashore, who number what they say; each message has to arrive once and in order. */
export class Talk {
  readonly #hf: HfWorld;
  readonly #said = { ship: 0, shore: 0 };
  readonly #heard: Record<Side, string[]> = { ship: [], shore: [] };
  readonly #clients = new Map<Side, SimClient>();

  constructor(hf: HfWorld) {
    this.#hf = hf;
  }

  /** Both log in, and the link comes to rest. */
  static async begin(hf: HfWorld): Promise<Talk> {
    const talk = new Talk(hf);
    for (const side of ["ship", "shore"] as const) await talk.login(side);
    await hf.world.clock.advance(120_000);
    return talk;
  }

  /** Logs in, anew after a restart of the server. */
  async login(side: Side): Promise<SimClient> {
    this.#keep(side);
    const client = await this.#hf.login(side, side);
    this.#clients.set(side, client);
    client.send("<presence/>");
    return client;
  }

  client(side: Side): SimClient {
    const client = this.#clients.get(side);
    if (client === undefined) throw new Error(`Cannot find the client of the ${side}`);
    return client;
  }

  /** One says so many messages at once. */
  say(side: Side, count = 1, filling = ""): void {
    for (let n = 0; n < count; n++) {
      this.client(side).send(this.#hf.message(side, `${side} ${this.#said[side]++}${filling}`));
    }
  }

  /** What has been heard on a side. */
  heard(side: Side): readonly string[] {
    const client = this.#clients.get(side);
    return [...this.#heard[side], ...client === undefined ? [] : this.#hf.bodies(client)];
  }

  /** How many of those said have been heard on the other side. */
  get missing(): number {
    return this.#said.ship + this.#said.shore - new Set(this.heard("ship")).size -
      new Set(this.heard("shore")).size;
  }

  /** Waits until all has been heard. @throws {Error} when it has not been by then */
  async settle(mostMs = DAY_MS): Promise<void> {
    try {
      await this.#hf.world.clock.until(() => this.missing === 0, mostMs);
    } catch (error) {
      const status = (["ship", "shore"] as const).map((side) => this.#hf.status(side));
      throw new Error(`${this.missing} missing: ${JSON.stringify(status)}`, { cause: error });
    }
  }

  /** All was heard once, and in order; and so it stays. */
  async proveExactlyOnce(): Promise<void> {
    await this.#prove((numbers) => numbers);
  }

  /** All was heard once, in whatever order; and so it stays. */
  async proveOnce(): Promise<void> {
    await this.#prove((numbers) => numbers.toSorted((a, b) => a - b));
  }

  async #prove(ordered: (numbers: number[]) => number[]): Promise<void> {
    await this.settle();
    await this.#hf.world.clock.advance(REST_MS);
    for (const [from, to] of [["ship", "shore"], ["shore", "ship"]] as const) {
      const numbers = this.heard(to).map((body) => Number(/^\w+ (\d+)/.exec(body)?.[1]));
      const expected = Array.from({ length: this.#said[from] }, (_, n) => n);
      assert.deepEqual(ordered(numbers), expected, `${from} to ${to}`);
    }
  }

  #keep(side: Side): void {
    const client = this.#clients.get(side);
    if (client !== undefined) this.#heard[side].push(...this.#hf.bodies(client));
    this.#clients.delete(side);
  }
}
