import assert from "node:assert/strict";
import { type HardLink, parseNodeAddress } from "../../stanag5066/mod.ts";
import { VirtualClock } from "../clock.ts";
import { HfNet } from "./hf_net.ts";
import type { SisServer } from "./sis_server.ts";
import { SisProbe } from "./testing/sis_probe.ts";

const A = "1.2.3.4";
const B = "1.2.3.5";
const C = "1.2.3.6";

function link(type: number, to = B, remoteSap = 6, priority = 1): HardLink {
  return { type, priority, remoteSap, remote: parseNodeAddress(to) ?? assert.fail(to) };
}

async function setUp() {
  const clock = new VirtualClock();
  const net = new HfNet(clock, { addresses: [A, B, C] });
  const [serverA, serverB] = net.servers as [SisServer, SisServer, SisServer];
  const [a, b, other] = [SisProbe.at(serverA), SisProbe.at(serverB), SisProbe.at(serverA)];
  a.bind(6, 5);
  b.bind(6);
  other.bind(7);
  await clock.settle();
  for (const probe of [a, b, other]) probe.heard.length = 0;
  return { clock, net, a, b, other };
}

Deno.test("a hard link of type 0 is made, outlives idle time, and ends when told to", async () => {
  const { clock, net, a, b, other } = await setUp();
  a.say({ kind: "hardLinkEstablish", link: link(0) });
  await clock.advance(600_000);
  assert.deepEqual(a.heard, [{ kind: "hardLinkEstablished", status: 1, link: link(0) }]);
  assert.equal(net.server(A).node.linkState(B), "up");
  other.send(B, "all may use it");
  await clock.advance(30_000);
  assert.deepEqual(b.words, ["unidataIndication all may use it"]);
  a.say({ kind: "hardLinkTerminate", remote: link(0).remote });
  await clock.advance(120_000);
  assert.equal(net.server(A).node.linkState(B), "down");
  assert.equal(net.server(B).node.hardLinks.current, undefined);
  assert.equal(a.words.length, 1);
});

Deno.test("over a hard link of type 1 only the client that asked sends; others wait for its end", async () => {
  const { clock, a, b, other } = await setUp();
  a.say({ kind: "hardLinkEstablish", link: link(1) });
  await clock.advance(30_000);
  other.send(B, "later");
  a.send(B, "now");
  await clock.advance(120_000);
  assert.deepEqual(b.words, ["unidataIndication now"]);
  a.say({ kind: "hardLinkTerminate", remote: link(1).remote });
  await clock.advance(120_000);
  assert.deepEqual(b.words, ["unidataIndication now", "unidataIndication later"]);
});

Deno.test("a hard link of type 2 needs the other client's consent, and both are told of its end", async () => {
  const { clock, a, b } = await setUp();
  a.say({ kind: "hardLinkEstablish", link: link(2) });
  await clock.advance(30_000);
  const offered = { ...link(2), remote: link(2, A).remote };
  assert.deepEqual(b.heard, [{ kind: "hardLinkIndication", status: 1, link: offered }]);
  assert.deepEqual(a.words, []);
  b.say({ kind: "hardLinkAccept", link: offered });
  await clock.advance(30_000);
  assert.deepEqual(a.words, ["hardLinkEstablished"]);
  a.say({ kind: "hardLinkTerminate", remote: link(2).remote });
  await clock.advance(30_000);
  assert.deepEqual(b.words, ["hardLinkIndication", "hardLinkTerminated 1"]);
});

Deno.test("a hard link is rejected for the reason there is", async () => {
  const { clock, net, a, b, other } = await setUp();
  a.say({ kind: "hardLinkEstablish", link: link(2, B, 9) });
  await clock.advance(60_000);
  assert.deepEqual(a.words, ["hardLinkRejected 4"], "nobody is bound there");
  a.say({ kind: "hardLinkEstablish", link: link(2) });
  await clock.advance(60_000);
  b.say({ kind: "hardLinkReject", reason: 1, link: link(2, A) });
  await clock.advance(60_000);
  assert.deepEqual(a.words.slice(1), ["hardLinkRejected 1"], "the client refuses");
  a.say({ kind: "hardLinkEstablish", link: link(0, "9.9.9.9") });
  await clock.advance(60_000);
  assert.deepEqual(a.words.slice(2), ["hardLinkRejected 3"], "nobody answers");
  a.say({ kind: "hardLinkEstablish", link: link(0) });
  await clock.advance(60_000);
  a.say({ kind: "hardLinkEstablish", link: link(0) });
  other.say({ kind: "hardLinkEstablish", link: link(1, C) });
  await clock.advance(60_000);
  assert.deepEqual(a.words.slice(3), ["hardLinkEstablished", "hardLinkRejected 5"]);
  assert.deepEqual(other.words, ["hardLinkRejected 2"], "a client of lower rank");
  const third = SisProbe.at(net.server(C));
  third.bind(6);
  await clock.settle();
  third.say({ kind: "hardLinkEstablish", link: link(0) });
  await clock.advance(60_000);
  assert.match(third.words.at(-1) ?? "", /^hardLinkRejected [13]$/, "the other node is busy");
});

Deno.test("a link of greater precedence takes the place of the one there is", async () => {
  const { clock, a, other } = await setUp();
  other.say({ kind: "hardLinkEstablish", link: link(0, C) });
  await clock.advance(60_000);
  a.say({ kind: "hardLinkEstablish", link: link(0) });
  await clock.advance(60_000);
  assert.deepEqual(other.words, ["hardLinkEstablished", "hardLinkTerminated 2"]);
  assert.deepEqual(a.words, ["hardLinkEstablished"]);
});

Deno.test("a hard link whose node has gone silent is terminated when that is noticed", async () => {
  const { clock, net, a } = await setUp();
  a.say({ kind: "hardLinkEstablish", link: link(0) });
  await clock.advance(60_000);
  net.channel.cut();
  a.send(B, "anybody?");
  await clock.advance(300_000);
  assert.deepEqual(a.words, ["hardLinkEstablished", "hardLinkTerminated 3", "unidataRejected 3"]);
});

Deno.test("data for other nodes waits for the end of a hard link, and goes when it has failed", async () => {
  const { clock, net, a, other } = await setUp();
  const third = SisProbe.at(net.server(C));
  third.bind(6);
  a.say({ kind: "hardLinkEstablish", link: link(0) });
  await clock.advance(60_000);
  other.send(C, "later");
  await clock.advance(120_000);
  assert.deepEqual(third.words, ["bindAccepted"]);
  net.channel.cut();
  a.send(B, "anybody?");
  await clock.until(() => a.words.includes("hardLinkTerminated 3"), 300_000);
  net.channel.mend();
  await clock.advance(30_000);
  assert.deepEqual(third.words, ["bindAccepted", "unidataIndication later"]);
});

Deno.test("a client that goes takes its hard link with it", async () => {
  const { clock, net, a } = await setUp();
  a.say({ kind: "hardLinkEstablish", link: link(0) });
  await clock.advance(60_000);
  a.transport.abort("closed-by-us");
  await clock.advance(60_000);
  assert.equal(net.server(A).node.hardLinks.current, undefined);
  assert.equal(net.server(B).node.hardLinks.current, undefined);
});
