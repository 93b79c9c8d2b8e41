import assert from "node:assert/strict";
import { writeXml } from "../xml/mod.ts";
import { addressed, type Placed, readStanzas } from "./stanza_input.ts";

function read(text: string): { lines: number[]; names: string[]; mistake: string } {
  const placed: Placed[] = [];
  let mistake = "";
  try {
    readStanzas(text, (one) => placed.push(one));
  } catch (error) {
    mistake = (error as Error).message;
  }
  return { lines: placed.map(({ line }) => line), names: placed.map(({ element }) => element.name), mistake };
}

Deno.test("stanzas are read with the line on which they begin", () => {
  const text = "\n<message>\n<body>a</body>\n</message>\n\n<presence/><iq\ntype='get'/>\n<presence/>";
  assert.deepEqual(read(text), {
    lines: [2, 6, 6, 8],
    names: ["message", "presence", "iq", "presence"],
    mistake: "",
  });
  assert.deepEqual(read("<message xmlns='jabber:client'/>").names, ["message"]);
  assert.deepEqual(read(""), { lines: [], names: [], mistake: "" });
});

const MISTAKES: readonly (readonly [text: string, mistake: RegExp, before: number])[] = [
  ["<presence/>\n<message><body></message>", /^line 2: Cannot read XML/, 1],
  ["<presence/>\n\n<message>\n<body>x", /^line 3: the stanza that begins here does not end$/, 1],
  ["<presence/>\n<foo/>", /^line 2: <foo\/> is no message, presence or iq$/, 1],
  ["<message xmlns='urn:x'/>", /^line 1: <message\/> is no message, presence or iq$/, 0],
  ["<presence/>\n</stream:stream>", /^line 2: this ends a stream, not a stanza$/, 1],
  ["<presence/>\nhello", /^line 2: /, 1],
  ["<!-- x -->", /^line 1: /, 0],
];

Deno.test("a mistake is named by its line, and what stands before it is read", async (t) => {
  for (const [text, mistake, before] of MISTAKES) {
    await t.step(JSON.stringify(text), () => {
      const found = read(text);
      assert.match(found.mistake, mistake);
      assert.equal(found.lines.length, before);
    });
  }
});

Deno.test("a stanza that was overheard between servers is the same as one of a client", () => {
  const written = ["jabber:client", "jabber:server"].map((ns) => {
    let xml = "";
    readStanzas(
      `<message xmlns='${ns}'><body>a</body><x xmlns='urn:x'><y/></x></message>`,
      ({ element }) => xml = writeXml(element),
    );
    return xml;
  });
  assert.deepEqual(written, Array(2).fill("<message><body>a</body><x xmlns='urn:x'><y/></x></message>"));
});

Deno.test("addresses that are left out are those of somebody on either side; others have to cross the link", () => {
  const sides = { ours: "ship.example", peers: ["shore.example", "rooms.shore.example"] };
  const place = (xml: string) => {
    let made: ReturnType<typeof addressed> | undefined;
    readStanzas(xml, (one) => made = addressed(one, sides, 7));
    return made && [made.stanza.from.toString(), made.stanza.to.toString(), made.direction];
  };
  assert.deepEqual(place("<presence/>"), ["somebody@ship.example/client", "somebody@shore.example", "out"]);
  assert.deepEqual(place("<presence to='ops@rooms.shore.example/x'/>")?.[2], "out");
  assert.deepEqual(place("<presence from='a@shore.example' to='b@ship.example'/>")?.[2], "in");
  assert.throws(
    () => place("<presence to='a@else.example'/>"),
    /^CommandError: line 1: from ship.example to else/,
  );
  assert.throws(() => place("\n<presence to='a@@b'/>"), /^CommandError: line 2: to is no address: "a@@b"$/);
});
