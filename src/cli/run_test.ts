import assert from "node:assert/strict";
import { pickPorts, Scratch, writeSite } from "../../tests/support/config.ts";
import { addUser, halyard, halyardCommand, HalyardProcess } from "../../tests/support/process.ts";
import { XmppClient } from "../../tests/support/xmpp_client.ts";
import { type LogFields, nullLog } from "../base/mod.ts";
import { uncaught } from "./run.ts";

Deno.test("a second server on the same data is refused, and the first one goes on", async () => {
  await using scratch = new Scratch();
  const { configPath, directory } = await writeSite(scratch.path, "ship.example", pickPorts());
  await using first = await HalyardProcess.start(configPath);
  const second = await halyard(["run", "--config", configPath]);
  assert.equal(second.code, 1);
  assert.equal(second.stderr.trim(), `halyard: Cannot start: another server runs on ${directory}/data`);
  const status = await halyard(["status", "--json", "--config", configPath]);
  assert.equal(status.code, 0, status.stderr);
  const { domain, metrics } = JSON.parse(status.stdout) as { domain: string; metrics: unknown };
  assert.equal(domain, "ship.example");
  assert.equal(typeof metrics, "object");
  assert.ok(first.alive);
});

Deno.test("a server that cannot listen ends with 1 and leaves nothing behind that says it runs", async () => {
  await using scratch = new Scratch();
  const ports = pickPorts();
  using _taken = Deno.listen({ hostname: "127.0.0.1", port: ports.plaintext });
  const { configPath } = await writeSite(scratch.path, "ship.example", ports);
  const ended = await halyard(["run", "--config", configPath]);
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, new RegExp(`Cannot listen on 127.0.0.1:${ports.plaintext}`));
  assert.equal((await halyard(["status", "--config", configPath])).code, 1);
});

Deno.test("a server whose log nobody reads any more goes on serving", async () => {
  await using scratch = new Scratch();
  const site = await writeSite(scratch.path, "ship.example", pickPorts());
  await addUser(site.configPath, "romeo@ship.example", "secret");
  const [command, ...words] = halyardCommand();
  const child = new Deno.Command(command, {
    args: [...words, "run", "--config", site.configPath],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  try {
    await reader.read();
    await child.stderr.cancel();
    const at = { port: site.ports.plaintext, domain: site.domain };
    await using romeo = await XmppClient.login(at, { user: "romeo", password: "secret" });
    await romeo.ping();
  } finally {
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 0);
    await reader.cancel();
  }
});

Deno.test("an error that nothing has caught is logged, and is the last resort's to handle", async () => {
  const logged: (readonly [string, LogFields | undefined])[] = [];
  const log = { ...nullLog, error: (event: string, fields?: LogFields) => void logged.push([event, fields]) };
  const listeners = new Map<string, (event: Event) => void>();
  const seen = uncaught(log, { addEventListener: (type, listener) => void listeners.set(type, listener) });
  const thrown = new ErrorEvent("error", { error: new Error("a bug"), cancelable: true });
  const promise = Promise.reject(new Error("a late bug"));
  promise.catch(() => {});
  const rejected = new PromiseRejectionEvent("unhandledrejection", {
    promise,
    reason: new Error("a late bug"),
    cancelable: true,
  });
  listeners.get(thrown.type)?.(thrown);
  listeners.get(rejected.type)?.(rejected);
  await seen;
  assert.ok(thrown.defaultPrevented && rejected.defaultPrevented);
  assert.deepEqual(logged, [
    ["error not caught: stopping", { error: "a bug" }],
    ["error not caught: stopping", { error: "a late bug" }],
  ]);
});
