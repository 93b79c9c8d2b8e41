import assert from "node:assert/strict";
import fc from "fast-check";
import { ArqReceiver } from "./arq_receiver.ts";
import { ArqSender } from "./arq_sender.ts";
import type { CPdu } from "./dpdu.ts";

const ALL = () => true;

function cPdu(sizeBytes: number, inOrder = true): CPdu {
  return { sPdu: { kind: "hard-link-confirm" }, sizeBytes, inOrder };
}

function queueOf(cPdus: CPdu[]): () => CPdu | undefined {
  return () => cPdus.shift();
}

Deno.test("a C_PDU is cut into segments of the greatest size and a rest", () => {
  const sender = new ArqSender(200, 128, queueOf([cPdu(604), cPdu(5)]));
  const segments = sender.take(ALL);
  assert.deepEqual(segments.map(({ sizeBytes }) => sizeBytes), [200, 200, 200, 4, 5]);
  assert.deepEqual(segments.map(({ isLast }) => isLast), [false, false, false, true, true]);
  assert.deepEqual(segments.map(({ frame }) => frame), [0, 1, 2, 3, 4]);
});

Deno.test("no more than the window is under way", () => {
  const endless = () => cPdu(200);
  const sender = new ArqSender(200, 128, endless);
  assert.equal(sender.take(ALL).length, 128);
  assert.equal(sender.hasRoom, false);
  sender.acknowledged({ window: 0, rxLwe: 0, held: new Set([1, 2, 3]) });
  const [first, ...others] = sender.take(ALL);
  assert.equal(first?.frame, 0);
  assert.deepEqual(others.map(({ frame }) => frame), Array.from({ length: 124 }, (_, index) => index + 4));
  sender.acknowledged({ window: 0, rxLwe: 100, held: new Set() });
  assert.equal(sender.take(ALL).length, 28 + 100);
});

Deno.test("only what is missing goes again", () => {
  const sender = new ArqSender(10, 128, queueOf([cPdu(50)]));
  sender.take(ALL);
  assert.deepEqual(sender.acknowledged({ window: 0, rxLwe: 1, held: new Set([2, 4]) }), []);
  assert.deepEqual(sender.take(ALL).map(({ frame }) => frame), [1, 3]);
  assert.equal(sender.acknowledged({ window: 0, rxLwe: 5, held: new Set() }).length, 1);
  assert.equal(sender.isDone, true);
});

Deno.test("a poll sends the oldest frame again, and the acknowledgement tells the rest", () => {
  const sender = new ArqSender(10, 128, queueOf([cPdu(30)]));
  sender.take(ALL);
  assert.equal(sender.hasLost, false);
  sender.poll();
  sender.poll();
  assert.deepEqual(sender.take(ALL).map(({ frame }) => frame), [0]);
  sender.acknowledged({ window: 0, rxLwe: 1, held: new Set() });
  assert.deepEqual(sender.take(ALL).map(({ frame }) => frame), [1, 2]);
});

Deno.test("after a reset the old acknowledgements mean nothing, and the receiver begins anew", () => {
  const lost = cPdu(20);
  const next = cPdu(10);
  const sender = new ArqSender(10, 128, queueOf([lost, next]));
  const receiver = new ArqReceiver();
  const [first] = sender.take((sizeBytes) => sizeBytes === 10 && !sender.isWaiting);
  assert.ok(first !== undefined);
  receiver.receive(0, first);
  const old = receiver.ack();
  assert.deepEqual(sender.reset(), [lost]);
  assert.deepEqual(sender.take(ALL).map((segment) => segment.cPdu), [next]);
  assert.deepEqual(sender.acknowledged({ ...old, rxLwe: 9 }), []);
  const again = new ArqSender(10, 128, queueOf([cPdu(10)]));
  again.reset();
  const [segment] = again.take(ALL);
  assert.ok(segment !== undefined);
  assert.equal(receiver.receive(1, segment).length, 1);
  assert.deepEqual(receiver.receive(0, { ...first, frame: 5 }), []);
  assert.deepEqual(receiver.ack(), { window: 1, rxLwe: 1, held: new Set() });
});

Deno.test("C_PDUs in order wait for a gap, others come as they arrive, each once", () => {
  const cPdus = [cPdu(10), cPdu(20), cPdu(20, false)];
  const sender = new ArqSender(10, 128, queueOf([...cPdus]));
  const [gap, ...others] = sender.take(ALL);
  assert.ok(gap !== undefined);
  const receiver = new ArqReceiver();
  const came = others.flatMap((segment) => receiver.receive(0, segment));
  assert.deepEqual(came, [cPdus[2]]);
  assert.deepEqual(receiver.ack().held, new Set([1, 2, 3, 4]));
  assert.deepEqual(receiver.receive(0, gap), [cPdus[0], cPdus[1]]);
  assert.deepEqual(receiver.receive(0, gap), []);
  assert.deepEqual(receiver.ack(), { window: 0, rxLwe: 5, held: new Set() });
});

Deno.test("whatever is lost, either way, everything arrives once and in order", () => {
  const losses = fc.infiniteStream(fc.boolean());
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 30 }), losses, (sizes, dice) => {
      const cPdus = sizes.map((sizeBytes) => cPdu(sizeBytes));
      const sender = new ArqSender(200, 16, queueOf([...cPdus]));
      const receiver = new ArqReceiver();
      const arrived: CPdu[] = [];
      const acknowledged: CPdu[] = [];
      const isLost = () => dice.next().value === true;
      for (let round = 0; round < 2_000 && acknowledged.length < cPdus.length; round++) {
        for (const segment of sender.take(ALL)) {
          if (!isLost()) arrived.push(...receiver.receive(sender.window, segment));
        }
        if (isLost()) sender.poll();
        else acknowledged.push(...sender.acknowledged(receiver.ack()));
      }
      assert.deepEqual(arrived.map((one) => cPdus.indexOf(one)), [...cPdus.keys()]);
      assert.deepEqual(acknowledged.map((one) => cPdus.indexOf(one)), [...cPdus.keys()]);
      assert.equal(sender.isDone, true);
    }),
    { seed: 5066, numRuns: 60 },
  );
});
