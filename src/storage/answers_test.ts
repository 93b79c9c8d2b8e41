import assert from "node:assert/strict";
import type { CachedAnswer } from "./interfaces.ts";
import { withStorage } from "./testing/support.ts";

function answer(key: string, expiresMs: number): CachedAnswer {
  return { key, kind: "vcard", address: "juliet@shore.example", tag: "", sizeBytes: 4, expiresMs };
}

Deno.test("an answer is kept by peer and key, and listed by its end", () => {
  withStorage([], ({ answers }) => {
    answers.put("shore", answer("a", 20), "<a/>");
    answers.put("shore", answer("b", 10), "<b/>");
    answers.put("rescue", answer("a", 30), "<c/>");
    answers.put("shore", answer("a", 5), "<d/>");
    assert.deepEqual(answers.list("shore"), [answer("a", 5), answer("b", 10)]);
    assert.equal(answers.read("shore", "a"), "<d/>");
    answers.remove("shore", ["a", "x"]);
    assert.equal(answers.read("shore", "a"), undefined);
    assert.equal(answers.read("rescue", "a"), "<c/>");
  });
});
