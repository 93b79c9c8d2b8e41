import assert from "node:assert/strict";
import { withStorage } from "./testing/support.ts";

Deno.test("queued stanzas come back oldest first, each to its peer, under the ids they were given", () => {
  withStorage([], ({ linkQueue }) => {
    const one = linkQueue.add("shore", "<one/>", 30);
    const other = linkQueue.add("island", "<other/>", 20);
    const two = linkQueue.add("shore", "<two>ä\u{1F6A2}</two>", 10.4);
    assert.deepEqual(linkQueue.list("shore"), [
      { id: one, xml: "<one/>", receivedMs: 30 },
      { id: two, xml: "<two>ä\u{1F6A2}</two>", receivedMs: 10 },
    ]);
    assert.deepEqual(linkQueue.list("island"), [{ id: other, xml: "<other/>", receivedMs: 20 }]);
    assert.deepEqual(linkQueue.list("nowhere"), []);
  });
});

Deno.test("removing takes the named stanzas of that peer only", () => {
  withStorage([], ({ linkQueue }) => {
    const [one = 0, two = 0, three = 0] = ["<one/>", "<two/>", "<three/>"].map((xml) =>
      linkQueue.add("shore", xml, 1)
    );
    const other = linkQueue.add("island", "<other/>", 1);
    linkQueue.remove("shore", [one, three, other, 999]);
    linkQueue.remove("shore", []);
    assert.deepEqual(linkQueue.list("shore").map(({ id }) => id), [two]);
    assert.deepEqual(linkQueue.list("island").map(({ id }) => id), [other]);
  });
});

Deno.test("ids rise even when the queue was empty in between", () => {
  withStorage([], ({ linkQueue }) => {
    const first = linkQueue.add("shore", "<one/>", 1);
    linkQueue.remove("shore", [first]);
    assert.equal(linkQueue.add("shore", "<two/>", 1), first + 1);
  });
});
