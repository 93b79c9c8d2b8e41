import assert from "node:assert/strict";
import { randomFraction, seededRandom, unreachable } from "../base/mod.ts";
import { NS } from "../stanza/mod.ts";
import { DEFAULT_XML_LIMITS, writeXml } from "../xml/mod.ts";
import { type PresetInput, type PresetOutput, PresetStream } from "./preset.ts";
import { streamErrorText } from "./stream_error.ts";

const MESSAGE =
  "<message from='romeo@shore.example/a' to='juliet@ship.example'><body>1 &lt; 2, Süß</body></message>";
const PRESENCE = "<presence from='romeo@shore.example/a' to='juliet@ship.example'/>";
const STREAM_ERRORS = "urn:ietf:params:xml:ns:xmpp-streams";

function lineOf(output: PresetOutput): string {
  switch (output.kind) {
    case "stanza":
      return `stanza ${writeXml(output.element)}`;
    case "peerClosed":
      return `peerClosed ${output.reason}`;
    case "error":
    case "fatal":
      return `${output.kind} ${output.error.condition}`;
    default:
      return unreachable(output);
  }
}

function* cut(bytes: Uint8Array, nextSize: () => number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const size = nextSize();
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** What the peer sends, and then the end of the connection, cut in several ways; and what it comes to. */
function transcript(
  name: string,
  text: string,
  expected: readonly string[],
  limits = DEFAULT_XML_LIMITS,
): void {
  Deno.test(name, () => {
    const bytes = new TextEncoder().encode(text);
    const random = seededRandom(1);
    const sizes = [
      () => bytes.length,
      () => 1,
      ...Array(5).fill(() => 1 + Math.floor(randomFraction(random) * 50)),
    ];
    for (const nextSize of sizes) {
      const stream = new PresetStream(limits);
      const inputs: PresetInput[] = [...cut(bytes, nextSize)].map((chunk) => ({
        kind: "bytes",
        bytes: chunk,
      }));
      const outputs = [...inputs, { kind: "end" } as const].flatMap((input) => stream.step(input));
      assert.deepEqual(outputs.map(lineOf), expected);
    }
  });
}

transcript("the first byte of a link may be that of a stanza", `${MESSAGE}${PRESENCE}`, [
  `stanza ${MESSAGE}`,
  `stanza ${PRESENCE}`,
  "peerClosed lost",
]);

transcript("white space keeps a link alive and means nothing", `  ${MESSAGE}\n \n${PRESENCE}  `, [
  `stanza ${MESSAGE}`,
  `stanza ${PRESENCE}`,
  "peerClosed lost",
]);

transcript("a peer closes, and nothing comes after that", `${MESSAGE}</stream:stream>${PRESENCE}`, [
  `stanza ${MESSAGE}`,
  "peerClosed closed-by-peer",
]);

transcript("a link that breaks in the middle of a stanza is lost", `${MESSAGE}<presence from=`, [
  `stanza ${MESSAGE}`,
  "peerClosed lost",
]);

transcript(
  "a stanza may say in which namespace it is",
  MESSAGE.replace("<message", `<message xmlns='${NS.SERVER}'`),
  [
    `stanza ${MESSAGE}`,
    "peerClosed lost",
  ],
);

transcript(
  "a peer ends the stream with an error",
  `${MESSAGE}<stream:error><conflict xmlns='${STREAM_ERRORS}'/>` +
    `<text xmlns='${STREAM_ERRORS}'>twice</text></stream:error></stream:stream>`,
  [`stanza ${MESSAGE}`, "error conflict"],
);

/** What ends a link, the stanza before it still counting. */
const FATAL: readonly (readonly [what: string, text: string, end: string])[] = [
  ["a stanza for clients", `<message xmlns='${NS.CLIENT}'/>`, "fatal unsupported-stanza-type"],
  ["an unknown element", "<pubsub/>", "fatal unsupported-stanza-type"],
  [
    "dialback, which has no place here",
    "<result xmlns='jabber:server:dialback'/>",
    "fatal unsupported-stanza-type",
  ],
  ["features", "<stream:features/>", "fatal unsupported-stanza-type"],
  [
    "tags that do not match",
    "<message></presence>",
    "fatal not-well-formed",
  ],
  [
    "an XML declaration: no header is sent",
    "<?xml version='1.0'?>",
    "fatal restricted-xml",
  ],
  ["words", "hello", "fatal invalid-xml"],
];

for (const [what, text, end] of FATAL) {
  transcript(`a link ends at ${what}`, `${MESSAGE}${text}${PRESENCE}`, [`stanza ${MESSAGE}`, end]);
}

transcript(
  "a link ends at a stanza that is too large",
  MESSAGE + MESSAGE.replace("Süß", "x".repeat(1_000)),
  [`stanza ${MESSAGE}`, "fatal policy-violation"],
  { ...DEFAULT_XML_LIMITS, stanzaSizeBytes: 1_000 },
);

function read(text: string): PresetOutput[] {
  return new PresetStream(DEFAULT_XML_LIMITS).step({ kind: "bytes", bytes: new TextEncoder().encode(text) });
}

Deno.test("what we write to end a link is what the other side reads", () => {
  const closing = new PresetStream(DEFAULT_XML_LIMITS).closing();
  assert.deepEqual(read(closing), [{ kind: "peerClosed", reason: "closed-by-peer" }]);
  const error = { condition: "policy-violation", text: "a < b" } as const;
  assert.deepEqual(read(streamErrorText(error)), [{ kind: "error", error }]);
});

Deno.test("a fatal error says what is wrong", () => {
  assert.deepEqual(read("hello"), [{
    kind: "fatal",
    error: { condition: "invalid-xml", text: "Cannot accept XML: text directly under the stream" },
  }]);
});
