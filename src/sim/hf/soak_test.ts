import assert from "node:assert/strict";
import { randomFraction, seededRandom } from "../../base/mod.ts";
import { VirtualClock } from "../clock.ts";
import { HfNet } from "./hf_net.ts";
import type { HfNode } from "./node.ts";

const NAMES = ["1.0.0.1", "1.0.0.2", "1.0.0.3"];
const MESSAGES = 50;
const SEEDS = 10;
const DAY_MS = 86_400_000;

/** A dice of a seed. */
function dice(seed: number) {
  const random = seededRandom(seed);
  const fraction = () => randomFraction(random);
  const pick = <T>(...from: T[]): T => from[Math.floor(fraction() * from.length)] as T;
  return { fraction, pick };
}

/** Three nodes with whatever settings, on a channel with whatever loss and outages. */
function makeNet(clock: VirtualClock, seed: number): HfNet {
  const { fraction, pick } = dice(seed);
  const outage = () => {
    const fromMs = fraction() * 3_600_000;
    return { fromMs, toMs: fromMs + fraction() * 600_000 };
  };
  return new HfNet(clock, {
    seed,
    addresses: NAMES,
    modem: {
      rateBps: pick(75, 300, 1_200, 9_600),
      interleaver: pick("short", "long"),
      turnaroundMs: pick(0, 200, 2_000, 10_000),
    },
    fading: { lossRatio: pick(0, 0.05, 0.2, 0.4), burstBlocks: pick(1.5, 4, 20) },
    outages: Array.from({ length: pick(0, 1, 3) }, outage),
    node: {
      segmentBytes: pick(50, 200, 1_023),
      windowFrames: pick(1, 4, 128),
      linkIdleMs: pick(0, 1_000, 30_000, 300_000),
      calledIdleMs: pick(500, 60_000),
      firstDataMs: pick(2_000, 60_000),
      pollAttempts: pick(1, 5),
    },
  });
}

/** What was sent from one node to another, what came, and how it was settled. */
interface Way {
  readonly sent: string[];
  readonly came: string[];
  readonly outcomes: Map<string, string[]>;
}

async function soak(seed: number): Promise<Map<string, Way>> {
  const clock = new VirtualClock();
  const net = makeNet(clock, seed);
  const nodes = net.servers.map(({ node }) => node);
  const ways = new Map<string, Way>();
  const way = (from: string, to: string): Way => {
    const found = ways.get(`${from} ${to}`) ?? { sent: [], came: [], outcomes: new Map() };
    ways.set(`${from} ${to}`, found);
    return found;
  };
  let freeAtMs = 0;
  net.channel.watch(({ startMs, airMs, dPdus }) => {
    assert.ok(startMs >= freeAtMs - 1e-6, "one transmission at a time, and a turnaround between two");
    assert.ok(airMs <= 127_500 + 1e-6 && dPdus.length > 0);
    freeAtMs = startMs + airMs + net.channel.modem.turnaroundMs;
  });
  for (const node of nodes) {
    node.serve({
      deliver: ({ from, uPdu }) => {
        const [text = ""] = new TextDecoder().decode(uPdu).split(" ");
        return way(from, node.address).came.push(text) % 10 !== 0;
      },
    });
  }
  const { fraction, pick } = dice(seed * 7_919);
  for (let count = 0; count < MESSAGES; count++) {
    const from = pick<HfNode>(...nodes);
    const { address: to } = pick(...nodes.filter((node) => node !== from));
    const { sent, outcomes } = way(from.address, to);
    const name = `m${count}`;
    sent.push(name);
    from.submit({
      to,
      sourceSap: 6,
      destinationSap: 6,
      priority: 3,
      clientConfirm: fraction() < 0.2,
      inOrder: true,
      ttlMs: fraction() < 0.1 ? fraction() * 100_000 : undefined,
      uPdu: new TextEncoder().encode(`${name} ${"x".repeat(fraction() * 1_500)}`),
      settled: (outcome) => void outcomes.set(name, [...outcomes.get(name) ?? [], outcome]),
    });
    if (fraction() < 0.4) await clock.advance(fraction() * 60_000);
  }
  await clock.advance(5 * DAY_MS);
  assert.equal(clock.pending, 0, "everything has come to rest");
  return ways;
}

/** How many were confirmed, after a look at every one. */
function judge(ways: ReadonlyMap<string, Way>, seed: number): number {
  let confirmed = 0;
  for (const [name, { sent, came, outcomes }] of ways) {
    const order = came.map((text) => sent.indexOf(text));
    assert.deepEqual(order, [...new Set(order)].sort((a, b) => a - b), `seed ${seed}: ${name}`);
    for (const text of sent) {
      const settled = outcomes.get(text) ?? [];
      assert.equal(settled.length, 1, `seed ${seed}: ${name}: ${text}`);
      if (settled[0] !== "delivered") continue;
      confirmed++;
      assert.ok(came.includes(text), `seed ${seed}: ${name}: ${text} was confirmed and did not come`);
    }
  }
  return confirmed;
}

Deno.test("whatever the channel does, every U_PDU is settled once and comes once, in order", async () => {
  let confirmed = 0;
  for (let seed = 1; seed <= SEEDS; seed++) confirmed += judge(await soak(seed), seed);
  const share = confirmed / (SEEDS * MESSAGES);
  assert.ok(share > 0.3 && share < 1, `${share} of all were confirmed`);
});
