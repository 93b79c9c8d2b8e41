import assert from "node:assert/strict";
import { type Element, xml } from "./element.ts";
import { ownCopy, ownText, readXml } from "./read.ts";
import { elementsIn, PRESET } from "./test_support.ts";
import { writeXml } from "./writer.ts";

const ATTRIBUTES = Array.from({ length: 200 }, (_, n) => ` a${n}='1'`).join("");

/** What `writeXml` may have written, far beyond the limits of a stream. */
const WRITTEN: readonly (readonly [what: string, xml: string])[] = [
  ["a plain message", "<message to='a@b'><body>hi</body></message>"],
  ["more attributes than a client may send", `<message${ATTRIBUTES}/>`],
  ["a body larger than a client may send", `<message><body>${"x".repeat(600_000)}</body></message>`],
  ["more levels than a client may send", "<a>".repeat(200) + "<b/>" + "</a>".repeat(200)],
  ["more elements than a client may send", `<a>${"<b/>".repeat(10_000)}</a>`],
  ["a child in the namespace of clients", "<message><body xmlns='jabber:client'>hi</body></message>"],
  ["a child in the namespace of servers", "<message><body xmlns='jabber:server'>hi</body></message>"],
  ["a child in no namespace", "<message><body xmlns=''>hi</body></message>"],
  ["a prefix", "<message p:a='1' xmlns:p='urn:p'/>"],
];

for (const [what, written] of WRITTEN) {
  Deno.test(`what was written is read again: ${what}`, () => {
    assert.equal(writeXml(readXml(written)), written);
  });
}

for (const text of ["", "hi", "<a/><b/>", "<a>", "<a/><b", "<a></b>", "</stream:stream>"]) {
  Deno.test(`what is not exactly one element is not read: "${text}"`, () => {
    assert.throws(() => readXml(text), { name: "XmlError" });
  });
}

/** Bytes of the heap that a thousand of what `make` makes hold on to. */
function heldBytes(make: () => unknown): number {
  const collect: () => void = Reflect.get(globalThis, "gc") ?? (() => {});
  collect();
  const before = Deno.memoryUsage().heapUsed;
  const held = Array.from({ length: 1_000 }, make);
  collect();
  const bytes = Deno.memoryUsage().heapUsed - before;
  assert.equal(held.length, 1_000);
  return bytes;
}

/** A presence as it comes in one read with a large message. */
function presence(): Element {
  const [, found] = elementsIn(
    `<message><body>${
      "z".repeat(60_000)
    }</body></message><presence to='romeo@ship.example/some-long-resource'/>`,
    PRESET,
  );
  assert(found !== undefined);
  return found;
}

Deno.test({
  name: "an own copy is equal, and lets go of what was read with the original",
  // Needs --v8-flags=--expose-gc to look at the heap; without, only equality is tested.
  fn() {
    assert.equal(writeXml(ownCopy(presence())), writeXml(presence()));
    assert.equal(ownText("Roméo \u{1f600}"), "Roméo \u{1f600}");
    if (Reflect.get(globalThis, "gc") === undefined) return;
    assert.ok(heldBytes(presence) > 50_000_000, "the original holds on to the read");
    assert.ok(heldBytes(() => ownCopy(presence())) < 5_000_000);
    assert.ok(heldBytes(() => ownText(presence().attrs.to ?? "")) < 5_000_000);
  },
});

Deno.test("an own copy is another object", () => {
  const element = xml("a", {}, xml("b"));
  assert.notEqual(ownCopy(element).children[0], element.children[0]);
});
