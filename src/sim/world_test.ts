import assert from "node:assert/strict";
import type { CrashPoint } from "./life.ts";
import { World } from "./world.ts";

const HOST = "192.0.2.1";
const YAML = `
domain: ship.example
clients:
  plaintext: { listen: "${HOST}:5221", insecure: true }
`;

/** A ship on a database of its own. */
async function withShip(play: (world: World, recover: () => Promise<void>) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  const world = new World({ link: { rateBps: undefined, delayMs: 0 } });
  const recover = () =>
    world.recover("ship", (path) => {
      const copy = `${path}.copy`;
      for (const suffix of ["", "-wal"]) Deno.copyFileSync(path + suffix, copy + suffix);
      return copy;
    });
  try {
    await world.add("ship", HOST, YAML, `${directory}/ship.db`);
    await world.clock.settle();
    await play(world, recover);
  } finally {
    await world[Symbol.asyncDispose]();
    await Deno.remove(directory, { recursive: true });
  }
}

const POINTS: readonly (readonly [CrashPoint, boolean])[] = [["before commit", false], [
  "after commit",
  true,
]];

for (const [point, isKept] of POINTS) {
  Deno.test(`a crash ${point} ${isKept ? "keeps" : "loses"} what the turn wrote`, () =>
    withShip(async (world, recover) => {
      const settings = world.storage("ship").settings;
      settings.set("early", Uint8Array.of(1));
      await world.clock.settle();
      world.crashAt("ship", point);
      assert.equal(world.hasCrashed("ship"), false);
      settings.set("late", Uint8Array.of(2));
      await world.clock.settle();
      assert.equal(world.hasCrashed("ship"), true);
      await recover();
      assert.equal(world.hasCrashed("ship"), false);
      assert.deepEqual(world.storage("ship").settings.get("early"), Uint8Array.of(1));
      assert.deepEqual(world.storage("ship").settings.get("late"), isKept ? Uint8Array.of(2) : undefined);
    }));
}

Deno.test("a crash breaks connections without a word, and nobody listens until the server is recovered", () =>
  withShip(async (world, recover) => {
    const to = { host: HOST, port: 5221 };
    const calling = world.network.connectClient("198.51.100.1", to);
    await world.clock.advance(1);
    const client = await calling;
    world.crashAt("ship", "before commit");
    world.storage("ship").settings.set("late", Uint8Array.of(2));
    await world.clock.settle();
    assert.equal(await client.closed, "lost");
    await assert.rejects(world.network.connectClient("198.51.100.1", to), /nobody listens there/);
    await recover();
    const again = world.network.connectClient("198.51.100.1", to);
    await world.clock.advance(1);
    (await again).abort("closed-by-us");
  }));

Deno.test("a server's time of day outlives it", () =>
  withShip(async (world, recover) => {
    world.stepClock("ship", 3_600_000);
    await recover();
    assert.equal(world.server("ship").status().nowMs, world.clock.nowMs() + 3_600_000);
  }));
