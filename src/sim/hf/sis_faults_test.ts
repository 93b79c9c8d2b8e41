import assert from "node:assert/strict";
import { BIND_REJECTED, UNBOUND, UNIDATA_REJECTED } from "../../stanag5066/mod.ts";
import { VirtualClock } from "../clock.ts";
import { HfNet } from "./hf_net.ts";
import type { SisServer } from "./sis_server.ts";
import { SisProbe } from "./testing/sis_probe.ts";

const B = "1.2.3.5";
const MINUTE_MS = 60_000;

/** Two clients that are bound, and a link that is up; the words of the beginning are forgotten. */
async function setUp() {
  const clock = new VirtualClock();
  const net = new HfNet(clock, { node: { linkIdleMs: Infinity, calledIdleMs: Infinity } });
  const [serverA, serverB] = net.servers as [SisServer, SisServer];
  const [a, b] = [SisProbe.at(serverA), SisProbe.at(serverB)];
  a.bind();
  b.bind();
  await clock.settle();
  a.send(B, "hello");
  await clock.advance(20_000);
  a.heard.length = 0;
  b.heard.length = 0;
  return { clock, net, serverA, serverB, a, b, faults: serverA.faults };
}

Deno.test("told to reject binds, it rejects as many with that reason", async () => {
  const { clock, serverA, faults } = await setUp();
  faults.rejectBind(BIND_REJECTED.noResources, 2);
  const probe = SisProbe.at(serverA);
  for (let count = 0; count < 3; count++) {
    probe.bind(7);
    await clock.settle();
  }
  assert.deepEqual(probe.words, ["bindRejected 1", "bindRejected 1", "bindAccepted"]);
});

Deno.test("told to reject, it rejects as many U_PDUs with that reason and does not send them", async () => {
  const { clock, a, b, faults } = await setUp();
  faults.reject(UNIDATA_REJECTED.nodeNotResponding);
  a.send(B, "one");
  a.send(B, "two");
  await clock.advance(20_000);
  assert.deepEqual(a.words, ["unidataRejected 3", "unidataConfirm two"]);
  assert.deepEqual(b.words, ["unidataIndication two"]);
});

Deno.test("told to unbind, it does so with that reason, and the client may bind again", async () => {
  const { clock, a, serverA, faults } = await setUp();
  faults.unbind(UNBOUND.preempted, 9);
  faults.unbind(UNBOUND.preempted, 6);
  await clock.settle();
  assert.deepEqual(a.words, ["unbindIndication 1"]);
  assert.deepEqual(serverA.saps, []);
  a.bind();
  a.send(B, "again");
  await clock.advance(20_000);
  assert.deepEqual(a.words.slice(1), ["bindAccepted", "unidataConfirm again"]);
});

Deno.test("told to turn flow off for minutes, it does, and takes what comes or drops it", async () => {
  const { clock, a, b, faults } = await setUp();
  faults.flowOff(5 * MINUTE_MS);
  await clock.advance(MINUTE_MS);
  a.send(B, "taken");
  await clock.advance(3 * MINUTE_MS);
  assert.deepEqual(a.words, ["dataFlowOff", "unidataConfirm taken"]);
  await clock.advance(MINUTE_MS);
  assert.equal(a.words.at(-1), "dataFlowOn");
  faults.flowOff(MINUTE_MS, { sap: 6, drops: true });
  await clock.settle();
  a.send(B, "dropped");
  await clock.advance(2 * MINUTE_MS);
  assert.deepEqual(a.words.slice(3), ["dataFlowOff", "dataFlowOn"]);
  assert.deepEqual(b.words, ["unidataIndication taken"]);
});

Deno.test("silent, it carries on without a word, and says it all when it speaks again", async () => {
  const { clock, a, b, faults } = await setUp();
  faults.silence();
  a.send(B, "forth");
  b.send("1.2.3.4", "back");
  a.say({ kind: "keepAlive" });
  await clock.advance(MINUTE_MS);
  assert.deepEqual(a.words, []);
  assert.deepEqual([...b.words].sort(), ["unidataConfirm back", "unidataIndication forth"]);
  faults.speak();
  await clock.settle();
  assert.deepEqual([...a.words].sort(), ["unidataConfirm forth", "unidataIndication back"]);
});

Deno.test("silent for good, it loses what it should have said", async () => {
  const { clock, a, faults } = await setUp();
  faults.silence({ loses: true });
  a.send(B, "forth");
  await clock.advance(MINUTE_MS);
  faults.speak();
  a.send(B, "more");
  await clock.advance(MINUTE_MS);
  assert.deepEqual(a.words, ["unidataConfirm more"]);
});

Deno.test("told to close, it breaks the connection", async () => {
  const { clock, a, serverA, faults } = await setUp();
  faults.close();
  await clock.settle();
  assert.equal(a.ended, true);
  assert.equal(serverA.connections, 0);
});

Deno.test("told to confirm late, it does", async () => {
  const { clock, a, faults } = await setUp();
  faults.confirmLate(10 * MINUTE_MS, 1);
  a.send(B, "late");
  a.send(B, "in time");
  await clock.advance(9 * MINUTE_MS);
  assert.deepEqual(a.words, ["unidataConfirm in time"]);
  await clock.advance(2 * MINUTE_MS);
  assert.deepEqual(a.words, ["unidataConfirm in time", "unidataConfirm late"]);
});

Deno.test("a late confirmation does not come to a client that has bound anew meanwhile", async () => {
  const { clock, a, faults } = await setUp();
  faults.confirmLate(MINUTE_MS);
  a.send(B, "late");
  await clock.advance(20_000);
  a.say({ kind: "unbindRequest" });
  a.bind();
  await clock.advance(5 * MINUTE_MS);
  assert.deepEqual(a.words, ["bindAccepted"]);
});

Deno.test("told to confirm twice, it does", async () => {
  const { clock, a, faults } = await setUp();
  faults.confirmTwice();
  a.send(B, "one");
  a.send(B, "two");
  await clock.advance(MINUTE_MS);
  assert.deepEqual(a.words, ["unidataConfirm one", "unidataConfirm one", "unidataConfirm two"]);
});

Deno.test("told to drop a confirmation, it does", async () => {
  const { clock, a, b, faults } = await setUp();
  faults.dropConfirms();
  a.send(B, "one");
  a.send(B, "two");
  await clock.advance(MINUTE_MS);
  assert.deepEqual(a.words, ["unidataConfirm two"]);
  assert.deepEqual(b.words, ["unidataIndication one", "unidataIndication two"]);
});

Deno.test("told to deliver twice, it does", async () => {
  const { clock, a, b, serverB } = await setUp();
  serverB.faults.deliverTwice();
  a.send(B, "one");
  a.send(B, "two");
  await clock.advance(MINUTE_MS);
  assert.deepEqual(b.words, ["unidataIndication one", "unidataIndication one", "unidataIndication two"]);
});

Deno.test("told to send garbage, it does", async () => {
  const { clock, a, faults } = await setUp();
  faults.garbage();
  await clock.settle();
  assert.equal(a.broken, true);
});

Deno.test("told to say anything, it says it", async () => {
  const { clock, a, faults } = await setUp();
  faults.say({
    kind: "unidataRejected",
    reason: 9,
    destinationSap: 6,
    destination: { isGroup: false, bits: 1 },
    part: new Uint8Array(),
  });
  await clock.settle();
  assert.deepEqual(a.words, ["unidataRejected 9"]);
});
