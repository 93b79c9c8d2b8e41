import assert from "node:assert/strict";
import { XmlError } from "./error.ts";
import { DEFAULT_XML_LIMITS } from "./limits.ts";
import { type XmlEvent, XmlParser } from "./parser.ts";
import { HEADER, octets, parse, PRESET } from "./test_support.ts";
import { writeXml } from "./writer.ts";

const OPTIONS = { limits: DEFAULT_XML_LIMITS };

/** A taker of events that writes them down. */
function recorder(onElement: (name: string) => void = () => {}) {
  const seen: string[] = [];
  const onEvent = (event: XmlEvent) => {
    seen.push(event.kind === "element" ? writeXml(event.element) : event.kind);
    if (event.kind === "element") onElement(event.element.name);
  };
  return { seen, onEvent };
}

Deno.test("the start tag of the root gives its names and its attributes without declarations", () => {
  const input =
    "<?xml version='1.0'?><s:stream xmlns='jabber:server' xmlns:s='urn:s' xmlns:x='urn:x' to='b' x:c='d' xml:lang='en'>";
  assert.deepEqual(parse([octets(input)]).events, [{
    kind: "open",
    name: "stream",
    xmlns: "urn:s",
    contentNs: "jabber:server",
    attrs: { to: "b", "x:c": "d", "xml:lang": "en" },
  }]);
});

Deno.test("a root in the default namespace and one in none are told apart", () => {
  for (const [input, ns] of [["<open xmlns='urn:a'>", "urn:a"], ["<open>", ""]] as const) {
    const expected = { kind: "open", name: "open", xmlns: ns, contentNs: ns, attrs: {} };
    assert.deepEqual(parse([octets(input)]).events, [expected]);
  }
});

Deno.test("elements come with their size in octets, and the end tag of the root closes", () => {
  const input = `${HEADER} <a>ü</a>\n<b c='€\u{1f600}'/></stream:stream>\n`;
  const { events, condition } = parse([octets(input)]);
  assert.equal(condition, undefined);
  assert.deepEqual(events.map((event) => event.kind === "element" ? event.sizeBytes : event.kind), [
    "open",
    9,
    16,
    "close",
  ]);
});

Deno.test("a root that ends itself opens and closes", () => {
  const { events } = parse([octets("<stream xmlns='urn:a'/>")]);
  assert.deepEqual(events.map((event) => event.kind), ["open", "close"]);
});

Deno.test("a preset parser is born inside a stream (XEP-0361)", () => {
  const { seen, onEvent } = recorder();
  const parser = new XmlParser({ ...OPTIONS, preset: { contentNs: "jabber:server" } });
  parser.push(octets("<message xmlns='jabber:server'/><message/><stream:error/>\n</stream:stream>"), onEvent);
  assert.deepEqual(seen, [
    "<message/>",
    "<message/>",
    "<error xmlns='http://etherx.jabber.org/streams'/>",
    "close",
  ]);
});

Deno.test("a preset parser takes neither a declaration nor a byte order mark", () => {
  assert.equal(parse([octets("<?xml version='1.0'?>")], PRESET).condition, "restricted-xml");
  assert.equal(parse([octets("\ufeff<a/>")], PRESET).condition, "invalid-xml");
});

Deno.test("white space between stanzas gives no event and is not held", () => {
  const parser = new XmlParser(PRESET);
  const { seen, onEvent } = recorder();
  parser.push(octets("<a/>"), onEvent);
  for (let i = 0; i < 100; i++) {
    parser.push(octets(" \r\n\t".repeat(4096)), onEvent);
    assert.equal(parser.pendingBytes, 0);
  }
  parser.push(octets("<b/>"), onEvent);
  assert.deepEqual(seen, ["<a/>", "<b/>"]);
});

Deno.test("pendingBytes counts the octets of what is not whole", () => {
  const parser = new XmlParser(OPTIONS);
  const steps = [["<?xml ", 6], ["version='1.0'?>\n", 0], ["<s", 2], ["><a>", 3], ["€", 6], ["</a", 9], [
    "> <",
    1,
  ], ["/s>", 0]] as const;
  for (const [text, expected] of steps) {
    parser.push(octets(text), () => {});
    assert.equal(parser.pendingBytes, expected, `after ${text}`);
  }
  parser.push(octets(" "), () => {});
  parser.push(Uint8Array.of(), () => {});
  assert.equal(parser.pendingBytes, 0);
});

Deno.test("stop() returns the octets behind the event, for the parser that follows", () => {
  for (const before of ["<a>ü€\u{1f600}</a>", "<a>plain</a>"]) {
    const { seen, onEvent } = recorder((name) => name === "auth" && parser.stop());
    const parser = new XmlParser(PRESET);
    assert.deepEqual(parser.push(octets("<a>\u{1f600}"), onEvent), octets(""));
    const rest = parser.push(octets(`</a>${before}<auth/>ü<b>€</b>`), onEvent);
    assert.deepEqual(rest, octets("ü<b>€</b>"));
    assert.deepEqual(seen, ["<a>\u{1f600}</a>", before, "<auth/>"]);
  }
});

Deno.test("stop() drops nothing when what follows is not XML, and the rest is not looked at", () => {
  const { seen, onEvent } = recorder(() => parser.stop());
  const parser = new XmlParser(PRESET);
  const hello = Uint8Array.of(0x16, 0x03, 0x01, 0xff);
  const rest = parser.push(Uint8Array.from([...octets("<starttls/>"), ...hello]), onEvent);
  assert.deepEqual(rest, hello);
  assert.deepEqual(parser.push(hello, onEvent), hello);
  assert.deepEqual(seen, ["<starttls/>"]);
});

Deno.test("a new parser goes on with the rest in the same chunk", () => {
  const { seen, onEvent } = recorder(() => first.stop());
  const first = new XmlParser(PRESET);
  const rest = first.push(octets(`<auth/><?xml version='1.0'?>${HEADER}<iq/>`), onEvent);
  const second = recorder();
  new XmlParser(OPTIONS).push(rest, second.onEvent);
  assert.deepEqual(seen, ["<auth/>"]);
  assert.deepEqual(second.seen, ["open", "<iq/>"]);
});

Deno.test("a stop at the start tag of a root that ends itself holds back its close", () => {
  const parser = new XmlParser(OPTIONS);
  const seen: string[] = [];
  const rest = parser.push(octets("<a/> "), (event) => {
    seen.push(event.kind);
    parser.stop();
  });
  assert.deepEqual([seen, rest], [["open"], octets(" ")]);
});

Deno.test("events before an error are given, and after it the parser throws the same again", () => {
  const parser = new XmlParser(OPTIONS);
  const { seen, onEvent } = recorder();
  const refused = (error: unknown) => error instanceof XmlError && error.condition === "restricted-xml";
  assert.throws(() => parser.push(octets(`${HEADER}<a/><!-- b --><c/>`), onEvent), refused);
  assert.throws(() => parser.push(octets("<d/>"), onEvent), refused);
  assert.deepEqual(seen, ["open", "<a/>"]);
});

Deno.test("what the taker of an event throws comes out of push, and the parser is dead", () => {
  const parser = new XmlParser(PRESET);
  const ours = new Error("ours");
  const fail = () => {
    throw ours;
  };
  assert.throws(() => parser.push(octets("<a/><b/>"), fail), ours);
  assert.throws(() => parser.push(octets("<c/>"), () => {}), ours);
});

Deno.test("push inside an event is a mistake of our own", () => {
  const parser = new XmlParser(PRESET);
  const push = () => parser.push(octets("<a/>"), push);
  assert.throws(push, /^Error: Cannot push/);
});

Deno.test("the buffer that was pushed may be used again", () => {
  const parser = new XmlParser(PRESET);
  const { seen, onEvent } = recorder();
  const buffer = new Uint8Array(8);
  for (const piece of ["<a b", "='€", "'>€", "</a>"]) {
    const { written } = new TextEncoder().encodeInto(piece, buffer);
    parser.push(buffer.subarray(0, written), onEvent);
    buffer.fill(0xff);
  }
  assert.deepEqual(seen, ["<a b='€'>€</a>"]);
});

Deno.test("messages of errors quote names, and of long names only the start", () => {
  const name = "n".repeat(1000);
  assert.throws(() => new XmlParser(PRESET).push(octets(`<${name}></b>`), () => {}), (error) => {
    assert.ok(error instanceof XmlError);
    assert.equal(error.message, `Cannot read XML: end tag 'b' where '${"n".repeat(40)}...' is open`);
    return true;
  });
});
