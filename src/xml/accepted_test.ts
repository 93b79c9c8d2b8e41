import assert from "node:assert/strict";
import { eachOctet, elementsIn, HEADER, octets, parse, plain } from "./test_support.ts";
import { writeXml } from "./writer.ts";

type Row = readonly [what: string, input: string, canonical: string];

const STREAM_NS = "http://etherx.jabber.org/streams";

/** Children of a `jabber:client` stream that declares the prefix `stream`, and what is made of them. */
const ROWS: readonly Row[] = [
  // Names and markup
  ["an empty element", "<a/>", "<a/>"],
  ["an element with nothing in it", "<a></a>", "<a/>"],
  ["white space in tags", "<a\t b = 'c'\r\n d='e'\n></a \t\n>", "<a b='c' d='e'/>"],
  ["double quotation marks", `<a b="it's"/>`, "<a b='it&apos;s'/>"],
  ["single quotation marks", `<a b='"'/>`, "<a b='&quot;'/>"],
  ["'>' and '/' in a value", "<a b='/>'/>", "<a b='/>'/>"],
  ["an empty value", "<a b=''/>", "<a b=''/>"],
  ["names beyond ASCII", "<ñ-1._ 名='\u{10400}'/>", "<ñ-1._ 名='\u{10400}'/>"],
  ["a name beyond the first plane", "<\u{10400}\u0301\u203f/>", "<\u{10400}\u0301\u203f/>"],
  ["names of members of objects", "<constructor toString='a'/>", "<constructor toString='a'/>"],
  // Text
  ["the predefined entities", "<a>&lt;&gt;&amp;&quot;&apos;</a>", "<a>&lt;>&amp;\"'</a>"],
  ["references are not read twice", "<a>&amp;lt; &#38;amp;</a>", "<a>&amp;lt; &amp;amp;</a>"],
  ["numeric references", "<a>&#65;&#x42;&#x1f600;&#0000067;</a>", "<a>AB\u{1f600}C</a>"],
  [
    "the last characters of each range",
    "<a>&#xD7FF;&#xE000;&#xFFFD;&#x10FFFF;</a>",
    "<a>\ud7ff\ue000\ufffd\u{10ffff}</a>",
  ],
  ["noncharacters that XML allows", "<a>\ufdd0\u{1fffe}</a>", "<a>\ufdd0\u{1fffe}</a>"],
  ["control characters that XML allows", "<a>\x7f\x85</a>", "<a>\x7f\x85</a>"],
  ["a byte order mark in text", "<a>\ufeff</a>", "<a>\ufeff</a>"],
  ["'>' and ']]' in text", "<a>> ]] ]></a>", "<a>&gt; ]] ]&gt;</a>"],
  ["']]>' with a reference", "<a>]]&gt;</a>", "<a>]]&gt;</a>"],
  ["text between elements", "<a> b<c/>d\t<e>f</e>\n</a>", "<a> b<c/>d\t<e>f</e>\n</a>"],
  ["line ends", "<a>b\r\nc\rd\n\r\re</a>", "<a>b\nc\nd\n\n\ne</a>"],
  ["line ends as references", "<a>&#13;&#10;</a>", "<a>&#13;\n</a>"],
  ["white space in a value", "<a b='\t1\r\n2\r3\n4  '/>", "<a b=' 1 2 3 4  '/>"],
  ["white space as references in a value", "<a b='&#9;&#10;&#13;'/>", "<a b='&#9;&#10;&#13;'/>"],
  ["fullwidth characters, near to U+FFFE", "<a b='！'>：</a>", "<a b='！'>：</a>"],
  ["CDATA", "<a><![CDATA[<b>&amp;]]></a>", "<a>&lt;b>&amp;amp;</a>"],
  ["empty CDATA", "<a><![CDATA[]]></a>", "<a/>"],
  ["CDATA with brackets", "<a><![CDATA[]]]]><![CDATA[>]]]></a>", "<a>]]&gt;]</a>"],
  ["CDATA with line ends", "<a><![CDATA[b\r\nc\rd]]></a>", "<a>b\nc\nd</a>"],
  // Namespaces
  ["the content namespace, declared", "<a xmlns='jabber:client'/>", "<a/>"],
  ["the content namespace, by prefix", "<x:a xmlns:x='jabber:client'><x:b/></x:a>", "<a><b/></a>"],
  ["another namespace", "<a xmlns='urn:a'><b/></a>", "<a xmlns='urn:a'><b/></a>"],
  ["another namespace, by prefix", "<x:a xmlns:x='urn:a'><x:b/></x:a>", "<a xmlns='urn:a'><b/></a>"],
  ["a namespace declared again", "<a xmlns='urn:a'><b xmlns='urn:a'/></a>", "<a xmlns='urn:a'><b/></a>"],
  ["a prefix of the root", "<stream:features/>", `<features xmlns='${STREAM_NS}'/>`],
  ["a prefix of the root, within", "<a><stream:b/></a>", `<a><b xmlns='${STREAM_NS}'/></a>`],
  ["a declaration behind its use", "<a x:b='c' xmlns:x='urn:x'/>", "<a x:b='c' xmlns:x='urn:x'/>"],
  ["a declaration of no use", "<a xmlns:x='urn:x'><b xmlns:y='urn:y'/></a>", "<a><b/></a>"],
  [
    "the content namespace within another",
    "<a><b xmlns='urn:b'><c xmlns='jabber:client'/></b></a>",
    "<a><b xmlns='urn:b'><c xmlns='jabber:client'/></b></a>",
  ],
  [
    "a default namespace overtaken by a prefix",
    "<x:a xmlns='urn:d' xmlns:x='urn:x'><b/></x:a>",
    "<a xmlns='urn:x'><b xmlns='urn:d'/></a>",
  ],
  [
    "a prefix bound otherwise within",
    "<x:a xmlns:x='urn:1'><x:b xmlns:x='urn:2'/><x:c/></x:a>",
    "<a xmlns='urn:1'><b xmlns='urn:2'/><c/></a>",
  ],
  ["no namespace, within", "<a><b xmlns=''><c/></b></a>", "<a><b xmlns=''><c/></b></a>"],
  ["'xml:lang'", "<a xml:lang='en'/>", "<a xml:lang='en'/>"],
  [
    "prefix 'xml' declared",
    "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='en'/>",
    "<a xml:lang='en'/>",
  ],
  [
    "an attribute under a prefix of the root",
    "<a stream:b='c'/>",
    `<a stream:b='c' xmlns:stream='${STREAM_NS}'/>`,
  ],
  [
    "attributes of one prefix within each other",
    "<a xmlns:x='urn:x' x:b='1'><c x:b='2'><d x:b='3'/></c></a>",
    "<a x:b='1' xmlns:x='urn:x'><c x:b='2'><d x:b='3'/></c></a>",
  ],
  [
    "attributes of one prefix beside each other",
    "<a xmlns:x='urn:x'><c x:b='2'/><c x:b='3'/></a>",
    "<a><c x:b='2' xmlns:x='urn:x'/><c x:b='3' xmlns:x='urn:x'/></a>",
  ],
  [
    "attributes of a prefix bound otherwise within",
    "<a xmlns:x='urn:1' x:b='1'><c xmlns:x='urn:2' x:b='2'/><d x:b='3'/></a>",
    "<a x:b='1' xmlns:x='urn:1'><c x:b='2' xmlns:x='urn:2'/><d x:b='3'/></a>",
  ],
  [
    "equal names in different namespaces",
    "<a b='1' x:b='2' xmlns:x='jabber:client'/>",
    "<a b='1' x:b='2' xmlns:x='jabber:client'/>",
  ],
];

for (const [what, input, canonical] of ROWS) {
  Deno.test(`the parser accepts, in canonical form: ${what}`, () => {
    assert.deepEqual(elementsIn(input).map(writeXml), [canonical]);
    assert.deepEqual(elementsIn(canonical).map(plain), elementsIn(input).map(plain));
    const bytes = octets(HEADER + input);
    assert.deepEqual(parse(eachOctet(bytes)), parse([bytes]));
  });
}

Deno.test("text, CDATA and references next to each other make one text node", () => {
  const [element] = elementsIn("<a>b<![CDATA[c]]>&#100;<![CDATA[]]><![CDATA[e]]><f/>g</a>");
  assert.deepEqual(element && plain(element).children, ["bcde", { name: "f", attrs: [], children: [] }, "g"]);
});

Deno.test("an attribute named '__proto__' is an attribute like others and changes no prototype", () => {
  const [element] = elementsIn("<a __proto__='b' constructor='c' hasOwnProperty='d'/>");
  assert.ok(element);
  assert.deepEqual(Object.entries(element.attrs), [["__proto__", "b"], ["constructor", "c"], [
    "hasOwnProperty",
    "d",
  ]]);
  assert.equal(Object.getPrototypeOf(element.attrs), Object.prototype);
  assert.equal(writeXml(element), "<a __proto__='b' constructor='c' hasOwnProperty='d'/>");
});

Deno.test("elements know their parents, and those of the content namespace know none", () => {
  const [element] = elementsIn("<message><body>b</body><active xmlns='urn:states'/></message>");
  assert.equal(element?.parent, null);
  assert.equal(element?.getNS(), undefined);
  assert.equal(element?.getChild("body")?.getNS(), undefined);
  assert.equal(element?.getChild("active", "urn:states")?.parent, element);
});

for (
  const [what, start] of [
    ["nothing", ""],
    ["white space", " \r\n\t"],
    ["a byte order mark", "\ufeff"],
    ["a declaration", "<?xml version='1.0'?>"],
    ["a declaration of UTF-8", `<?xml version="1.0" encoding='utf-8' standalone = "yes" ?>\n`],
    ["a declaration of a later 1.x", "<?xml\tversion\n=\r'1.1'?>"],
    ["a byte order mark and a declaration", "\ufeff<?xml version='1.0' encoding='UTF-8'?>\n"],
  ] as const
) {
  Deno.test(`a stream may start with ${what}`, () => {
    const bytes = octets(start + HEADER + "<a/>");
    const outcome = parse([bytes]);
    assert.deepEqual(outcome.events.map((event) => event.kind), ["open", "element"]);
    assert.equal(outcome.condition, undefined);
    assert.deepEqual(parse(eachOctet(bytes)), outcome);
  });
}
