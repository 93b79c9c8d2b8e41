import assert from "node:assert/strict";
import { Rig } from "./testing/rig.ts";

const HOUR_MS = 3_600_000;
const MESSAGES = 60;

function burst(seed: number, rateBps = 1_200): Rig {
  return new Rig({
    seed,
    modem: { rateBps },
    fading: { lossRatio: 0.1, burstBlocks: 4 },
    node: { pollAttempts: 20, callAttempts: 20 },
  });
}

/** Messages of many lengths both ways, until all is settled. */
async function exchange(rig: Rig): Promise<{ forth: string[]; back: string[] }> {
  const forth: string[] = [];
  const back: string[] = [];
  for (let count = 0; count < MESSAGES; count++) {
    forth.push(`forth ${count} ${"f".repeat((count * 97) % 1_500)}`);
    back.push(`back ${count} ${"b".repeat((count * 61) % 700)}`);
    rig.send(forth[count] ?? "");
    rig.send(back[count] ?? "", {}, "b");
    await rig.clock.advance(20_000);
  }
  await rig.clock.until(() => rig.outcomes.length === 2 * MESSAGES, 24 * HOUR_MS);
  return { forth, back };
}

for (let seed = 1; seed <= 12; seed++) {
  Deno.test(`bursts of lost blocks lose, repeat and reorder nothing (seed ${seed})`, async () => {
    const rig = burst(seed);
    const { forth, back } = await exchange(rig);
    assert.deepEqual(rig.texts("b"), forth);
    assert.deepEqual(rig.texts("a"), back);
    assert.ok(rig.outcomes.every((outcome) => outcome.endsWith("delivered")));
    const { blocks, lostBlocks } = rig.net.channel.counts;
    assert.ok(lostBlocks / blocks > 0.05, `${lostBlocks} of ${blocks} blocks lost`);
    assert.ok(rig.a.counts.transfer.resent > 0);
  });
}

Deno.test("a link that fails in bursts rejects some and reorders nothing", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const rig = new Rig({
      seed,
      fading: { lossRatio: 0.6, burstBlocks: 40 },
      node: { pollAttempts: 1, callAttempts: 1 },
    });
    const { forth } = await exchange(rig);
    const order = rig.texts("b").map((text) => forth.indexOf(text));
    assert.deepEqual(order, [...order].sort((a, b) => a - b), `seed ${seed}`);
    assert.equal(new Set(order).size, order.length, `seed ${seed}`);
    // What was confirmed has arrived; what was rejected may have.
    const confirmed = rig.outcomes.filter((outcome) => /^forth .*: delivered$/.test(outcome));
    assert.ok(confirmed.length > 0, `seed ${seed}: nothing was confirmed`);
    for (const outcome of confirmed) {
      assert.ok(rig.texts("b").includes(outcome.replace(/: delivered$/, "")), `seed ${seed}: ${outcome}`);
    }
    assert.ok(rig.a.counts.links.failed > 0, `seed ${seed}: no link failed`);
  }
});

Deno.test("the same seed gives the same run, another seed another", async () => {
  const run = async (seed: number) => {
    const rig = burst(seed);
    await exchange(rig);
    return rig.said.map(({ from, startMs, sizeBytes, lostBlocks }) => [from, startMs, sizeBytes, lostBlocks]);
  };
  const first = await run(5);
  assert.deepEqual(await run(5), first);
  assert.notDeepEqual(await run(6), first);
});
