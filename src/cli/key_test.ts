import assert from "node:assert/strict";
import { pickPorts, Scratch, writeSite } from "../../tests/support/config.ts";
import { halyard } from "../../tests/support/process.ts";

Deno.test("a key is made for its owner alone, never over another file, and shown by its fingerprint", async () => {
  await using scratch = new Scratch();
  const file = `${scratch.path}/shore.key`;
  const made = await halyard(["key", "make", file]);
  assert.equal(made.code, 0, made.stderr);
  const fingerprint = /fingerprint: ((?:[0-9a-f]{4} ){3}[0-9a-f]{4})\n$/.exec(made.stdout)?.[1];
  assert.ok(fingerprint !== undefined, made.stdout);
  const text = Deno.readTextFileSync(file);
  assert.match(text, /^[A-Za-z0-9_-]{43}\n$/);
  if (Deno.build.os !== "windows") assert.equal((Deno.statSync(file).mode ?? 0) & 0o777, 0o600);

  const shown = await halyard(["key", "show", file]);
  assert.deepEqual([shown.code, shown.stdout], [0, `${fingerprint}\n`]);
  assert.ok(!made.stdout.includes(text.trim()) && !shown.stdout.includes(text.trim()));

  const again = await halyard(["key", "make", file]);
  assert.deepEqual([again.code, again.stderr], [1, `halyard: Cannot write ${file}: it exists\n`]);
  assert.equal(Deno.readTextFileSync(file), text);
});

Deno.test("what is no key, or cannot be written, is said", async () => {
  await using scratch = new Scratch();
  const file = `${scratch.path}/no.key`;
  const shown = await halyard(["key", "show", file]);
  assert.deepEqual(
    [shown.code, shown.stderr],
    [1, `halyard: Cannot use the key: ${file} does not exist; check the path\n`],
  );
  const made = await halyard(["key", "make", `${scratch.path}/no/such/folder.key`]);
  assert.equal(made.code, 1);
  assert.match(made.stderr, /Cannot write .*: its folder does not exist\n$/);
});

Deno.test("a server whose key cannot be read does not start, and the exit code blames the configuration", async () => {
  await using scratch = new Scratch();
  const peers = { shore: { domain: "shore.example", profile: "halyard" } } as const;
  const { configPath, directory } = await writeSite(scratch.path, "ship.example", pickPorts(), { peers });
  const config = JSON.parse(Deno.readTextFileSync(configPath));
  config.peers.shore.auth = { mode: "seal", key_file: "shore.key" };
  Deno.writeTextFileSync(configPath, JSON.stringify(config));
  const ended = await halyard(["run", "--config", configPath]);
  assert.equal(ended.code, 2);
  assert.match(
    ended.stderr,
    new RegExp(`Cannot use the key of peer shore: ${directory}/shore.key does not exist; check the path\n$`),
  );
});
