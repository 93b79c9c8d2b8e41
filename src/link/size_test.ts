import assert from "node:assert/strict";
import fc from "fast-check";
import { textSizeBytes } from "./size.ts";

Deno.test("the size of a text is that of its UTF-8 form", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.equal(textSizeBytes(text), new TextEncoder().encode(text).length);
  }));
});
