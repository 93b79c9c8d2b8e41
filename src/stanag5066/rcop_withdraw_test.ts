import assert from "node:assert/strict";
import { OPTIONS, RcopRig } from "./testing/rcop_rig.ts";

const TWO = { mode: "whole", connectionId: 1 } as const;

Deno.test("a road that takes back what it gave unbinds; all of the bind is lost, and bound anew it is open again", async () => {
  const rig = new RcopRig();
  rig.bind();
  const hows: boolean[] = [];
  const opened = ({ isNewBind }: { readonly isNewBind: boolean }) => void hows.push(isNewBind);
  const one = rig.open("one", { mode: "whole" }, { opened });
  const two = rig.open("two", TWO);
  one.withdraw();
  assert.equal(rig.sis.client.isBound, true, "there was nothing to take back");
  one.submit(new Uint8Array(9), OPTIONS);
  two.submit(new Uint8Array(9), OPTIONS);
  two.withdraw();
  assert.deepEqual(rig.sis.sent.at(-1), { kind: "unbindRequest" });
  assert.deepEqual(rig.happened().sort(), [
    "one 1 lost",
    "one closed unbound",
    "two 1 lost",
    "two closed unbound",
  ]);
  await rig.sis.clock.advance(2_000);
  rig.sis.accept(106);
  assert.deepEqual([one.isOpen, hows], [true, [true]]);
});

Deno.test("after the flow was off a road is open again, on the same bind", () => {
  const rig = new RcopRig();
  rig.bind();
  const hows: boolean[] = [];
  rig.open("one", {}, { opened: ({ isNewBind }) => void hows.push(isNewBind) });
  for (const kind of ["dataFlowOff", "dataFlowOn"] as const) {
    rig.sis.client.received({ kind: "primitive", primitive: { kind } });
  }
  assert.deepEqual(hows, [false]);
});

Deno.test("a bind that was lost while the flow was off is a new one", async () => {
  const rig = new RcopRig();
  rig.bind();
  const hows: boolean[] = [];
  rig.open("one", {}, { opened: ({ isNewBind }) => void hows.push(isNewBind) });
  rig.sis.client.received({ kind: "primitive", primitive: { kind: "dataFlowOff" } });
  rig.sis.client.closed("gone");
  await rig.sis.clock.advance(2_000);
  rig.sis.accept(106);
  assert.deepEqual(hows, [true]);
});
