import assert from "node:assert/strict";
import { deadline } from "../../tests/support/deadline.ts";
import { readLines } from "../../tests/support/lines.ts";
import { halyard, halyardCommand } from "../../tests/support/process.ts";
import { nullLog } from "../base/mod.ts";
import { systemNetwork } from "../net/mod.ts";
import { HF_NODE_DEFAULTS, SIS_PORT } from "../sim/mod.ts";
import { encodePrimitive, parseNodeAddress, type SisPrimitive, SisReader } from "../stanag5066/mod.ts";
import { simSetup, type SimWords } from "./sim_options.ts";

const LIMIT_MS = 20_000;

const WORDS: SimWords = {
  rate: "1200",
  interleaver: "short",
  turnaround: "2000",
  loss: "0",
  burst: "3",
  speed: "1",
  seed: "1",
};

const ARQ = { mode: "arq", confirmation: "node", order: "in-order", minRetransmissions: 0 } as const;

/** A SIS client over real TCP that notes what it hears. */
async function connect(port: number) {
  const transport = await systemNetwork(nullLog).connectLink(
    { host: "127.0.0.1", port },
    undefined,
    LIMIT_MS,
  );
  const writer = transport.writable.getWriter();
  const input = transport.readable.getReader();
  const reader = new SisReader();
  const say = (primitive: SisPrimitive) => writer.write(encodePrimitive(primitive));
  const next = async (): Promise<SisPrimitive> => {
    const { value } = await input.read();
    const [found] = reader.push(value ?? new Uint8Array());
    return found?.kind === "primitive" ? found.primitive : assert.fail("no primitive");
  };
  return { transport, say, next };
}

Deno.test("halyard sim stanag5066 carries U_PDUs between two SIS clients, and ends with 0", async () => {
  const [command, ...words] = halyardCommand();
  const args = [...words, "sim", "stanag5066", "--speed", "100"];
  const child = new Deno.Command(command, {
    args: [...args, "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines: string[] = [];
  const ready = Promise.withResolvers<void>();
  const output = readLines(child.stdout, (line) => {
    lines.push(line);
    if (line === "ready") ready.resolve();
  });
  try {
    await deadline(ready.promise, LIMIT_MS, "line ready");
    assert.match(
      lines[0] ?? "",
      /^HF channel: 1200 bit\/s, interleaver short, turnaround 2000 ms, no loss, 100/,
    );
    const ports = lines.flatMap((line) => /127\.0\.0\.1:(\d+)$/.exec(line)?.[1] ?? []).map(Number);
    const [near, far] = await Promise.all(ports.map(connect));
    assert.ok(near !== undefined && far !== undefined);
    for (const { say, next } of [near, far]) {
      await say({ kind: "bindRequest", sap: 6, rank: 0, service: ARQ });
      const accepted = await deadline(next(), LIMIT_MS, "bind");
      assert.deepEqual(accepted, { kind: "bindAccepted", sap: 6, mtuBytes: HF_NODE_DEFAULTS.mtuBytes });
    }
    const uPdu = new TextEncoder().encode("hello");
    const destination = parseNodeAddress("1.2.3.5") ?? assert.fail();
    await near.say({
      kind: "unidataRequest",
      priority: 0,
      destinationSap: 6,
      destination,
      delivery: undefined,
      ttlMs: undefined,
      uPdu,
    });
    const came = await deadline(far.next(), LIMIT_MS, "indication");
    assert.ok(came.kind === "unidataIndication");
    assert.deepEqual(came.uPdu, uPdu);
    const confirmed = await deadline(near.next(), LIMIT_MS, "confirm");
    assert.equal(confirmed.kind, "unidataConfirm");
    child.kill("SIGTERM");
    const { code } = await deadline(child.status, LIMIT_MS, "end");
    assert.equal(code, 0);
    for (const { transport } of [near, far]) {
      transport.abort("closed-by-us");
      await transport.closed;
    }
  } finally {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await Promise.all([child.status, output]);
  }
});

Deno.test("a simulation that cannot listen says so and ends with 1", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const at = `127.0.0.1:${taken.addr.port}`;
  const ended = await halyard(["sim", "stanag5066", "--listen", "127.0.0.1:0", "--listen", at]);
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, new RegExp(`^halyard: Cannot listen on ${at}`));
  assert.doesNotMatch(ended.stdout, /ready/);
});

Deno.test("words of a simulation mean what they say", () => {
  const setup = simSetup({
    ...WORDS,
    rate: "9600",
    interleaver: "very-long",
    loss: "12.5",
    burst: "8",
    outage: ["60-120", "3600-7200"],
    listen: ["127.0.0.1:7001", "[::1]:7002"],
    address: ["1.0.0.1", "1.0.0.2"],
    speed: "0.5",
    seed: "42",
  });
  assert.deepEqual(setup, {
    net: {
      modem: { rateBps: 9_600, interleaver: "very-long", turnaroundMs: 2_000 },
      fading: { lossRatio: 0.125, burstBlocks: 8 },
      outages: [{ fromMs: 60_000, toMs: 120_000 }, { fromMs: 3_600_000, toMs: 7_200_000 }],
      addresses: ["1.0.0.1", "1.0.0.2"],
      seed: 42,
    },
    listen: [{ host: "127.0.0.1", port: 7_001 }, { host: "::1", port: 7_002 }],
    speed: 0.5,
  });
  const { listen, net } = simSetup(WORDS);
  assert.deepEqual(listen.map(({ port }) => port), [SIS_PORT, SIS_PORT + 1]);
  assert.deepEqual(net.addresses, ["1.2.3.4", "1.2.3.5"]);
});

const WRONG: readonly (readonly [Partial<SimWords>, RegExp])[] = [
  [{ rate: "1000" }, /Cannot use 1000 bit\/s: the rates are 75,/],
  [{ rate: "fast" }, /Cannot use --rate fast: a whole number from 75 to 9600/],
  [{ interleaver: "medium" }, /Cannot use interleaver medium at 1200 bit\/s/],
  [{ turnaround: "1.5" }, /Cannot use --turnaround 1.5/],
  [{ loss: "95" }, /Cannot use --loss 95: a number from 0 to 90/],
  [{ loss: "60", burst: "1" }, /Cannot use --loss 60: bursts of 1 blocks allow 50 at most/],
  [{ burst: "0" }, /Cannot use --burst 0/],
  [{ outage: ["5"] }, /Cannot use --outage 5: FROM-TO is needed/],
  [{ outage: ["9-5"] }, /Cannot use --outage 9-5/],
  [{ speed: "0" }, /Cannot use --speed 0/],
  [{ seed: "-1" }, /Cannot use --seed -1/],
  [{ listen: ["127.0.0.1:5066"] }, /Cannot use --listen 1 times: 2 nodes need one each/],
  [{ listen: ["host:1", "127.0.0.1:2"] }, /Cannot use --listen host:1: an IP address and a port/],
  [{ address: ["1.2.3.4", "31.0.0.1"] }, /Cannot use --address 31.0.0.1/],
  [{ address: ["1.2.3.4", "1.2.3.4"] }, /Cannot use --address 1.2.3.4 twice/],
];

for (const [words, message] of WRONG) {
  Deno.test(`a simulation with ${JSON.stringify(words)} is refused as a mistake of usage`, () => {
    assert.throws(
      () => simSetup({ ...WORDS, ...words }),
      (error) =>
        error instanceof Error && message.test(error.message) && "exitCode" in error && error.exitCode === 2,
    );
  });
}

Deno.test("what the command line does not know ends with 2", async () => {
  const ended = await halyard(["sim", "stanag5066", "--rate", "1201"]);
  assert.equal(ended.code, 2);
  assert.equal(ended.stdout, "");
});
