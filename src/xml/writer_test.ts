import assert from "node:assert/strict";
import fc from "fast-check";
import { type Element, type Node, xml } from "./element.ts";
import { elementsIn, plain } from "./test_support.ts";
import { escapeAttribute, escapeText, writeXml } from "./writer.ts";

/** What is written for each character: as text, as part of a value. */
const ESCAPES: readonly (readonly [what: string, given: string, text: string, value: string])[] = [
  ["nothing", "", "", ""],
  ["plain words", "Art thou not Romeo?", "Art thou not Romeo?", "Art thou not Romeo?"],
  ["ampersand", "a&b", "a&amp;b", "a&amp;b"],
  ["less than", "a<b", "a&lt;b", "a&lt;b"],
  ["greater than", "a>b->>", "a>b->>", "a>b->>"],
  ["greater than at the start, where another text may stand before", ">a", "&gt;a", ">a"],
  ["greater than behind a bracket", "a]>b&[>", "a]&gt;b&amp;[>", "a]>b&amp;[>"],
  ["the end of CDATA", "]]>", "]]&gt;", "]]>"],
  ["single quotation mark", "it's", "it's", "it&apos;s"],
  ["double quotation mark", '"', '"', "&quot;"],
  ["tab and line feed", "\t\n", "\t\n", "&#9;&#10;"],
  ["carriage return", "\r\n", "&#13;\n", "&#13;&#10;"],
  ["a written reference", "&amp;", "&amp;amp;", "&amp;amp;"],
  ["characters beyond ASCII", "é€\u{1f600}", "é€\u{1f600}", "é€\u{1f600}"],
  ["a pair beside what is escaped", "\u{1f600}&", "\u{1f600}&amp;", "\u{1f600}&amp;"],
  [
    "characters at the bounds",
    "\x7f\ud7ff\ue000\ufffd\u{10ffff}",
    "\x7f\ud7ff\ue000\ufffd\u{10ffff}",
    "\x7f\ud7ff\ue000\ufffd\u{10ffff}",
  ],
  ["control characters", "\0a\x0b\x1f", "\ufffda\ufffd\ufffd", "\ufffda\ufffd\ufffd"],
  ["noncharacters", "\ufffe\uffff", "\ufffd\ufffd", "\ufffd\ufffd"],
  ["a lone high surrogate", "a\ud83d", "a\ufffd", "a\ufffd"],
  ["a lone low surrogate", "\ude00a", "\ufffda", "\ufffda"],
  ["surrogates in the wrong order", "\ude00\ud83d", "\ufffd\ufffd", "\ufffd\ufffd"],
];

for (const [what, given, text, value] of ESCAPES) {
  Deno.test(`the writer escapes in text and values: ${what}`, () => {
    assert.equal(escapeText(given), text);
    assert.equal(escapeAttribute(given), value);
    assert.equal(
      writeXml(xml("a", { b: given }, given || undefined)),
      given ? `<a b='${value}'>${text}</a>` : "<a b=''/>",
    );
  });
}

Deno.test("the end of CDATA is escaped even where it is made of several texts", () => {
  for (const texts of [["]]", ">"], ["]", "]>"], ["]", "]", ">"], ["]]", "", ">"]]) {
    const [read] = elementsIn(writeXml(xml("a", {}, ...texts)));
    assert.equal(read?.getText(), "]]>");
  }
});

Deno.test("the writer uses the shortest usual form, attributes in order", () => {
  const element = xml("a", { to: "b", from: "c" }, xml("d", { xmlns: "urn:d" }), "e", xml("f", {}, xml("g")));
  assert.equal(writeXml(element), "<a to='b' from='c'><d xmlns='urn:d'/>e<f><g/></f></a>");
});

const NAMES = fc.constantFrom("a", "body", "x-1", "名", "\u{10400}", "constructor", "_");
const ATTRIBUTE_NAMES = fc.oneof(NAMES, fc.constantFrom("xml:lang", "to", "hasOwnProperty"));
const NAMESPACES = fc.constantFrom("jabber:client", "urn:a", "urn:b&'<>\"", "urn:é");
const CHARACTERS = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(..."ab <>&'\"\t\n\r;]\x7f\x85é€\u{1f600}\ufffd\ud7ff") },
  { weight: 1, arbitrary: fc.integer({ min: 0x20, max: 0xd7ff }).map((unit) => String.fromCharCode(unit)) },
);
const TEXT = fc.string({ unit: CHARACTERS, maxLength: 12 });

interface Sketch {
  name: string;
  ns: string;
  attrs: Record<string, string>;
  children: (Sketch | string)[];
}

const { sketch: SKETCH } = fc.letrec<{ sketch: Sketch; node: Sketch | string }>((tie) => ({
  node: fc.oneof({ maxDepth: 4 }, TEXT, tie("sketch")),
  sketch: fc.record({
    name: NAMES,
    ns: NAMESPACES,
    attrs: fc.dictionary(ATTRIBUTE_NAMES, TEXT, { maxKeys: 4, noNullPrototype: true }),
    children: fc.array(tie("node"), { maxLength: 4 }),
  }),
}));

/** The canonical element for a sketch: namespaces where they change, no empty text, no two texts side by side. */
function canonical(sketch: Sketch, outerNs: string): Element {
  const children: Node[] = [];
  for (const child of sketch.children) {
    const last = children.at(-1);
    if (typeof child !== "string") children.push(canonical(child, sketch.ns));
    else if (typeof last === "string") children[children.length - 1] = last + child;
    else if (child !== "") children.push(child);
  }
  return xml(
    sketch.name,
    { xmlns: sketch.ns === outerNs ? undefined : sketch.ns, ...sketch.attrs },
    ...children,
  );
}

Deno.test("what is written is read as an equal element, and written the same again", () => {
  fc.assert(
    fc.property(SKETCH, (sketch) => {
      const element = canonical(sketch, "jabber:client");
      const written = writeXml(element);
      const read = elementsIn(written);
      assert.deepEqual(read.map(plain), [plain(element)]);
      assert.deepEqual(read.map(writeXml), [written]);
    }),
    { numRuns: 500 },
  );
});

Deno.test("any string of code units can be written, and loses only what XML cannot hold", () => {
  const units = fc.string({
    unit: fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 9, 10, 13, 0xd83d, 0xde00, 0xfffe))
      .map((unit) => String.fromCharCode(unit)),
    minLength: 1,
  });
  fc.assert(
    fc.property(units, (text) => {
      const kept = Array.from(
        text.toWellFormed(),
        (character) => /[^\t\n\r -\ufffd]/.test(character) && character.length === 1 ? "\ufffd" : character,
      ).join("");
      const [element] = elementsIn(writeXml(xml("a", { b: text }, text)));
      assert.deepEqual(element && plain(element), { name: "a", attrs: [["b", kept]], children: [kept] });
    }),
    { numRuns: 500 },
  );
});
