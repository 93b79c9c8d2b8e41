import assert from "node:assert/strict";
import fc from "fast-check";
import { SaxesParser, type SaxesTagNS } from "saxes";
import type { Element } from "./element.ts";
import { type XmlCondition, XmlError } from "./error.ts";
import { DEFAULT_XML_LIMITS } from "./limits.ts";
import { type XmlEvent, XmlParser } from "./parser.ts";
import { octets } from "./test_support.ts";

/** An element with its names resolved, which both parsers must agree on however they keep prefixes. */
interface Resolved {
  name: string;
  /** By `local {namespace}`, sorted. */
  attrs: [string, string][];
  children: (Resolved | string)[];
}

type Verdict = { children: Resolved[] } | "refused";

/** What only a stream forbids; to another reader of XML it may be fine. */
const STRICTER: readonly XmlCondition[] = [
  "invalid-xml",
  "restricted-xml",
  "bad-namespace-prefix",
  "unsupported-stanza-type",
];

/** The children of the root as `saxes`, a parser of XML 1.0 with namespaces, sees them. */
function bySaxes(document: string): Verdict {
  const parser = new SaxesParser({ xmlns: true });
  const root: Resolved = { name: "", attrs: [], children: [] };
  const open: Resolved[] = [root];
  let refused = false;
  const refuse = () => {
    refused = true;
  };
  const text = (piece: string) => {
    const { children } = open.at(-1) ?? root;
    const last = children.at(-1);
    if (typeof last === "string") children[children.length - 1] = last + piece;
    else if (piece !== "") children.push(piece);
  };
  parser.on("error", refuse);
  parser.on("text", text);
  parser.on("cdata", text);
  parser.on("opentag", (tag) => {
    // What saxes lets pass behind a colon.
    if ([tag, ...Object.values(tag.attributes)].some(({ local }) => /^[-.0-9\xb7]/.test(local))) refuse();
    const element = { name: `${tag.local} {${tag.uri}}`, attrs: attributesOf(tag), children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("closetag", () => open.pop());
  parser.write(document).close();
  const [stream] = root.children.filter((child) => typeof child !== "string");
  if (refused || stream === undefined) return "refused";
  return { children: stream.children.filter((child) => typeof child !== "string") };
}

function attributesOf(tag: SaxesTagNS): [string, string][] {
  return Object.values(tag.attributes)
    .filter(({ prefix, name }) => prefix !== "xmlns" && name !== "xmlns")
    .map(({ local, uri, value }): [string, string] => [`${local} {${uri}}`, value])
    .sort(([a], [b]) => a < b ? -1 : 1);
}

/** The same by the parser under test; its condition if that is no matter of XML. */
function byUs(document: string): Verdict | XmlCondition {
  const elements: Element[] = [];
  let contentNs = "";
  let closed = false;
  const parser = new XmlParser({ limits: DEFAULT_XML_LIMITS });
  const onEvent = (event: XmlEvent) => {
    if (event.kind === "open") contentNs = event.contentNs;
    else if (event.kind === "element") elements.push(event.element);
    else closed = true;
  };
  try {
    parser.push(octets(document), onEvent);
  } catch (error) {
    if (error instanceof XmlError) return STRICTER.includes(error.condition) ? error.condition : "refused";
    throw error;
  }
  if (!closed || parser.pendingBytes > 0) return "refused";
  return { children: elements.map((element) => resolve(element, contentNs, new Map())) };
}

const XML_NS = "http://www.w3.org/XML/1998/namespace";

/** Reads the canonical form as any other recipient would: only by what the element itself declares. */
function resolve(element: Element, outerNs: string, outer: ReadonlyMap<string, string>): Resolved {
  const ns = element.attrs.xmlns ?? outerNs;
  const prefixes = new Map([...outer, ["xml", XML_NS]]);
  for (const [name, value] of Object.entries(element.attrs)) {
    if (name.startsWith("xmlns:")) prefixes.set(name.slice("xmlns:".length), value);
  }
  const attrs: [string, string][] = [];
  for (const [name, value] of Object.entries(element.attrs)) {
    if (name === "xmlns" || name.startsWith("xmlns:")) continue;
    const colon = name.indexOf(":");
    const uri = colon === -1 ? "" : prefixes.get(name.slice(0, colon));
    attrs.push([`${name.slice(colon + 1)} {${uri}}`, value]);
  }
  const children = element.children.map((child) =>
    typeof child === "string" ? child : resolve(child, ns, prefixes)
  );
  return { name: `${element.name} {${ns}}`, attrs: attrs.sort(([a], [b]) => a < b ? -1 : 1), children };
}

/** A namespace with white space at an end, which saxes would trim. */
const UNTRIMMED = /xmlns[^=<>]*=\s*(?:'\s|'[^']*\s'|"\s|"[^"]*\s")/;

/** Checks that both see the same. Returns whether both took the document. */
function agree(document: string): boolean {
  if (UNTRIMMED.test(document)) return false;
  const ours = byUs(document);
  if (typeof ours === "string" && ours !== "refused") return false;
  assert.deepEqual(ours, bySaxes(document), document);
  return ours !== "refused";
}

const SPACE = fc.constantFrom(" ", "\n", "\t ", "\r\n");
const PREFIXES = fc.constantFrom("", "", "p:", "q:");
const LOCALS = fc.constantFrom("a", "b", "c-1", "é", "lang", "d", "e.f", "名");
const URIS = fc.constantFrom("jabber:client", "urn:p", "urn:q", "urn:root");
const PIECES = fc.constantFrom(
  "x",
  " ",
  "\r\n",
  "\r",
  "\n",
  "\t",
  "é€",
  "\u{1f600}",
  "&amp;",
  "&lt;",
  "&#65;",
  "&#xd;",
  "]]",
  ";",
);

const VALUE = fc.array(PIECES, { maxLength: 3 }).map((pieces) => pieces.join(""));
const TEXT = fc.array(fc.oneof(PIECES, fc.constantFrom(">", "'", '"', "<![CDATA[<&]]]>", "<![CDATA[]]>")), {
  maxLength: 4,
})
  .map((pieces) => pieces.join(""));

const ATTRIBUTE = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.oneof(PREFIXES, fc.constant("xml:")), LOCALS, VALUE).map((
      [prefix, local, value],
    ) => `${prefix}${local}='${value}'`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(LOCALS, SPACE, VALUE).map(([local, space, value]) =>
      `${local}${space}=${space}"${value}"`
    ),
  },
  { weight: 2, arbitrary: URIS.map((uri) => `xmlns='${uri}'`) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom("p", "q", "r"), URIS).map(([prefix, uri]) =>
      `xmlns:${prefix}='${uri}'`
    ),
  },
);

const { element: ELEMENT } = fc.letrec<{ element: string; node: string }>((tie) => ({
  node: fc.oneof({ maxDepth: 4 }, TEXT, tie("element")),
  element: fc.tuple(
    PREFIXES,
    LOCALS,
    fc.array(fc.tuple(SPACE, ATTRIBUTE), { maxLength: 4 }),
    fc.array(tie("node"), { maxLength: 4 }),
    fc.boolean(),
  )
    .map(([prefix, local, attributes, nodes, short]) => {
      const tag = `${prefix}${local}${attributes.map(([space, attribute]) => space + attribute).join("")}`;
      return short ? `<${tag}/>` : `<${tag}>${nodes.join("")}</${prefix}${local}>`;
    }),
}));

const DOCUMENT = fc.array(ELEMENT, { minLength: 1, maxLength: 4 }).map((elements) =>
  `<s:stream xmlns='jabber:client' xmlns:s='urn:s' xmlns:p='urn:root' xmlns:q='urn:q'>${
    elements.join("\n")
  }</s:stream>`
);

const EDIT = fc.record({
  at: fc.nat(1000),
  removed: fc.nat(2),
  added: fc.array(fc.constantFrom(..."<>/!?&#;='\" :xa]-[\n\x01\ufffeé"), { maxLength: 2 }),
});

Deno.test("generated documents mean the same to saxes, or neither takes them", () => {
  let taken = 0;
  fc.assert(
    fc.property(DOCUMENT, (document) => {
      if (agree(document)) taken += 1;
    }),
    { numRuns: 600 },
  );
  assert.ok(taken > 100, `only ${taken} documents were well formed`);
});

Deno.test("spoilt documents mean the same to saxes, or neither takes them", () => {
  fc.assert(
    fc.property(DOCUMENT, fc.array(EDIT, { minLength: 1, maxLength: 2 }), (document, edits) => {
      const characters = Array.from(document);
      for (const { at, removed, added } of edits) {
        characters.splice(at % characters.length, removed, ...added);
      }
      agree(characters.join(""));
    }),
    { numRuns: 2000 },
  );
});
