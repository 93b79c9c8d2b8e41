import assert from "node:assert/strict";
import fc from "fast-check";
import { readYaml } from "./document.ts";
import { formatProblem } from "./fault.ts";
import { DEPTH_LIMIT, VALUE_LIMIT } from "./nodes.ts";
import { parseConfig } from "./parse.ts";

function problemsOf(text: string): string[] {
  const parsed = parseConfig(text, "f.yaml");
  return "problems" in parsed ? parsed.problems.map(formatProblem) : [];
}

const TOO_DEEP = `too many sections or lists inside one another; at most ${DEPTH_LIMIT} are allowed`;
const QUOTES = 'put quotes around a text with ": ", "[" or "{" in it';

const FAULTY: readonly (readonly [name: string, text: string, ...problems: string[]])[] = [
  [
    "a key stands twice",
    "domain: a\nlog: { level: info, level: warn }\ndomain: b\n",
    "2:21: this key stands twice in the same section; keep one of them",
    "3:1: this key stands twice in the same section; keep one of them",
  ],
  [
    "lines are indented by tabs",
    "domain: a\nclients:\n\ttls: {}\n",
    "3:1: tabs are not allowed as indentation; use spaces",
  ],
  [
    "an IPv6 address has no quotes",
    "domain: a\nclients:\n  tls:\n    listen: [::]:5223\n",
    "4:13: `listen` cannot be this list; " +
    'it takes an IP address and a port up to 65535, such as "0.0.0.0:5222" or "[::]:5222"',
    `4:17: not valid YAML: Unexpected scalar at node end; ${QUOTES}`,
  ],
  [
    "a text with a colon has no quotes",
    "domain: a: b\n",
    `1:9: not valid YAML: Nested mappings are not allowed in compact mappings; ${QUOTES}`,
  ],
  [
    "a quote is not closed",
    'domain: "a\nlog: {}\n',
    '1:9: `domain` cannot be "a log: {}"; it takes an XMPP domain such as ship.example',
    '3:1: not valid YAML: Missing closing "quote',
  ],
  [
    "a bracket is not closed",
    "domain: a\nlog: {\n",
    "3:1: not valid YAML: Flow map in block collection must be sufficiently indented and end with a }",
  ],
  [
    "a key has no colon",
    "domain: a\nlog\npeers: {}\n",
    "2:1: not valid YAML: a key needs its colon on the same line",
  ],
  [
    "keys follow a section in braces",
    "{ domain: a }\nlog: {}\npeers: {}\n",
    `2:1: not valid YAML: Unexpected scalar at node end; ${QUOTES}`,
    "2:4: not valid YAML: this belongs to nothing before it; check the indentation above",
  ],
  ["a tag is used", "domain: !name a\n", "1:9: Unresolved tag: !name; tags have no meaning here: remove it"],
  [
    "there are two documents",
    "domain: a\n---\ndomain: b\n",
    "2:1: a second YAML document begins here; a configuration is one document: remove the rest",
  ],
  ["a key is a list", "domain: a\n? [x]\n: 1\n", "2:3: this cannot be a key; a key is a plain word"],
  ["a key is __proto__", "domain: a\n__proto__: {}\n", "2:1: this cannot be a key; a key is a plain word"],
  [
    "an alias has no anchor",
    "domain: *d\n",
    "1:9: the alias *d has no anchor before it; write the value itself here",
  ],
  [
    "an alias contains itself",
    "domain: a\nlog: &l { level: *l }\n",
    "2:18: the alias *l stands inside what it refers to; write the value itself here",
  ],
  [
    "lists are nested without end",
    `domain: a\nlog: ${"[".repeat(20_000)}`,
    "2:6: `log` cannot be this list; it takes a section with keys out of: level, format",
    `2:${6 + DEPTH_LIMIT - 1}: ${TOO_DEEP}`,
  ],
];

for (const [name, text, ...problems] of FAULTY) {
  Deno.test(`when ${name}, the message says where, what and what to do`, () => {
    assert.deepEqual(problemsOf(text), problems.map((problem) => `f.yaml:${problem}`));
  });
}

Deno.test("what stands before a mistake in the YAML is checked, what may be behind it is not missed", () => {
  assert.deepEqual(problemsOf("data: 5\nclients: {\ndomain: a\nlogs: {}\n"), [
    "f.yaml:1:7: `data` cannot be the number 5; it takes a path, relative to this file or absolute",
    "f.yaml:3:1: not valid YAML: Flow map in block collection must be sufficiently indented and end with a }",
  ]);
});

Deno.test("a key that stands twice does not keep the rest from being checked", () => {
  assert.deepEqual(problemsOf("data: a\ndata: b\n"), [
    "f.yaml:1:1: `domain` is missing; it takes an XMPP domain such as ship.example",
    "f.yaml:2:1: this key stands twice in the same section; keep one of them",
  ]);
});

Deno.test("aliases stand for what they refer to, and faults are found where it is written", () => {
  const text = "a: &list [x, { y: 1 }]\nb: *list\nc: &again *list\n";
  const { value, faults, locate } = readYaml("a: &list [x, { y: 1 }]\nb: *list\n");
  assert.deepEqual(value, { a: ["x", { y: 1 }], b: ["x", { y: 1 }] });
  assert.deepEqual(faults, []);
  assert.deepEqual(locate(["b"], "value"), { line: 2, column: 4 });
  assert.deepEqual(locate(["b", 1, "y"], "value"), { line: 1, column: 19 });
  assert.notEqual(readYaml(text).faults.length, 0);
});

Deno.test("an anchor that is set again counts from there on, also behind an alias to the older one", () => {
  const { value } = readYaml("a: &x 1\nb: &y { c: &x 2 }\nd: &x 3\ne: *y\nf: *x\n");
  assert.deepEqual(value, { a: 1, b: { c: 2 }, d: 3, e: { c: 2 }, f: 3 });
});

Deno.test("a short file that stands for billions of values is refused", () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 10; level++) {
    lines.push(`a${level}: &a${level} [${Array(10).fill(`*a${level - 1}`).join(", ")}]`);
  }
  const { faults } = readYaml(lines.join("\n"));
  assert.deepEqual(faults.map((fault) => fault.message), [
    `too many values; at most ${VALUE_LIMIT} are allowed, counting what aliases stand for`,
  ]);
});

Deno.test(`${DEPTH_LIMIT} levels are allowed, one more is not`, () => {
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  assert.deepEqual(readYaml(nested(DEPTH_LIMIT)).faults, []);
  const [fault] = readYaml(nested(DEPTH_LIMIT + 1)).faults;
  assert.deepEqual(fault, { line: 1, column: DEPTH_LIMIT + 1, message: TOO_DEEP, isFatal: true });
});

Deno.test("places are found in block and flow form, and the nearest container where there is nothing", () => {
  const { locate } = readYaml("top:\n  key: value\n  flow: { a: 1, b: [x, y] }\n  blank:\n");
  assert.deepEqual(locate(["top", "key"], "key"), { line: 2, column: 3 });
  assert.deepEqual(locate(["top", "key"], "value"), { line: 2, column: 8 });
  assert.deepEqual(locate(["top", "flow", "b", 1], "value"), { line: 3, column: 24 });
  assert.deepEqual(locate(["top", "blank"], "missing"), { line: 4, column: 3 });
  assert.deepEqual(locate(["top", "absent"], "missing"), { line: 2, column: 3 });
  assert.deepEqual(locate(["top", "flow", "absent"], "missing"), { line: 3, column: 9 });
  assert.deepEqual(locate(["top", "flow", "b", 7], "value"), { line: 3, column: 20 });
  assert.deepEqual(locate(["top", "key", "deeper"], "value"), { line: 2, column: 8 });
  assert.deepEqual(locate([], "value"), { line: 1, column: 1 });
});

Deno.test("lines end in LF or CRLF, and a byte order mark does not count", () => {
  const { locate } = readYaml("\uFEFFa: 1\r\nb: 2\r\n");
  assert.deepEqual(locate(["a"], "value"), { line: 1, column: 4 + 1 });
  assert.deepEqual(locate(["b"], "value"), { line: 2, column: 4 });
});

Deno.test("no text makes the reader fail, and what it finds has a place", () => {
  const piece = fc.constantFrom(
    "domain",
    "peers",
    ":",
    " ",
    "\n",
    "  ",
    "\t",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    '"',
    "'",
    "|",
    "? ",
    "#",
    "---\n",
    "!t ",
    "<<",
    "5",
    "%",
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
    const parsed = parseConfig(pieces.join(""), "f.yaml");
    assert.ok("problems" in parsed);
    assert.ok(parsed.problems.length > 0);
    for (const { line, column } of parsed.problems) assert.ok(line >= 1 && column >= 1);
  }));
});
