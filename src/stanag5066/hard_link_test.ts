import assert from "node:assert/strict";
import type { HardLink } from "./primitives.ts";
import { node } from "./testing/examples.ts";
import { FAR, Rig } from "./testing/rig.ts";

const LINK: HardLink = { type: 2, priority: 1, remoteSap: 6, remote: FAR };

Deno.test("a hard link is asked for, established and terminated", () => {
  const rig = new Rig();
  rig.bind();
  rig.client.establishHardLink(LINK);
  assert.throws(() => rig.client.establishHardLink(LINK), RangeError);
  rig.gets({ kind: "hardLinkEstablished", status: 1, link: LINK });
  rig.client.terminateHardLink();
  rig.client.terminateHardLink();
  const expected = ["send hardLinkEstablish", "hard link established", "send hardLinkTerminate"];
  assert.deepEqual(rig.happened(), expected);
  assert.deepEqual(rig.sent.at(-1), { kind: "hardLinkTerminate", remote: FAR });
});

for (const kind of ["hardLinkRejected", "hardLinkTerminated"] as const) {
  Deno.test(`after ${kind} another hard link can be asked for`, () => {
    const rig = new Rig();
    rig.bind();
    rig.client.establishHardLink(LINK);
    rig.gets({ kind, reason: 2, link: { ...LINK, remote: node("1.1.1.1") } });
    assert.throws(() => rig.client.establishHardLink(LINK), RangeError);
    rig.gets({ kind, reason: 2, link: LINK });
    rig.client.establishHardLink({ ...LINK, type: 0 });
    assert.equal(rig.happened().at(-1), "send hardLinkEstablish");
  });
}

Deno.test("a hard link that the other side wants is accepted or rejected", () => {
  const rig = new Rig();
  rig.bind();
  rig.gets({ kind: "hardLinkIndication", status: 1, link: LINK });
  rig.client.answerHardLink(LINK);
  rig.client.answerHardLink(LINK, 2);
  assert.deepEqual(rig.happened(), ["hard link wanted", "send hardLinkAccept", "send hardLinkReject"]);
  assert.deepEqual(rig.sent.at(-1), { kind: "hardLinkReject", reason: 2, link: LINK });
});

Deno.test("hard links need a bind, and end with it", () => {
  const rig = new Rig();
  assert.throws(() => rig.client.establishHardLink(LINK), RangeError);
  rig.bind();
  rig.client.establishHardLink(LINK);
  rig.client.closed("lost");
  rig.happened();
  rig.client.terminateHardLink();
  rig.client.answerHardLink(LINK);
  assert.deepEqual(rig.happened(), []);
});
