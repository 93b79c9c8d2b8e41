import assert from "node:assert/strict";
import { join } from "node:path";
import { type LogFields, nullLog, seededRandom, systemClock } from "../base/mod.ts";
import { VirtualClock } from "../sim/mod.ts";
import { writeAddress } from "./address.ts";
import { type ControlListener, MOST_CONNECTIONS } from "./control_server.ts";
import { ANSWER_MS } from "./control_client.ts";
import { askServer, type ControlHandler, type ControlOptions, ControlServer } from "./mod.ts";

class Bench implements AsyncDisposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "halyard-control-" });
  readonly file = join(this.directory, "control.json");
  readonly warnings: (readonly [string, LogFields | undefined])[] = [];
  readonly #servers: ControlServer[] = [];

  start(handler: ControlHandler, options: Partial<ControlOptions> = {}): ControlServer {
    const server = new ControlServer({
      dataDirectory: this.directory,
      clock: systemClock,
      random: seededRandom(this.#servers.length + 1),
      log: { ...nullLog, warn: (event, fields) => void this.warnings.push([event, fields]) },
      ...options,
    }, handler);
    server.start();
    this.#servers.push(server);
    return server;
  }

  /** A connection that asks nothing yet. */
  async connect(): Promise<Deno.TcpConn> {
    const { port } = JSON.parse(Deno.readTextFileSync(this.file)) as { port: number };
    return await Deno.connect({ hostname: "127.0.0.1", port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await server.stop();
    await Deno.remove(this.directory, { recursive: true });
  }
}

Deno.test("a running server answers, or says why it cannot", async () => {
  await using bench = new Bench();
  bench.start(({ command, name }) => {
    if (command === "link-up") throw new Error("Cannot find peer moon");
    return `${command} ${name}`;
  });
  const ask = (command: "status" | "link-up") => askServer(bench.directory, { command, name: "moon" });
  assert.equal(await ask("status"), "status moon");
  await assert.rejects(ask("link-up"), { message: "Cannot find peer moon" });
});

Deno.test("none runs where there is no file, and where nobody listens at the port in it", async () => {
  await using bench = new Bench();
  assert.equal(await askServer(bench.directory, { command: "status" }), undefined);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  writeAddress(bench.directory, { port: listener.addr.port, token: "x" });
  assert.equal(await askServer(bench.directory, { command: "status" }), undefined);
});

Deno.test("a file that is no address is an error, not the absence of a server", async () => {
  await using bench = new Bench();
  Deno.writeTextFileSync(bench.file, "{}");
  await assert.rejects(askServer(bench.directory, { command: "status" }), /holds no port and token/);
});

Deno.test("a server that does not answer is given up", async () => {
  await using bench = new Bench();
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  writeAddress(bench.directory, { port: silent.addr.port, token: "x" });
  const clock = new VirtualClock();
  const asking = assert.rejects(
    askServer(bench.directory, { command: "status" }, clock),
    { message: "Cannot ask the server: no answer within 10000 ms" },
  );
  const connection = await silent.accept();
  await clock.advance(ANSWER_MS);
  await asking;
  connection.close();
  silent.close();
});

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ["a wrong token", JSON.stringify({ command: "status", token: "x" }), /token is not this server's/],
  ["no token", JSON.stringify({ command: "status" }), /token is not this server's/],
  ["an unknown command", JSON.stringify({ command: "dance", token: "x" }), /dance.* is no command/],
  ["no JSON", "hello", /JSON/],
];
for (const [what, line, answer] of REFUSED) {
  Deno.test(`${what} is refused`, async () => {
    await using bench = new Bench();
    bench.start(() => assert.fail("must not be asked"));
    using connection = await bench.connect();
    await connection.write(new TextEncoder().encode(line + "\n"));
    const buffer = new Uint8Array(1_000);
    const size = await connection.read(buffer) ?? 0;
    assert.match(new TextDecoder().decode(buffer.subarray(0, size)), answer);
  });
}

Deno.test("a request without an end is cut off at its bound", async () => {
  await using bench = new Bench();
  bench.start(() => assert.fail("must not be asked"));
  using connection = await bench.connect();
  await connection.write(new TextEncoder().encode("x".repeat(4_097)));
  assert.equal(await closedByServer(connection), true);
  assert.match(String(bench.warnings[0]?.[1]?.error), /more than 4096 bytes/);
});

Deno.test("connections are bounded, and stopping does not wait for those that ask nothing", async () => {
  await using bench = new Bench();
  const server = bench.start(() => "here");
  const idle: Deno.TcpConn[] = [];
  while (idle.length < MOST_CONNECTIONS) idle.push(await bench.connect());
  using more = await bench.connect();
  assert.equal(await closedByServer(more), true);
  await server.stop();
  for (const connection of idle) {
    assert.equal(await closedByServer(connection), true);
    connection.close();
  }
});

Deno.test("when accepting fails the door rests a second and opens again", async () => {
  await using bench = new Bench();
  const clock = new VirtualClock();
  const real = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let failures = 3;
  const listener: ControlListener = {
    addr: real.addr,
    accept: () => failures-- > 0 ? Promise.reject(new Error("Too many open files")) : real.accept(),
    close: () => real.close(),
  };
  bench.start(() => "here", { clock, listen: () => listener });
  await clock.advance(1_999);
  assert.equal(bench.warnings.length, 2);
  await clock.advance(1_001);
  assert.equal(bench.warnings.length, 3);
  assert.equal(await askServer(bench.directory, { command: "status" }), "here");
});

Deno.test("the address is its owner's alone to read, and goes away with its server only", async () => {
  await using bench = new Bench();
  const first = bench.start(() => 1);
  assert.equal((Deno.statSync(bench.file).mode ?? 0) & 0o777, 0o600);
  const second = bench.start(() => 2);
  await first.stop();
  assert.equal(await askServer(bench.directory, { command: "status" }), 2);
  await second.stop();
  assert.throws(() => Deno.statSync(bench.file), Deno.errors.NotFound);
  assert.deepEqual([...Deno.readDirSync(bench.directory)], []);
});

/** Whether nothing comes any more; a reset counts too. */
async function closedByServer(connection: Deno.TcpConn): Promise<boolean> {
  return (await connection.read(new Uint8Array(10)).catch(() => null)) === null;
}
