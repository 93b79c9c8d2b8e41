import assert from "node:assert/strict";
import { randomFraction, seededRandom } from "../base/mod.ts";
import { openStorage } from "./sqlite.ts";
import { safeTurn, withPath } from "./testing/support.ts";

const KILLS = 20;
const MOST_TURNS_BEFORE_KILL = 60;

/** Starts `writer.ts` on `path`. */
function startWriter(path: string, peer: string, turns: number): Deno.ChildProcess {
  const script = new URL("./testing/writer.ts", import.meta.url).href;
  const args = ["run", "-A", "--no-config", "--no-lock", script, path, peer, String(turns)];
  return new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped" }).spawn();
}

/** Whole lines of a process's output; what a kill cut off is not reported. */
async function* linesOf(child: Deno.ChildProcess): AsyncGenerator<string> {
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** Kills a writer once it has reported `turns` turns. @returns all ids it has reported */
async function writeAndKill(path: string, peer: string, turns: number): Promise<number[]> {
  const child = startWriter(path, peer, Number.MAX_SAFE_INTEGER);
  const reported: number[] = [];
  let lines = 0;
  for await (const line of linesOf(child)) {
    reported.push(...line.split(" ").map(Number));
    if (++lines === turns) child.kill("SIGKILL");
  }
  assert.equal((await child.status).signal, "SIGKILL");
  return reported;
}

// A kill loses what the process holds, not what the system holds: this shows that nothing is reported before
// its commit and that a half-written log is recovered. That a commit is on the disk itself rests on
// synchronous=FULL.
Deno.test(`all that was reported is there after each of ${KILLS} kills, and turns are whole or absent`, () =>
  withPath(async (path) => {
    const random = seededRandom(2);
    for (let kill = 0; kill < KILLS; kill++) {
      const turns = 1 + Math.floor(randomFraction(random) * MOST_TURNS_BEFORE_KILL);
      const peer = `writer ${kill}`;
      const reported = await writeAndKill(path, peer, turns);
      const storage = openStorage({ path, turn: safeTurn() });
      const stored = storage.linkQueue.list(peer);
      storage.close();

      const ids = stored.map(({ id }) => id);
      assert.ok(reported.length >= 3 * turns);
      assert.deepEqual(ids.slice(0, reported.length), reported);
      const texts = stored.map(({ xml }) => xml);
      const whole = Array.from(
        { length: texts.length / 3 },
        (_, n) => [`${n} first`, `${n} second`, `${n} third`],
      );
      assert.deepEqual(texts, whole.flat());
    }
  }));

Deno.test("two processes that write at once lose nothing", () =>
  withPath(async (path) => {
    const turns = 200;
    const turn = safeTurn();
    const storage = openStorage({ path, turn });
    const child = startWriter(path, "child", turns);
    let reports = 0;
    for await (const _ of linesOf(child)) {
      storage.linkQueue.add("parent", `${reports++}`, 1);
      turn.end();
    }
    assert.equal((await child.status).code, 0);
    assert.equal(reports, turns);
    assert.equal(storage.linkQueue.list("parent").length, turns);
    assert.equal(storage.linkQueue.list("child").length, 3 * turns);
    storage.close();
  }));

Deno.test("processes that make the database together all succeed", () =>
  withPath(async (path) => {
    const peers = ["a", "b", "c", "d"];
    const children = peers.map((peer) => startWriter(path, peer, 1));
    for (const child of children) {
      for await (const line of linesOf(child)) assert.equal(line.split(" ").length, 3);
      assert.equal((await child.status).code, 0);
    }
    const storage = openStorage({ path, turn: safeTurn() });
    assert.deepEqual(peers.map((peer) => storage.linkQueue.list(peer).length), [3, 3, 3, 3]);
    storage.close();
  }));
