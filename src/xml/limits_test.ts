import assert from "node:assert/strict";
import { XmlError } from "./error.ts";
import { DEFAULT_XML_LIMITS, UNAUTHENTICATED_XML_LIMITS, type XmlLimits } from "./limits.ts";
import { XmlParser } from "./parser.ts";
import { eachOctet, HEADER, octets, parse, PRESET } from "./test_support.ts";

function limited(limits: Partial<XmlLimits>) {
  return { ...PRESET, limits: { ...DEFAULT_XML_LIMITS, ...limits } };
}

function nested(levels: number): string {
  return "<a>".repeat(levels - 1) + "<a/>" + "</a>".repeat(levels - 1);
}

function assertBound(exact: string, above: string, limits: Partial<XmlLimits>) {
  for (const chunks of [(bytes: Uint8Array) => [bytes], eachOctet]) {
    const within = parse(chunks(octets(exact + exact)), limited(limits));
    assert.deepEqual([within.condition, within.events.length], [undefined, 2]);
    const beyond = parse(chunks(octets(exact + above)), limited(limits));
    assert.deepEqual([beyond.condition, beyond.events.length], ["policy-violation", 1]);
  }
}

for (
  const [what, start, end] of [
    ["text", "<a>", "</a>"],
    ["text beyond ASCII", "<a>€", "</a>"],
    ["a value", "<a b='", "'/>"],
    ["a name", "<", "/>"],
    ["white space in a start tag", "<a", "     />"],
    ["white space in an end tag", "<a></a", "     >"],
    ["CDATA", "<a><![CDATA[", "]]></a>"],
    ["children", "<a><b/>", "<b/></a>"],
  ] as const
) {
  const fill = what.startsWith("white") ? " " : "x";
  const of = (sizeBytes: number) => start + fill.repeat(sizeBytes - octets(start + end).length) + end;

  Deno.test(`a stanza may have stanzaSizeBytes and not one more, of ${what}`, () => {
    assertBound(of(100), of(101), { stanzaSizeBytes: 100 });
  });

  Deno.test(`${what} without end is refused at the first octet above stanzaSizeBytes`, () => {
    const parser = new XmlParser(limited({ stanzaSizeBytes: 1000 }));
    parser.push(octets(start), () => {});
    const fillOctet = octets(fill);
    while (parser.pendingBytes < 1000) parser.push(fillOctet, () => {});
    assert.throws(() => parser.push(fillOctet, () => {}), {
      message: "Cannot accept XML: 1,001 octets of one stanza exceed the limit of 1,000",
    });
  });
}

Deno.test("octets of an incomplete character count", () => {
  assert.equal(
    parse([octets("<a>"), Uint8Array.of(0xe2, 0x82)], limited({ stanzaSizeBytes: 5 })).condition,
    undefined,
  );
  assert.equal(
    parse([octets("<a>"), Uint8Array.of(0xe2, 0x82)], limited({ stanzaSizeBytes: 4 })).condition,
    "policy-violation",
  );
});

for (
  const [what, before, start, end] of [
    ["the start tag of the root", "", "<stream xmlns='urn:a'", ">"],
    ["the declaration", "", "<?xml version='1.0'", "?>"],
    ["the end tag of the root", "<stream>", "</stream", ">"],
  ] as const
) {
  Deno.test(`${what} may have stanzaSizeBytes and not one more`, () => {
    const of = (sizeBytes: number) =>
      octets(before + start + " ".repeat(sizeBytes - (start + end).length) + end);
    const options = { limits: { ...DEFAULT_XML_LIMITS, stanzaSizeBytes: 100 } };
    for (const chunks of [(bytes: Uint8Array) => [bytes], eachOctet]) {
      assert.equal(parse(chunks(of(100)), options).condition, undefined);
      assert.equal(parse(chunks(of(101)), options).condition, "policy-violation");
    }
  });
}

Deno.test("what is wrong behind the octet that breaks the limit is not what is named", () => {
  for (const chunks of [(bytes: Uint8Array) => [bytes], eachOctet]) {
    const limits = limited({ stanzaSizeBytes: 20 });
    assert.equal(parse(chunks(octets("<a>123456789012</b>")), limits).condition, "not-well-formed");
    assert.equal(parse(chunks(octets("<a>12345678901234</b>")), limits).condition, "policy-violation");
  }
});

Deno.test("a stanza may have as many levels as depth says and not one more", () => {
  assertBound(nested(5), nested(6), { depth: 5 });
});

Deno.test("a stanza may have as many elements as the limit says and not one more", () => {
  assertBound("<a><b/><c><d/></c></a>", "<a><b/><c><d/></c><e/></a>", { elements: 4 });
});

Deno.test("an element may have as many attributes as the limit says, declarations included, and not one more", () => {
  assertBound("<a b='' xmlns:x='y' c=''/>", "<a b='' xmlns:x='y' c='' d=''/>", { attributes: 3 });
});

Deno.test("the root may have as many attributes as the limit says and not one more", () => {
  const limits = { ...DEFAULT_XML_LIMITS, attributes: 3 };
  assert.equal(parse([octets(HEADER)], { limits }).condition, undefined);
  assert.equal(parse([octets(HEADER.replace(">", " to='b'>"))], { limits }).condition, "policy-violation");
});

Deno.test("messages name the limit and both numbers", () => {
  const rows = [
    ["<a><b><c/></b></a>", { depth: 2 }, "3 levels of elements exceed the limit of 2"],
    ["<a><b/><c/></a>", { elements: 2 }, "3 elements of one stanza exceed the limit of 2"],
    ["<a b='' c='' d='' e=''/>", { attributes: 2 }, "3 attributes of one element exceed the limit of 2"],
    ["<a>bcd</a>", { stanzaSizeBytes: 9 }, "10 octets of one stanza exceed the limit of 9"],
  ] as const;
  for (const [input, limits, expected] of rows) {
    assert.throws(() => new XmlParser(limited(limits)).push(octets(input), () => {}), (error) => {
      assert.ok(error instanceof XmlError);
      assert.equal(error.message, `Cannot accept XML: ${expected}`);
      return true;
    });
  }
});

Deno.test("setLimits is in force at once, also when called by the taker of an event", () => {
  const big = `<a>${"x".repeat(UNAUTHENTICATED_XML_LIMITS.stanzaSizeBytes)}</a>`;
  const parser = new XmlParser({ ...PRESET, limits: UNAUTHENTICATED_XML_LIMITS });
  let elements = 0;
  parser.push(octets(`<auth/>${big}`), () => {
    elements += 1;
    parser.setLimits(DEFAULT_XML_LIMITS);
  });
  assert.equal(elements, 2);
  parser.push(octets("<a><b><c>"), () => {});
  parser.setLimits({ ...DEFAULT_XML_LIMITS, depth: 2 });
  assert.throws(() => parser.push(octets("<d/>"), () => {}), { condition: "policy-violation" });
});

Deno.test("one long namespace may not be made into thousands: what canonical form repeats counts too", () => {
  const ns = "u".repeat(50);
  const stanza = (elements: number) => `<a xmlns:p='${ns}'>${"<p:b/>".repeat(elements)}</a>`;
  assertBound(stanza(10), stanza(11), { stanzaSizeBytes: 500 });
});
