import assert from "node:assert/strict";
import { nullLog, seededRandom } from "../../base/mod.ts";
import { type Outcome, parseNodeAddress, SisClient, sisClientOver } from "../../stanag5066/mod.ts";
import { VirtualClock } from "../clock.ts";
import { SimLink } from "../link.ts";
import { SimNetwork } from "../network.ts";
import { measureCapacity } from "./capacity.ts";
import { HfNet, type HfNetOptions } from "./hf_net.ts";

const SAP = 6;
const MESSAGES = 40;
const DAY_MS = 86_400_000;

/** Halyard's own SIS client at one of the servers: sends numbers, again when they were not confirmed. */
class Chatter {
  readonly client: SisClient;
  readonly got: number[] = [];
  readonly confirmed: number[] = [];
  #waiting: number[] = Array.from({ length: MESSAGES }, (_, index) => index);
  readonly #open = new Map<number, number>();

  constructor(clock: VirtualClock, network: SimNetwork, host: string, readonly peer: string) {
    this.client = sisClientOver({
      clock,
      log: nullLog,
      random: seededRandom(1),
      binding: { sap: SAP, rank: 0, confirmation: "node", mostOutstanding: 8 },
      dial: () => network.from("192.0.2.9").connectLink({ host, port: 5066 }, undefined, 1_000),
      events: {
        bound: () => this.#fill(),
        unbound: () => {},
        flow: () => this.#fill(),
        outcome: (handle, outcome) => this.#settle(handle, outcome),
        received: ({ uPdu }) => void this.got.push(new DataView(uPdu.slice().buffer).getUint16(0)),
        hardLink: () => {},
      },
    });
    this.client.start();
  }

  get isDone(): boolean {
    return this.confirmed.length === MESSAGES;
  }

  #settle(handle: number, outcome: Outcome): void {
    const number = this.#open.get(handle);
    this.#open.delete(handle);
    if (number === undefined) return;
    if (outcome.kind === "confirmed") this.confirmed.push(number);
    else this.#waiting = [...this.#waiting, number].sort((a, b) => a - b);
    // On a later turn: a client that is being unbound has no room yet.
    queueMicrotask(() => this.#fill());
  }

  #fill(): void {
    while (this.client.hasRoom && this.#waiting.length > 0) {
      const number = this.#waiting.shift() ?? 0;
      const uPdu = new Uint8Array(200 + number * 40);
      new DataView(uPdu.buffer).setUint16(0, number);
      const destination = parseNodeAddress(this.peer) ?? assert.fail(this.peer);
      const request = { destination, destinationSap: SAP, priority: 0, ttlMs: undefined, uPdu };
      this.#open.set(this.client.submit(request), number);
    }
  }
}

async function setUp(options: HfNetOptions = {}) {
  const clock = new VirtualClock();
  const network = new SimNetwork(clock, new SimLink(clock, { rateBps: undefined, delayMs: 0 }));
  const net = new HfNet(clock, options);
  for (const [index, server] of net.servers.entries()) {
    const host = `192.0.2.${index + 1}`;
    await server.listen(network.from(host), { host, port: 5066 });
  }
  const chatters = [
    new Chatter(clock, network, "192.0.2.1", "1.2.3.5"),
    new Chatter(clock, network, "192.0.2.2", "1.2.3.4"),
  ];
  const finish = async (limitMs: number) => {
    await clock.until(() => chatters.every(({ isDone }) => isDone), limitMs);
    for (const { client } of chatters) client.stop();
    await net.stop();
    await clock.advance(60_000);
  };
  return { clock, net, chatters, finish };
}

const ALL = Array.from({ length: MESSAGES }, (_, index) => index);

Deno.test("two SIS clients exchange U_PDUs: all confirmed, each once and in order", async () => {
  const { chatters, finish, net } = await setUp();
  await finish(DAY_MS);
  for (const { got, confirmed } of chatters) {
    assert.deepEqual(got, ALL);
    assert.deepEqual(confirmed, ALL);
  }
  assert.ok(net.channel.counts.utilisation > 0.5, `utilisation ${net.channel.counts.utilisation}`);
});

Deno.test("two SIS clients get everything through bursts of loss, an outage of hours and a restart", async () => {
  const { chatters, finish, clock, net } = await setUp({
    fading: { lossRatio: 0.1, burstBlocks: 4 },
    outages: [{ fromMs: 100_000, toMs: 7_300_000 }],
    seed: 4,
  });
  await clock.advance(7_320_000);
  const [server] = net.servers;
  await server?.stop();
  await clock.advance(60_000);
  await server?.start();
  await finish(DAY_MS);
  for (const { got } of chatters) {
    assert.deepEqual([...new Set(got)].sort((a, b) => a - b), ALL);
  }
});

Deno.test("a SIS client that keeps its server fed gets all out of the node, and the channel is never idle", async () => {
  const clock = new VirtualClock();
  const network = new SimNetwork(clock, new SimLink(clock, { rateBps: undefined, delayMs: 0 }));
  const net = new HfNet(clock);
  for (const [index, server] of net.servers.entries()) {
    const host = `192.0.2.${index + 1}`;
    await server.listen(network.from(host), { host, port: 5066 });
  }
  const destination = parseNodeAddress("1.2.3.5") ?? assert.fail();
  const arrivalsMs: number[] = [];
  const uPdu = new Uint8Array(2_048);
  let left = 100;
  const fill = () => {
    for (; near.hasRoom && left > 0; left--) {
      near.submit({ destination, destinationSap: SAP, priority: 0, ttlMs: undefined, uPdu });
    }
  };
  const client = (host: string, received: () => void, go: () => void) =>
    sisClientOver({
      clock,
      log: nullLog,
      random: seededRandom(1),
      binding: { sap: SAP, rank: 0, confirmation: "node", mostOutstanding: 32 },
      dial: () => network.from("192.0.2.9").connectLink({ host, port: 5066 }, undefined, 1_000),
      events: {
        bound: go,
        unbound: () => {},
        flow: go,
        outcome: () => queueMicrotask(go),
        received,
        hardLink: () => {},
      },
    });
  const near: SisClient = client("192.0.2.1", () => {}, fill);
  const far = client("192.0.2.2", () => arrivalsMs.push(net.channel.nowMs), () => {});
  near.start();
  far.start();
  await clock.until(() => arrivalsMs.length === 100, DAY_MS);
  const [firstMs = 0] = arrivalsMs;
  const lastMs = arrivalsMs.at(-1) ?? 0;
  const bytes = arrivalsMs.filter((atMs) => atMs > firstMs).length * uPdu.length;
  const capacity = await measureCapacity({ modem: net.channel.modem, durationMs: lastMs });
  assert.ok(bytes * 1_000 / (lastMs - firstMs) >= 0.99 * capacity.bytesPerSecond);
  assert.equal(net.channel.counts.idleMs, 0);
  near.stop();
  far.stop();
  await net.stop();
  await clock.advance(60_000);
});
