import assert from "node:assert/strict";
import fc from "fast-check";
import { xml } from "./element.ts";
import { leastLimits, textSizeBytes } from "./size.ts";
import { elementsIn } from "./test_support.ts";
import { writeXml } from "./writer.ts";

Deno.test("the size of a text is that of its UTF-8 form", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.equal(textSizeBytes(text), new TextEncoder().encode(text).length);
  }));
});

/** Elements and what they need. */
const LEAST = [
  [xml("a"), { stanzaSizeBytes: 4, depth: 1, attributes: 0, elements: 1 }],
  [
    xml("a", { b: "&" }, xml("c", { d: "1", e: "2" }, xml("f")), "x", xml("g")),
    { stanzaSizeBytes: 45, depth: 3, attributes: 2, elements: 4 },
  ],
  [xml("a", {}, "é<"), { stanzaSizeBytes: 13, depth: 1, attributes: 0, elements: 1 }],
] as const;

for (const [element, least] of LEAST) {
  Deno.test(`${writeXml(element)} can be read under its least limits, and under no smaller ones`, () => {
    assert.deepEqual(leastLimits(element), least);
    const read = (limits: typeof least) =>
      elementsIn(writeXml(element), { limits, preset: { contentNs: "jabber:client" } }).length;
    assert.equal(read(least), 1);
    for (const name of ["stanzaSizeBytes", "depth", "attributes", "elements"] as const) {
      if (least[name] === 0) continue;
      assert.throws(() => read({ ...least, [name]: least[name] - 1 } as typeof least), {
        condition: "policy-violation",
      });
    }
  });
}
