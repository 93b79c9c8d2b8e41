import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_XML_LIMITS } from "./limits.ts";
import { cut, eachOctet, HEADER, octets, parse } from "./test_support.ts";

/** Characters of 1, 2, 3 and 4 octets in every place, references, CDATA, prefixes, line ends, white space between. */
const TRANSCRIPT = octets(
  "\ufeff<?xml version='1.0' encoding='UTF-8'?>\r\n" +
    HEADER.replace(">", " xmlns:x='urn:é' from='名.example'>") +
    "<x:a x:ñ='€\u{1f600}&amp;&#x20ac;' b=\"it's\">é€\u{1f600}\r\n&lt;&#128512;<![CDATA[<ü>]]]]><![CDATA[>&amp;]]></x:a>\n " +
    "<message to='romeo@example.net'><body xml:lang='de'>Grüße \u{1f469}\u200d\u{1f680}</body>" +
    "<名 xmlns='urn:b'><stream:c/></名></message>\r\n\t<r xmlns='urn:xmpp:sm:3'/></stream:stream >\n",
);

const WHOLE = parse([TRANSCRIPT]);

Deno.test("the transcript that is cut below is taken whole", () => {
  assert.equal(WHOLE.condition, undefined);
  assert.deepEqual(WHOLE.events.map((event) => event.kind), [
    "open",
    "element",
    "element",
    "element",
    "close",
  ]);
});

Deno.test("every cut into two gives the same events", () => {
  for (let at = 0; at <= TRANSCRIPT.length; at++) {
    assert.deepEqual(parse(cut(TRANSCRIPT, [at])), WHOLE, `cut at ${at}`);
  }
});

Deno.test("octet by octet, and in chunks of any one size, the events are the same", () => {
  assert.deepEqual(parse(eachOctet(TRANSCRIPT)), WHOLE);
  for (let size = 2; size <= 64; size++) {
    const offsets = Array.from(
      { length: Math.floor((TRANSCRIPT.length - 1) / size) },
      (_, i) => (i + 1) * size,
    );
    assert.deepEqual(parse(cut(TRANSCRIPT, offsets)), WHOLE, `chunks of ${size}`);
  }
});

const CUTS = fc.array(fc.nat(TRANSCRIPT.length), { maxLength: 20 }).map((cuts) => cuts.sort((a, b) => a - b));

Deno.test("random cuts give the same events", () => {
  fc.assert(fc.property(CUTS, (cuts) => assert.deepEqual(parse(cut(TRANSCRIPT, cuts)), WHOLE)), {
    numRuns: 300,
  });
});

/** One octet of the transcript replaced, put in or taken out; often by one that matters to XML or to UTF-8. */
const EDIT = fc.record({
  at: fc.nat(TRANSCRIPT.length - 1),
  removed: fc.nat(3),
  added: fc.array(
    fc.oneof(
      fc.constantFrom(...octets("<>&;/!?[]='\" :x")),
      fc.constantFrom(0, 0x80, 0xc3, 0xe2, 0xef, 0xf0, 0xff),
    ),
    { maxLength: 2 },
  ),
});

Deno.test("a spoilt transcript gives the same events and the same condition however it is cut", () => {
  const limits = { ...DEFAULT_XML_LIMITS, stanzaSizeBytes: 150, elements: 4 };
  fc.assert(
    fc.property(fc.array(EDIT, { minLength: 1, maxLength: 2 }), CUTS, (edits, cuts) => {
      const spoilt = Array.from(TRANSCRIPT);
      for (const { at, removed, added } of edits) spoilt.splice(at, removed, ...added);
      const bytes = Uint8Array.from(spoilt);
      const whole = parse([bytes], { limits });
      assert.deepEqual(parse(eachOctet(bytes), { limits }), whole);
      assert.deepEqual(parse(cut(bytes, cuts.filter((at) => at <= bytes.length)), { limits }), whole);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("large stanzas octet by octet give what they give whole", () => {
  const big = "x".repeat(20_000);
  for (
    const text of [
      `<a>${big}</a>`,
      `<a b='${big}'/>`,
      `<a><![CDATA[${"]".repeat(20_000)}]]></a>`,
      "<a>" + "<b/>".repeat(5_000) + "</a>",
    ]
  ) {
    const bytes = octets(HEADER + text);
    assert.deepEqual(parse(eachOctet(bytes)), parse([bytes]));
  }
});
