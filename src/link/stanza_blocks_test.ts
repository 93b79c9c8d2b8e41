import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_XML_LIMITS, writeXml } from "../xml/mod.ts";
import { StanzaBlocks } from "./stanza_blocks.ts";

const encoder = new TextEncoder();
const STANZA = "<message to='juliet@shore.example' id='1'><body>Grüße &amp; \u{1f339}</body></message>";

function begin() {
  const stanzas: string[] = [];
  const damaged: string[] = [];
  const blocks = new StanzaBlocks(DEFAULT_XML_LIMITS, {
    stanza: (element) => stanzas.push(writeXml(element)),
    damaged: (why) => damaged.push(why),
  });
  const take = (text: string, isFirst = true) => blocks.take(encoder.encode(text), isFirst);
  return { blocks, stanzas, damaged, take };
}

Deno.test("a stanza comes out of any chunks, and once", () => {
  const whole = begin();
  whole.take(STANZA);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 120 }), (sizes) => {
      const { blocks, stanzas, damaged } = begin();
      const octets = encoder.encode(STANZA);
      let at = 0;
      for (let n = 0; at < octets.length; n++) {
        const size = sizes[n % sizes.length] ?? 1;
        blocks.take(octets.subarray(at, at + size), at === 0);
        at += size;
      }
      assert.deepEqual(stanzas, whole.stanzas);
      assert.deepEqual(damaged, []);
    }),
    { seed: 365 },
  );
  assert.equal(whole.stanzas.length, 1);
});

/** Blocks that are no stanza, each in one segment. */
const DAMAGED: readonly (readonly [what: string, block: string])[] = [
  ["no XML", "hello"],
  ["another element", "<stream/>"],
  ["broken XML", "<message><body></message>"],
  ["a document type", "<!DOCTYPE x><message/>"],
  ["a comment", "<!-- --><message/>"],
  ["a prefix that nobody declared", "<x:message/>"],
  ["too deep a stanza", `<message>${"<x>".repeat(500)}`],
  ["too large a stanza", `<message><body>${"x".repeat(DEFAULT_XML_LIMITS.stanzaSizeBytes + 1)}`],
];

for (const [what, block] of DAMAGED) {
  Deno.test(`${what} in a block is dropped, and says nothing about the next`, () => {
    const { stanzas, damaged, take } = begin();
    take(block);
    take("</never>", false);
    take(STANZA);
    assert.equal(damaged.length, 1, damaged.join("; "));
    assert.equal(stanzas.length, 1);
  });
}

Deno.test("a stanza that is not whole when the next begins is dropped", () => {
  const { stanzas, damaged, take } = begin();
  take("<message><body>half");
  take(STANZA);
  assert.deepEqual(damaged, ["a stanza is not whole"]);
  assert.equal(stanzas.length, 1);
});

Deno.test("a segment that is missing voids its stanza in silence", () => {
  const { blocks, stanzas, damaged, take } = begin();
  take("<message><body>half");
  blocks.reset();
  take(" and the end</body></message>", false);
  assert.deepEqual([stanzas, damaged], [[], []]);
  take(STANZA);
  assert.equal(stanzas.length, 1);
});

Deno.test("what follows a whole stanza in its block is not taken for another", () => {
  const { stanzas, take } = begin();
  take("<presence/>");
  take("<presence/>", false);
  assert.equal(stanzas.length, 1);
  take("<presence/><message/>");
  assert.deepEqual(stanzas.slice(1), ["<presence/>"], "nor in the same segment");
});

Deno.test("any octets give stanzas or damage, never an error thrown", () => {
  const piece = fc.tuple(fc.uint8Array({ maxLength: 60 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const { blocks, stanzas, take } = begin();
      for (const [octets, isFirst] of pieces) blocks.take(octets, isFirst);
      const before = stanzas.length;
      take(STANZA);
      assert.equal(stanzas.length, before + 1, "the next one is taken");
    }),
    { seed: 366, numRuns: 500 },
  );
});
