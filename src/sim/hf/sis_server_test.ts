import assert from "node:assert/strict";
import { parseNodeAddress, SUBNET_REASON, SUBNET_STATUS, UNBOUND } from "../../stanag5066/mod.ts";
import { VirtualClock } from "../clock.ts";
import { SimLink } from "../link.ts";
import { SimNetwork } from "../network.ts";
import { HfNet, type HfNetOptions } from "./hf_net.ts";
import { MAX_SIS_CONNECTIONS, type SisServer } from "./sis_server.ts";
import { MAX_INVALID_PRIMITIVES } from "./sis_session.ts";
import { ARQ_NODE, SisProbe } from "./testing/sis_probe.ts";

const A = "1.2.3.4";
const B = "1.2.3.5";

function addressOf(text: string) {
  return parseNodeAddress(text) ?? assert.fail(text);
}

async function setUp(options: HfNetOptions = {}) {
  const clock = new VirtualClock();
  const net = new HfNet(clock, options);
  const [serverA, serverB] = net.servers as [SisServer, SisServer];
  const [a, b] = [SisProbe.at(serverA), SisProbe.at(serverB)];
  a.bind();
  b.bind();
  await clock.settle();
  return { clock, net, serverA, serverB, a, b };
}

Deno.test("two clients exchange U_PDUs over the simulated network, each confirmed", async () => {
  const clock = new VirtualClock();
  const network = new SimNetwork(clock, new SimLink(clock, { rateBps: undefined, delayMs: 0 }));
  const net = new HfNet(clock);
  const probes: SisProbe[] = [];
  for (const [index, server] of net.servers.entries()) {
    const host = `192.0.2.${index + 1}`;
    assert.deepEqual(await server.listen(network.from(host), { host, port: 5066 }), { host, port: 5066 });
    const calling = network.from("192.0.2.9").connectLink({ host, port: 5066 }, undefined, 1_000);
    await clock.advance(1);
    const probe = new SisProbe(await calling);
    probe.bind();
    probes.push(probe);
  }
  await clock.advance(1);
  const [a, b] = probes as [SisProbe, SisProbe];
  for (let count = 0; count < 3; count++) {
    a.send(B, `forth ${count}`);
    b.send(A, `back ${count}`);
    await clock.advance(30_000);
  }
  const told = (way: string, back: string) => [
    "bindAccepted",
    ...[0, 1, 2].flatMap((count) => [
      `unidataConfirm ${way} ${count}`,
      `unidataIndication ${back} ${count}`,
    ]),
  ];
  assert.deepEqual([...a.words].sort(), told("forth", "back").sort());
  assert.deepEqual([...b.words].sort(), told("back", "forth").sort());
  await net.stop();
  await clock.settle();
  assert.deepEqual([a.ended, b.ended], [true, true]);
});

Deno.test("a bind is told the MTU, an indication where it came from", async () => {
  const { clock, a, b } = await setUp({ node: { mtuBytes: 1_000 } });
  a.send(B, "hello");
  await clock.advance(30_000);
  assert.deepEqual(a.heard[0], { kind: "bindAccepted", sap: 6, mtuBytes: 1_000 });
  assert.deepEqual(b.heard[1], {
    kind: "unidataIndication",
    priority: 0,
    destinationSap: 6,
    destination: addressOf(B),
    mode: "arq",
    sourceSap: 6,
    source: addressOf(A),
    damaged: [],
    missing: [],
    uPdu: new TextEncoder().encode("hello"),
  });
});

Deno.test("a SAP is bound once, and free again after an unbind or an end", async () => {
  const { clock, a, serverA } = await setUp();
  const second = SisProbe.at(serverA);
  second.bind();
  a.bind(7);
  await clock.settle();
  assert.deepEqual(second.words, ["bindRejected 3"]);
  assert.equal(a.words.at(-1), "bindRejected 3");
  a.say({ kind: "unbindRequest" });
  await clock.settle();
  second.bind();
  await clock.settle();
  assert.equal(second.words.at(-1), "bindAccepted");
  second.transport.abort("closed-by-us");
  await clock.settle();
  assert.deepEqual(serverA.saps, []);
  a.bind(6);
  await clock.settle();
  assert.deepEqual(serverA.saps, [6]);
});

Deno.test("several clients are served, one SAP each; too many are turned away", async () => {
  const { clock, serverA, serverB, b } = await setUp();
  const others = Array.from({ length: MAX_SIS_CONNECTIONS }, () => SisProbe.at(serverA));
  await clock.settle();
  assert.equal(serverA.connections, MAX_SIS_CONNECTIONS);
  assert.deepEqual(others.map(({ ended }) => ended).lastIndexOf(false), MAX_SIS_CONNECTIONS - 2);
  others[0]?.bind(9);
  const elsewhere = SisProbe.at(serverB);
  elsewhere.bind(9);
  await clock.settle();
  others[0]?.send(B, "from nine to six");
  await clock.advance(30_000);
  assert.equal(b.words.at(-1), "unidataIndication from nine to six");
  assert.deepEqual(elsewhere.words, ["bindAccepted"]);
});

Deno.test("what is not confirmed is not told of, and only leading octets are handed back", async () => {
  const { clock, a } = await setUp({ sis: { returnedBytes: 4 } });
  a.send(B, "unconfirmed", { confirmation: "none" });
  a.send(B, "confirmed");
  a.send(B, "by the client", { confirmation: "client" });
  await clock.advance(60_000);
  assert.deepEqual(a.words, ["bindAccepted", "unidataConfirm conf", "unidataConfirm by t"]);
});

Deno.test("rejects have the reason of what happened", async () => {
  const { clock, net, a, b } = await setUp();
  a.send(B, "x".repeat(2_049), { confirmation: "none" });
  b.say({ kind: "unbindRequest" });
  a.send(B, "nobody", { confirmation: "client" });
  await clock.advance(60_000);
  net.channel.cut();
  a.send(B, "late", { ttlMs: 2_000 });
  await clock.advance(3_000);
  a.send("9.9.9.9", "away");
  await clock.advance(60_000);
  const reasons = a.heard.flatMap((heard) => heard.kind === "unidataRejected" ? heard.reason : []);
  assert.deepEqual(reasons, [4, 2, 1, 3]);
});

Deno.test("a group is sent to without ARQ, and not with it", async () => {
  const { clock, a, b } = await setUp();
  const request = {
    kind: "expeditedUnidataRequest",
    destinationSap: 6,
    destination: addressOf("31.255.255.255"),
    ttlMs: undefined,
    uPdu: new TextEncoder().encode("to all"),
  } as const;
  const nonArq = { mode: "non-arq", confirmation: "none", order: "in-order", minRetransmissions: 1 } as const;
  a.say({ ...request, delivery: nonArq });
  await clock.advance(30_000);
  assert.deepEqual(b.words, ["bindAccepted", "expeditedUnidataIndication to all"]);
  a.say({ ...request, delivery: undefined });
  await clock.advance(30_000);
  assert.equal(a.words.at(-1), "expeditedUnidataRejected 5");
});

Deno.test("flow goes off at the high water mark and on at the low one", async () => {
  const { clock, a, b, serverA } = await setUp({ sis: { highWaterBytes: 3_000, lowWaterBytes: 1_000 } });
  const text = (count: number) => `${count}${"x".repeat(499)}`;
  for (let count = 0; count < 9; count++) a.send(B, text(count));
  await clock.settle();
  assert.deepEqual(a.words, ["bindAccepted", "dataFlowOff"]);
  // What comes nevertheless is taken up to twice the mark, and dropped beyond without a word.
  for (let count = 9; count < 15; count++) a.send(B, "y".repeat(500));
  await clock.settle();
  assert.equal(a.words.length, 2);
  await clock.advance(3_600_000);
  assert.equal(a.words.filter((word) => word === "dataFlowOn").length, 1);
  assert.equal(a.words.filter((word) => word.startsWith("unidataConfirm")).length, 12);
  assert.equal(b.words.length, 1 + 12);
  const confirmed = a.words.slice(0, a.words.indexOf("dataFlowOn"));
  assert.ok(confirmed.filter((word) => word.startsWith("unidataConfirm")).length >= 10);
  assert.equal(serverA.saps.length, 1);
});

Deno.test("keep-alive is answered, and asked for when told to", async () => {
  const { clock, a } = await setUp({ sis: { keepAliveMs: 120_000 } });
  a.say({ kind: "keepAlive" });
  await clock.advance(1_000);
  assert.deepEqual(a.words, ["bindAccepted", "keepAlive"]);
  await clock.advance(119_000);
  assert.equal(a.words.length, 3);
  a.say({ kind: "keepAlive" });
  await clock.advance(10_000);
  assert.equal(a.words.length, 3, "an answer is not answered");
  await clock.advance(131_000);
  assert.deepEqual(a.words.slice(3), ["keepAlive", `unbindIndication ${UNBOUND.inactivity}`]);
});

Deno.test("clients are told when the subnetwork changes, and at bind when it is not on", async () => {
  const { clock, a, serverA } = await setUp();
  serverA.setAvailability(SUBNET_STATUS.receiveOnly, SUBNET_REASON.emissionControl);
  const second = SisProbe.at(serverA);
  second.bind(7);
  await clock.settle();
  assert.equal(a.words.at(-1), "subnetAvailability 1");
  assert.deepEqual(second.words, ["bindAccepted", "subnetAvailability 1"]);
});

Deno.test("who is not bound cannot send; who goes on with nonsense is unbound", async () => {
  const { clock, net, serverA, a } = await setUp();
  const stranger = SisProbe.at(serverA);
  stranger.send(B, "no");
  for (let count = 0; count < MAX_INVALID_PRIMITIVES; count++) {
    a.sendOctets(Uint8Array.of(0x90, 0xeb, 0, 0, 1, 0x63));
  }
  await clock.advance(30_000);
  assert.deepEqual(stranger.words, []);
  assert.equal(a.words.at(-1), `unbindIndication ${UNBOUND.invalidPrimitives}`);
  assert.equal(net.channel.counts.transmissions, 0);
});

Deno.test("garbage ends the connection", async () => {
  const { clock, a, serverA } = await setUp();
  a.sendOctets(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  await clock.settle();
  assert.equal(a.ended, true);
  assert.equal(serverA.connections, 0);
});

Deno.test("what a client that has gone had not on the air is forgotten", async () => {
  const { clock, net, a, b, serverA } = await setUp();
  net.channel.cut();
  for (let count = 0; count < 5; count++) a.send(B, `never ${count}`);
  await clock.settle();
  a.transport.abort("closed-by-us");
  await clock.settle();
  net.channel.mend();
  await clock.advance(120_000);
  assert.deepEqual(b.words, ["bindAccepted"]);
  const next = SisProbe.at(serverA);
  next.bind();
  await clock.settle();
  next.send(B, "now");
  await clock.advance(30_000);
  assert.deepEqual(b.words, ["bindAccepted", "unidataIndication now"]);
});

Deno.test("a server that has stopped takes no calls until it starts again", async () => {
  const clock = new VirtualClock();
  const network = new SimNetwork(clock, new SimLink(clock, { rateBps: undefined, delayMs: 0 }));
  const at = { host: "192.0.2.1", port: 5066 };
  const [server] = new HfNet(clock).servers as [SisServer, SisServer];
  await assert.rejects(server.start(), /Cannot start: the server has not listened before/);
  await server.listen(network.from(at.host), at);
  await server.stop();
  const call = () => network.from("192.0.2.9").connectLink(at, undefined, 1_000);
  await assert.rejects(call(), { reason: "refused" });
  await server.start();
  const calling = call();
  await clock.advance(1);
  const probe = new SisProbe(await calling);
  probe.say({ kind: "bindRequest", sap: 6, rank: 0, service: ARQ_NODE });
  await clock.settle();
  assert.deepEqual(probe.words, ["bindAccepted"]);
  await server.stop();
});
