import assert from "node:assert/strict";
import { Turn } from "./turn.ts";

Deno.test("a turn commits before it flushes, whatever was asked for first", async () => {
  const order: string[] = [];
  const turn = new Turn(() => order.push("failed"));
  turn.flush(() => order.push("flush 1"));
  turn.commit(() => order.push("commit"));
  turn.flush(() => order.push("flush 2"));
  assert.deepEqual(order, [], "nothing happens within the turn");
  await Promise.resolve();
  assert.deepEqual(order, ["commit", "flush 1", "flush 2"]);
});

Deno.test("after a commit that failed nothing is flushed", async () => {
  const order: string[] = [];
  const turn = new Turn((error) => order.push(String(error)));
  turn.flush(() => order.push("flush"));
  turn.commit(() => {
    throw new Error("disk full");
  });
  await Promise.resolve();
  assert.deepEqual(order, ["Error: disk full"]);
});

Deno.test("what a flush asks for belongs to the next turn", async () => {
  const order: string[] = [];
  const turn = new Turn(() => {});
  turn.flush(() => {
    order.push("first");
    turn.commit(() => order.push("second commit"));
  });
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(order, ["first", "second commit"]);
});

Deno.test("once a commit has failed no later turn commits or flushes anything", async () => {
  const order: string[] = [];
  const turn = new Turn((error) => order.push(String(error)));
  assert.equal(turn.failed, false);
  turn.commit(() => {
    throw new Error("disk full");
  });
  await Promise.resolve();
  assert.equal(turn.failed, true);
  turn.commit(() => order.push("commit"));
  turn.flush(() => order.push("flush"));
  await Promise.resolve();
  turn.flush(() => order.push("flush by hand"));
  turn.end();
  assert.deepEqual(order, ["Error: disk full"]);
});

Deno.test("a flush that throws does not keep the others from running", async () => {
  const order: string[] = [];
  const turn = new Turn(() => order.push("failed"), (error) => order.push(String(error)));
  turn.flush(() => {
    throw new Error("a bug");
  });
  turn.flush(() => order.push("another"));
  await Promise.resolve();
  assert.deepEqual(order, ["Error: a bug", "another"]);
  assert.equal(turn.failed, false);
});
