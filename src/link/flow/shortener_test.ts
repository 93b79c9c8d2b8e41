import assert from "node:assert/strict";
import fc from "fast-check";
import { writeXml } from "../../xml/mod.ts";
import { arbitraryStanza } from "../testing/arbitrary.ts";
import { DamageError } from "./octets.ts";
import { MOST_TEMPLATES, Shortener } from "./shortener.ts";

const MOST_BYTES = 65_536;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function octets(text: string): Uint8Array {
  return encoder.encode(text);
}

/** What each stanza becomes behind those before it, shown with control characters as `\x00`. */
function shortened(texts: readonly string[]): string[] {
  const shortener = new Shortener([]);
  return texts.map((text) => shown(decoder.decode(shortener.shorten([octets(text)]))));
}

function shown(text: string): string {
  return Array.from(
    text,
    (character) =>
      character < " " ? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}` : character,
  ).join("");
}

function restored(shortener: Shortener, short: string): string[] {
  return shortener.restore(octets(short), MOST_BYTES).map((text) => decoder.decode(text));
}

function message(id: string, body: string, to = "juliet@shore.example"): string {
  return `<message to='${to}' id='${id}' from='romeo@ship.example/deck'><body>${body}</body>` +
    `<origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`;
}

function receipt(id: string, of: string): string {
  return `<message id='${id}'><received xmlns='urn:xmpp:receipts' id='${of}'/></message>`;
}

/** Conversations as they go, and what is left of their stanzas: the golden octets of section 11. */
const CONVERSATIONS: readonly (readonly [what: string, lines: readonly (readonly [string, string])[]])[] = [
  ["the first of its kind crosses as it is", [["<message/>", "<message/>"]]],
  ["an equal one is an octet", [["<message/>", "<message/>"], ["<message/>", "\\x10"]]],
  ["ids that are counted cost nothing, nor does the copy of one", [
    [message("abcdefgh-z", "Hi"), message("abcdefgh-z", "Hi")],
    [message("abcdefgh-10", "Ho"), "\\x10Ho"],
  ]],
  ["an id that is not the next is said, its copy is not", [
    [message("abcdefgh-1", "Hi"), message("abcdefgh-1", "Hi")],
    [message("ijklmnop-7", "Ho"), "\\x02\\x10\\x01ijklmnop-7\\x00\\x01Ho\\x00\\x01"],
    [message("ijklmnop-8", "He"), "\\x10He"],
  ]],
  ["another contact: only the address is said", [
    [message("abcdefgh-1", "Hi"), message("abcdefgh-1", "Hi")],
    [
      message("abcdefgh-2", "Ho", "nurse@shore.example"),
      "\\x02\\x10nurse@shore.example\\x00\\x01\\x01Ho\\x00\\x01",
    ],
    [message("abcdefgh-3", "He"), "\\x11He"],
    [message("abcdefgh-4", "Ha", "nurse@shore.example"), "\\x11Ha"],
  ]],
  ["receipts between messages count on in both", [
    [message("abcdefgh-1", "Hi"), message("abcdefgh-1", "Hi")],
    [receipt("abcdefgh-2", "stuvwxyz-8"), receipt("abcdefgh-2", "stuvwxyz-8")],
    [message("abcdefgh-3", "Ho"), "\\x11Ho"],
    [receipt("abcdefgh-4", "stuvwxyz-9"), "\\x11"],
    [receipt("abcdefgh-5", "stuvwxyz-c"), "\\x02\\x10\\x01stuvwxyz-c"],
  ]],
  ["an answer repeats the id of a request, and takes none of ours", [
    ["<iq type='get' id='abcdefgh-1'/>", "<iq type='get' id='abcdefgh-1'/>"],
    ["<iq type='result' id='stuvwxyz-7'/>", "<iq type='result' id='stuvwxyz-7'/>"],
    ["<iq type='get' id='abcdefgh-2'/>", "\\x11"],
    ["<iq type='result' id='stuvwxyz-8'/>", "\\x11"],
  ]],
];

Deno.test("the example of the specification", () => {
  const said = (to: string, n: number, body: string) =>
    `<message to='${to}' id='abcdefgh-${n}' from='r@a/x'><body>${body}</body>` +
    `<origin-id xmlns='urn:xmpp:sid:0' id='abcdefgh-${n}'/></message>`;
  const texts = [said("j@b", 1, "Hi"), said("j@b", 2, "Ho"), said("n@b", 3, "He"), said("j@b", 4, "Ha")];
  const shortener = new Shortener([]);
  const written = texts.map((text) => {
    const short = shortener.shorten([octets(text)]);
    return Array.from(short, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
  });
  assert.deepEqual(written.slice(1), ["10 48 6f", "02 10 6e 40 62 00 01 01 48 65 00 01", "11 48 61"]);
});

for (const [what, lines] of CONVERSATIONS) {
  Deno.test(`shortened: ${what}`, () => {
    const texts = lines.map(([text]) => text);
    assert.deepEqual(shortened(texts), lines.map(([, short]) => short));
  });
}

Deno.test("several stanzas of a frame end each, and the last with the frame", () => {
  const shortener = new Shortener([]);
  const texts = ["<a/>", "<b>1</b>", "<b>2</b>", "<a/>", "<b> </b>"];
  const short = shortener.shorten(texts.map(octets));
  assert.equal(shown(decoder.decode(short)), "<a/>\\x00<b>1</b>\\x00\\x102\\x00\\x11\\x11 ");
  assert.deepEqual(restored(new Shortener([]), decoder.decode(short)), texts);
});

Deno.test(`a stanza is like one of the last ${MOST_TEMPLATES} conversations, and no longer like one before`, () => {
  const texts = Array.from({ length: MOST_TEMPLATES + 1 }, (_, n) => `<m${n}/>`);
  assert.equal(shortened([...texts, "<m1/>"]).at(-1), "\\x1f");
  assert.equal(shortened([...texts, "<m0/>"]).at(-1), "<m0/>");
});

Deno.test("a stanza is like one that the history holds whole, and not like one before", () => {
  const first = octets("<m/>");
  const filler = (sizeBytes: number) => octets(`<filler>${"x".repeat(sizeBytes - 17)}</filler>`);
  const like = (fillerBytes: number) => {
    const shortener = new Shortener([first, filler(fillerBytes)]);
    return shown(decoder.decode(shortener.shorten([first])));
  };
  assert.equal(like(32_768 - first.length), "\\x11");
  assert.equal(like(32_768 - first.length + 1), "<m/>");
});

const conversation = fc.array(
  fc.oneof(
    arbitraryStanza.map(({ element }) => writeXml(element)),
    fc.record({
      n: fc.nat(60),
      body: fc.string({ unit: fc.constantFrom("a", "é", "&amp;", " "), minLength: 1 }),
    })
      .map(({ n, body }) => message(`abcdefgh-${n.toString(36)}`, body)),
    fc.record({ n: fc.nat(60), of: fc.nat(60) }).map(({ n, of }) =>
      receipt(`abcdefgh-${n}`, `stuvwxyz-${of}`)
    ),
  ),
  { minLength: 1, maxLength: 30 },
);

Deno.test("what is shortened is restored to the octet, in whatever frames, and is never longer", () => {
  fc.assert(fc.property(conversation, fc.integer({ min: 1, max: 5 }), (texts, perFrame) => {
    const [sender, receiver] = [new Shortener([]), new Shortener([])];
    for (let at = 0; at < texts.length; at += perFrame) {
      const frame = texts.slice(at, at + perFrame);
      const short = sender.shorten(frame.map(octets));
      assert.deepEqual(receiver.restore(short, MOST_BYTES).map((text) => decoder.decode(text)), frame);
      assert.ok(short.length <= octets(frame.join("")).length + frame.length - 1);
    }
  }));
});

Deno.test("who begins with the history goes on as who was there from the start", () => {
  fc.assert(fc.property(conversation, fc.nat(30), (texts, cut) => {
    const all = texts.map(octets);
    const there = new Shortener([]);
    for (const text of all) there.shorten([text]);
    const late = new Shortener(all.slice(0, cut));
    for (const text of all.slice(cut)) late.shorten([text]);
    for (const text of all) assert.deepEqual(late.shorten([text]), there.shorten([text]));
  }));
});

for (
  const [what, short] of [
    ["a template that is not known", "\u0011"],
    ["a token that does not exist", "\u0007"],
    ["text in place of a stanza", "hello"],
    ["a sign for fillings without a template", "\u0002"],
    ["an end alone", "\u0000"],
  ] as const
) {
  Deno.test(`${what} is damage`, () => {
    const shortener = new Shortener([octets("<m/>")]);
    assert.throws(() => shortener.restore(octets(short), MOST_BYTES), DamageError);
  });
}

Deno.test("what is not UTF-8 is damage", () => {
  assert.throws(() => new Shortener([]).restore(Uint8Array.of(0x3c, 0xff), MOST_BYTES), DamageError);
});

Deno.test("an octet a stanza cannot be blown up beyond the bound", () => {
  const text = octets(`<m a='${"x".repeat(1_000)}'/>`);
  const bomb = new Uint8Array(100_000).fill(0x10);
  assert.throws(() => new Shortener([text]).restore(bomb, MOST_BYTES), {
    name: "DamageError",
    message: "Cannot read a frame: its text exceeds 65536 octets",
  });
});

Deno.test("any octets are restored to something or are damage", () => {
  const known = ["<a/>", message("abcdefgh-1", "x"), receipt("abcdefgh-2", "y")].map(octets);
  const pieces = fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 0x10, 0x11, 0x12, 0x3c, 0x3e), fc.nat(255)));
  fc.assert(fc.property(pieces, (short) => {
    try {
      new Shortener(known).restore(Uint8Array.from(short), MOST_BYTES);
    } catch (error) {
      assert.ok(error instanceof DamageError, String(error));
    }
  }));
});
