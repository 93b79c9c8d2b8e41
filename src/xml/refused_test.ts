import assert from "node:assert/strict";
import type { XmlCondition } from "./error.ts";
import type { XmlParserOptions } from "./parser.ts";
import { eachOctet, HEADER, octets, parse, PRESET } from "./test_support.ts";

type Row = readonly [what: string, input: string, condition: XmlCondition];

/** Wrong before the root is open. */
const STREAMS: readonly (Row | readonly [what: string, input: Uint8Array, condition: XmlCondition])[] = [
  ["text before the root", "hello", "not-well-formed"],
  ["an HTTP request", "GET / HTTP/1.1\r\n\r\n", "not-well-formed"],
  ["white space before the declaration", " <?xml version='1.0'?><a/>", "restricted-xml"],
  ["a second declaration", `<?xml version='1.0'?><?xml version='1.0'?>${HEADER}`, "restricted-xml"],
  ["another encoding", "<?xml version='1.0' encoding='ISO-8859-1'?>", "unsupported-encoding"],
  ["UTF-16 by name", "<?xml version='1.0' encoding=\"UTF-16\" ?>", "unsupported-encoding"],
  ["UTF-16 by its byte order mark", Uint8Array.of(0xff, 0xfe, 0x3c, 0), "unsupported-encoding"],
  ["UTF-16 without a mark", Uint8Array.of(0x3c, 0, 0x73, 0, 0x3e, 0), "not-well-formed"],
  ["half a byte order mark", Uint8Array.of(0xef, 0xbb, 0x3c, 0x61, 0x2f, 0x3e), "not-well-formed"],
  ["two byte order marks", "\ufeff\ufeff<a/>", "not-well-formed"],
  ["a declaration without a version", "<?xml encoding='UTF-8'?>", "not-well-formed"],
  ["a declaration of XML 2.0", "<?xml version='2.0'?>", "not-well-formed"],
  ["a declaration in the wrong order", "<?xml encoding='UTF-8' version='1.0'?>", "not-well-formed"],
  ["a declaration with mixed quotation marks", "<?xml version='1.0\"?>", "not-well-formed"],
  ["a declaration without its last question mark", "<?xml version='1.0'><a/>", "not-well-formed"],
  ["a tag in the declaration", "<?xml version='1.0'<a/>", "not-well-formed"],
  ["a processing instruction before the root", "<?xml-stylesheet href='a'?><a/>", "restricted-xml"],
  ["a document type", "<!DOCTYPE a><a/>", "restricted-xml"],
  ["an entity bomb", "<!DOCTYPE a [<!ENTITY b 'b'><!ENTITY c '&b;&b;'>]><a>&c;</a>", "restricted-xml"],
  ["a comment before the root", "<!-- a --><a/>", "restricted-xml"],
  ["CDATA before the root", "<![CDATA[a]]><a/>", "not-well-formed"],
  ["an end tag before the root", "</a>", "not-well-formed"],
  ["an unbound prefix on the root", "<stream:stream xmlns='jabber:client'>", "not-well-formed"],
];

/** Wrong behind the given events of a stream. */
const ENDS: readonly (readonly [...row: Row, kinds: string[]])[] = [
  ["a second root", "<a/><a/>", "not-well-formed", ["open", "close"]],
  ["a second root after an end tag", "<a></a><b>", "not-well-formed", ["open", "close"]],
  ["text after the root", "<a></a>b", "not-well-formed", ["open", "close"]],
  ["an end tag after the root", "<a></a></a>", "not-well-formed", ["open", "close"]],
  ["a comment after the root", "<a/><!-- b -->", "restricted-xml", ["open", "close"]],
  ["CDATA after the root", "<a/><![CDATA[ ]]>", "not-well-formed", ["open", "close"]],
  ["another end tag than the root's", "<a:b xmlns:a='c'></b>", "not-well-formed", ["open"]],
  ["the root's prefix exchanged in its end tag", "<a:b xmlns:a='c' xmlns:d='c'></d:b>", "not-well-formed", [
    "open",
  ]],
];

/** Wrong inside a stream whose content namespace is `jabber:client`; `<good/>` comes before. */
const CONTENTS: readonly Row[] = [
  ["text directly under the stream", "hello", "invalid-xml"],
  ["text beyond ASCII directly under the stream", "é", "invalid-xml"],
  ["a reference directly under the stream", "&#32;", "invalid-xml"],
  ["CDATA directly under the stream", "<![CDATA[ ]]>", "invalid-xml"],
  ["a byte order mark between stanzas", "\ufeff<a/>", "invalid-xml"],
  ["a comment between stanzas", "<!-- a -->", "restricted-xml"],
  ["a comment in a stanza", "<a><!-- b --></a>", "restricted-xml"],
  ["a processing instruction in a stanza", "<a><?b c?></a>", "restricted-xml"],
  ["a declaration between stanzas", "<?xml version='1.0'?>", "restricted-xml"],
  ["a document type in a stanza", "<a><!DOCTYPE b></a>", "restricted-xml"],
  ["a conditional section", "<a><![INCLUDE[b]]></a>", "restricted-xml"],
  ["CDATA in lower case", "<a><![cdata[b]]></a>", "restricted-xml"],
  ["an entity of a document type", "<a>&b;</a>", "restricted-xml"],
  ["an entity of HTML", "<a>&nbsp;</a>", "restricted-xml"],
  ["a predefined entity in upper case", "<a>&AMP;</a>", "restricted-xml"],
  ["an entity named like a member of objects", "<a>&constructor;</a>", "restricted-xml"],
  ["an entity with a colon", "<a>&b:c;</a>", "restricted-xml"],
  ["an unknown entity in a value", "<a b='&c;'/>", "restricted-xml"],
  ["a bare ampersand", "<a>b & c</a>", "not-well-formed"],
  ["a bare ampersand with a semicolon later", "<a>b & c;</a>", "not-well-formed"],
  ["a bare ampersand in a value", "<a b='c & d'/>", "not-well-formed"],
  ["an empty reference", "<a>&;</a>", "not-well-formed"],
  ["a reference across CDATA", "<a>&am<![CDATA[p;]]></a>", "not-well-formed"],
  ["a reference across an element", "<a>&am<b/>p;</a>", "not-well-formed"],
  ["a numeric reference without digits", "<a>&#;</a>", "not-well-formed"],
  ["a hexadecimal reference without digits", "<a>&#x;</a>", "not-well-formed"],
  ["a hexadecimal reference in upper case", "<a>&#X41;</a>", "not-well-formed"],
  ["a decimal reference with letters", "<a>&#4A;</a>", "not-well-formed"],
  ["a negative reference", "<a>&#-1;</a>", "not-well-formed"],
  ["a reference to NUL", "<a>&#0;</a>", "not-well-formed"],
  ["a reference to a control character", "<a>&#x1F;</a>", "not-well-formed"],
  ["a reference to a surrogate", "<a>&#xD83D;&#xDE00;</a>", "not-well-formed"],
  ["a reference to U+FFFE", "<a>&#xFFFE;</a>", "not-well-formed"],
  ["a reference beyond Unicode", "<a>&#x110000;</a>", "not-well-formed"],
  ["a reference of many digits", `<a>&#${"9".repeat(400)};</a>`, "not-well-formed"],
  ["a reference to NUL in a value", "<a b='&#0;'/>", "not-well-formed"],
  ["NUL in text", "<a>\0</a>", "not-well-formed"],
  ["a control character in text", "<a>\x08</a>", "not-well-formed"],
  ["escape in CDATA", "<a><![CDATA[\x1b]]></a>", "not-well-formed"],
  ["a control character in a value", "<a b='\x0b'/>", "not-well-formed"],
  ["a control character in a tag", "<a\x0cb='c'/>", "not-well-formed"],
  ["U+FFFE in text", "<a>\ufffe</a>", "not-well-formed"],
  ["U+FFFF in a value", "<a b='\uffff'/>", "not-well-formed"],
  ["U+FFFF in CDATA", "<a><![CDATA[\uffff]]></a>", "not-well-formed"],
  ["']]>' in text", "<a>b]]>c</a>", "not-well-formed"],
  ["']]>' of more brackets in text", "<a>]]]></a>", "not-well-formed"],
  ["'<' in a value", "<a b='<'/>", "not-well-formed"],
  ["'<' in a start tag", "<a <b/>", "not-well-formed"],
  ["'<' in an end tag", "<a></a<b/>", "not-well-formed"],
  ["'<' in an unended value", "<a b='c><d e='f'/>", "not-well-formed"],
  ["mismatched end tags", "<a><b></a></b>", "not-well-formed"],
  ["an end tag in another case", "<a></A>", "not-well-formed"],
  ["an end tag that is longer", "<a></ab>", "not-well-formed"],
  ["an end tag that is shorter", "<ab></a>", "not-well-formed"],
  ["an end tag with white space within", `<a></a${" ".repeat(50_000)}b>`, "not-well-formed"],
  ["an end tag with an attribute", "<a></a b='c'>", "not-well-formed"],
  ["an end tag that ends itself", "<a></a/>", "not-well-formed"],
  ["white space before the name of an end tag", "<a></ a>", "not-well-formed"],
  ["an end tag without a name", "<a></>", "not-well-formed"],
  ["the end of the stream in a stanza", "<a></stream:stream>", "not-well-formed"],
  ["a start tag without a name", "<>", "not-well-formed"],
  ["a tag of only a slash behind a space", "< />", "not-well-formed"],
  ["white space before a name", "< a/>", "not-well-formed"],
  ["a name that starts with a digit", "<1a/>", "not-well-formed"],
  ["a name that starts with a hyphen", "<-a/>", "not-well-formed"],
  ["a name that starts with a middle dot", "<\xb7a/>", "not-well-formed"],
  ["a name with a character of no name", "<a\xd7/>", "not-well-formed"],
  ["a name beyond the planes of names", "<a\u{f0000}/>", "not-well-formed"],
  ["a name with two colons", "<a:b:c xmlns:a='d'/>", "not-well-formed"],
  ["a name that starts with a colon", "<:a/>", "not-well-formed"],
  ["a name that ends with a colon", "<a: xmlns:a='b'/>", "not-well-formed"],
  ["a local name that starts with a digit", "<a:1 xmlns:a='b'/>", "not-well-formed"],
  ["a slash in a start tag", "<a / >", "not-well-formed"],
  ["an attribute without a value", "<a b/>", "not-well-formed"],
  ["an attribute with no value behind '='", "<a b=/>", "not-well-formed"],
  ["an unquoted value", "<a b=c/>", "not-well-formed"],
  ["an attribute without a name", "<a ='b'/>", "not-well-formed"],
  ["attributes with no space between", "<a b='c'd='e'/>", "not-well-formed"],
  ["an attribute name with two colons", "<a b:c:d='e' xmlns:b='f'/>", "not-well-formed"],
  ["a duplicate attribute", "<a b='c' b='c'/>", "not-well-formed"],
  ["a duplicate attribute '__proto__'", "<a __proto__='b' __proto__='b'/>", "not-well-formed"],
  ["a duplicate attribute by namespace", "<a b:d='e' c:d='e' xmlns:b='f' xmlns:c='f'/>", "not-well-formed"],
  ["a duplicate prefixed attribute", "<a b:d='e' b:d='e' xmlns:b='f'/>", "not-well-formed"],
  ["a duplicate 'xml:lang'", "<a xml:lang='en' xml:lang='de'/>", "not-well-formed"],
  ["a duplicate default namespace", "<a xmlns='b' xmlns='c'/>", "not-well-formed"],
  ["a duplicate declaration", "<a xmlns:b='c' xmlns:b='c'/>", "not-well-formed"],
  ["an unbound prefix of an element", "<b:a/>", "not-well-formed"],
  ["an unbound prefix of an attribute", "<a b:c='d'/>", "not-well-formed"],
  ["a prefix of an object's member", "<constructor:a/>", "not-well-formed"],
  ["a prefix out of scope", "<a><b xmlns:c='d'/><c:e/></a>", "not-well-formed"],
  ["a prefix bound to nothing", "<a xmlns:b=''/>", "not-well-formed"],
  ["prefix 'xml' bound again", "<a xmlns:xml='b'/>", "not-well-formed"],
  ["prefix 'xmlns' bound", "<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>", "not-well-formed"],
  ["another prefix for 'xml'", "<a xmlns:b='http://www.w3.org/XML/1998/namespace'/>", "not-well-formed"],
  ["another prefix for 'xmlns'", "<a xmlns:b='http://www.w3.org/2000/xmlns/'/>", "not-well-formed"],
  ["'xml' as the default namespace", "<a xmlns='http://www.w3.org/XML/1998/namespace'/>", "not-well-formed"],
  ["'xmlns' as the default namespace", "<a xmlns='http://www.w3.org/2000/xmlns/'/>", "not-well-formed"],
  ["an element under 'xmlns'", "<xmlns:a/>", "not-well-formed"],
  ["an element under 'xml'", "<xml:a/>", "bad-namespace-prefix"],
  ["a stanza in no namespace", "<message xmlns=''/>", "unsupported-stanza-type"],
];

/** Octets that are not UTF-8, as the text of an element. */
const NOT_UTF8: readonly (readonly [what: string, octets: readonly number[]])[] = [
  ["a lone continuation", [0x80]],
  ["an overlong slash", [0xc0, 0xaf]],
  ["an overlong form of three octets", [0xe0, 0x80, 0xaf]],
  ["an overlong form of four octets", [0xf0, 0x80, 0x80, 0xaf]],
  ["a surrogate", [0xed, 0xa0, 0x80]],
  ["a code point above U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
  ["an octet of no form", [0xff]],
  ["a character cut short", [0xe2, 0x82]],
  ["Latin-1", [0x66, 0xfc, 0x72]],
];

function assertRefused(
  input: Uint8Array,
  condition: XmlCondition,
  kinds: string[],
  options?: XmlParserOptions,
) {
  const whole = parse([input], options);
  assert.equal(whole.condition, condition);
  assert.deepEqual(whole.events.map((event) => event.kind), kinds);
  assert.deepEqual(parse(eachOctet(input), options), whole);
}

for (const [what, input, condition] of STREAMS) {
  Deno.test(`a stream is refused from the start as ${condition}: ${what}`, () => {
    assertRefused(typeof input === "string" ? octets(input) : input, condition, []);
  });
}

for (const [what, input, condition, kinds] of ENDS) {
  Deno.test(`a stream is refused at its end as ${condition}: ${what}`, () => {
    assertRefused(octets(input), condition, kinds);
  });
}

for (const [what, input, condition] of CONTENTS) {
  Deno.test(`a stream is refused behind a stanza as ${condition}: ${what}`, () => {
    assertRefused(octets(`${HEADER}<good/>${input}`), condition, ["open", "element"]);
    assertRefused(octets(`<good/>${input}`), condition, ["element"], PRESET);
  });
}

for (const [what, bad] of NOT_UTF8) {
  Deno.test(`a stream is refused behind a stanza as unsupported-encoding: ${what}`, () => {
    for (
      const [before, after] of [["<a>ü", "</a>"], ["<a b='", "'/>"], ["<a><![CDATA[", "]]></a>"], [
        "<a",
        "/>",
      ]]
    ) {
      const bytes = [...octets(`${HEADER}<good>ü</good>${before}`), ...bad, ...octets(after ?? "")];
      assertRefused(Uint8Array.from(bytes), "unsupported-encoding", ["open", "element"]);
    }
  });
}

Deno.test("a stream header where a stanza is due is refused at once, not taken for a stanza without end", () => {
  const header =
    "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' to='a'>";
  assert.equal(parse([octets(header)], PRESET).condition, "invalid-xml");
});
