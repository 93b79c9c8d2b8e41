import assert from "node:assert/strict";
import { withStorage } from "./testing/support.ts";

Deno.test("what came last is kept for each peer, the oldest first, until it is removed", () => {
  withStorage([], ({ recentStanzas }) => {
    const shore = recentStanzas("shore");
    shore.add({ digest: "b", atMs: 2 });
    shore.add({ digest: "a", atMs: 1.2 });
    recentStanzas("cape").add({ digest: "a", atMs: 3 });
    assert.deepEqual(shore.list(), [{ digest: "a", atMs: 1 }, { digest: "b", atMs: 2 }]);
    shore.remove("a");
    assert.deepEqual(shore.list().map(({ digest }) => digest), ["b"]);
    assert.equal(recentStanzas("cape").list().length, 1);
  });
});
