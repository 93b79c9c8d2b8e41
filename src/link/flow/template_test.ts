import assert from "node:assert/strict";
import fc from "fast-check";
import { writeXml } from "../../xml/mod.ts";
import { arbitraryStanza } from "../testing/arbitrary.ts";
import { joinTemplate, marksOf, nextId, templateOf } from "./template.ts";

/** What each text has in common with its kind (I: an id, A: an address, T: text), and what fills it. */
const TEXTS:
  readonly (readonly [text: string, skeleton: string, fillings: readonly string[], idAt: number])[] = [
    ["<message/>", "<message/>", [], -1],
    [
      "<message to='a@b' type='chat' id='m1' from='c@d/e'><body>Hi</body></message>",
      "<message to='A' type='chat' id='I' from='A'><body>T</body></message>",
      ["a@b", "m1", "c@d/e", "Hi"],
      1,
    ],
    [
      "<message from='c@d'><received xmlns='urn:xmpp:receipts' id='m1'/></message>",
      "<message from='A'><received xmlns='urn:xmpp:receipts' id='I'/></message>",
      ["c@d", "m1"],
      -1,
    ],
    [
      "<message><body>a &lt; b</body><delay stamp='2026-12-01T10:00:00Z'/></message>",
      "<message><body>T</body><delay stamp='T'/></message>",
      ["a &lt; b", "2026-12-01T10:00:00Z"],
      -1,
    ],
    ["<a b=' id=' c='>'/>", "<a b=' id=' c='>'/>", [], -1],
    ["<a valid='x' xid='y' ID='z'/>", "<a valid='x' xid='y' ID='z'/>", [], -1],
    ['<m id="x" to="y"/>', '<m id="x" to="y"/>', [], -1],
    ["<a id=''>\n</a>", "<a id='I'>T</a>", ["", "\n"], 0],
  ];

for (const [text, skeleton, fillings, idAt] of TEXTS) {
  Deno.test(`what fills ${text.replaceAll("\n", "\\n")}`, () => {
    const template = templateOf(text);
    assert.ok(template !== undefined);
    const shown = template.skeleton.replaceAll("\u0001", "I").replaceAll("\u0002", "A").replaceAll(
      "\u0003",
      "T",
    );
    assert.deepEqual([shown, template.fillings, template.idAt], [skeleton, fillings, idAt]);
    assert.equal(marksOf(template.skeleton).length, fillings.length);
  });
}

for (const text of ["", "text", "<a", "<a b='>", "<a><b</a>"]) {
  Deno.test(`'${text}' is no stanza's text, and has no template`, () => {
    assert.equal(templateOf(text), undefined);
  });
}

Deno.test("stanzas of one conversation have one key, of different ones different keys", () => {
  const key = (to: string, body: string) =>
    templateOf(`<message to='${to}'><body>${body}</body></message>`)?.key;
  assert.equal(key("a@b", "Hi"), key("a@b", "Ho"));
  assert.notEqual(key("a@b", "Hi"), key("a@c", "Hi"));
});

for (
  const [id, next] of [
    ["", "1"],
    ["a", "b"],
    ["9", "a"],
    ["z", "10"],
    ["k3-zz", "k3-100"],
    ["k3-1z", "k3-20"],
    ["m9", "ma"],
    ["-", "-1"],
    ["X", "X1"],
    ["é0", "é1"],
  ] as const
) {
  Deno.test(`behind the id '${id}' comes '${next}'`, () => assert.equal(nextId(id), next));
}

Deno.test("a template and what fills it give the text again", () => {
  fc.assert(fc.property(arbitraryStanza, ({ element }) => {
    const text = writeXml(element);
    const template = templateOf(text);
    assert.equal(template && joinTemplate(template.skeleton, template.fillings), text);
  }));
});
