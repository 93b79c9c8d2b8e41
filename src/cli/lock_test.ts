import assert from "node:assert/strict";
import { Scratch } from "../../tests/support/config.ts";
import { readLines } from "../../tests/support/lines.ts";
import { lockDataDirectory } from "./lock.ts";

const TAKEN = /^Cannot start: another server runs on /;

Deno.test("a data directory is made, and served by one at a time", async () => {
  await using scratch = new Scratch();
  const data = `${scratch.path}/ship/data`;
  const lock = lockDataDirectory(data);
  assert.throws(() => lockDataDirectory(data), { name: "CommandError", message: TAKEN });
  assert.throws(() => lockDataDirectory(data), { message: TAKEN }, "asking has not broken the lock");
  lock.release();
  lockDataDirectory(data).release();
});

Deno.test("the lock of a process that is killed is free again", async () => {
  await using scratch = new Scratch();
  const source = `import { lockDataDirectory } from ${JSON.stringify(import.meta.resolve("./lock.ts"))};
    lockDataDirectory(${JSON.stringify(scratch.path)});
    console.log("locked");
    setInterval(() => {}, 1_000);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", `data:application/typescript,${encodeURIComponent(source)}`],
    stdout: "piped",
  }).spawn();
  const locked = Promise.withResolvers<string>();
  const output = readLines(child.stdout, locked.resolve);
  try {
    assert.equal(await locked.promise, "locked");
    assert.throws(() => lockDataDirectory(scratch.path), { message: TAKEN });
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await output;
  }
  lockDataDirectory(scratch.path).release();
});
