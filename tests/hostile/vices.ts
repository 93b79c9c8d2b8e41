import { join, type Outcome, type Step, utf8 } from "./attack.ts";
import type { Dice } from "../support/dice.ts";

/** Something that no stream may contain, before a login or after it. */
export interface Vice {
  readonly right: Outcome;
  readonly make: (dice: Dice) => Iterable<Step>;
}

/** What the endless ones would send if they were let. */
const ENDLESS_SIZE_BYTES = 100_000_000;
const PIECE_SIZE_BYTES = 65_536;

const LAUGHS = "<!DOCTYPE lol [<!ENTITY a 'ha'>" +
  Array.from({ length: 9 }, (_, level) => {
    const [name, inner] = [String.fromCharCode(98 + level), String.fromCharCode(97 + level)];
    return `<!ENTITY ${name} '${`&${inner};`.repeat(10)}'>`;
  }).join("") + "]>";

/** Octets that are not UTF-8: stray, overlong, a surrogate, beyond U+10FFFF, cut off. */
const NOT_UTF8 = [
  [0x80],
  [0xc0, 0xaf],
  [0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0xc3, 0x28],
  [0xff],
] as const;

const ILL_FORMED = [
  "<message><body></message></body>",
  "<message to='a' to='b'/>",
  "<message xmlns:a='urn:x' xmlns:b='urn:x'><c a:d='1' b:d='2'/></message>",
  "<message><nobody:x/></message>",
  "<message x:y='1'/>",
  "<message to=a/>",
  "<message to='a'b='c'/>",
  "<message to='<'/>",
  "<message><body>]]></body></message>",
  "<message><body>a & b</body></message>",
  "<message><body>&#0;</body></message>",
  "<message><body>&#x110000;</body></message>",
  "<message><body>\u0001</body></message>",
  "<message><body>\ufffe</body></message>",
  "<message>< message/></message>",
  "<1message/>",
  "<message/ >",
  "</message>",
  "<message xmlns:xml='urn:x'/>",
  "<message xmlns:x=''/>",
  "<a:b:c xmlns:a='urn:x'/>",
] as const;

function* endless(first: string, more: string): Iterable<Step> {
  const piece = utf8(more.repeat(Math.ceil(PIECE_SIZE_BYTES / more.length)));
  yield utf8(first);
  for (let sent = 0; sent < ENDLESS_SIZE_BYTES; sent += piece.length) yield piece;
}

function text(make: (dice: Dice) => string): (dice: Dice) => Iterable<Step> {
  return (dice) => dice.cut(utf8(make(dice)));
}

/** Every one of them has one right answer. */
export const VICES: Readonly<Record<string, Vice>> = {
  "a comment": { right: "restricted-xml", make: text((dice) => `<!-- ${dice.word()} -->`) },
  "a comment in a stanza": {
    right: "restricted-xml",
    make: text((dice) => `<message><!--${dice.word()}--></message>`),
  },
  "a processing instruction": { right: "restricted-xml", make: text((dice) => `<?${dice.word()}x y?>`) },
  "a document type": {
    right: "restricted-xml",
    make: text(() => "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>"),
  },
  "an entity bomb": {
    right: "restricted-xml",
    make: text(() => `${LAUGHS}<message><body>&j;</body></message>`),
  },
  "an unknown entity": {
    right: "restricted-xml",
    make: text((dice) => `<message><body>&${dice.word()}x;</body></message>`),
  },
  "deep nesting": {
    right: "policy-violation",
    make: text((dice) => "<a xmlns='urn:x'>".repeat(dice.between(100, 900))),
  },
  "very deep nesting": { right: "policy-violation", make: () => endless("<message>", "<a>") },
  "many attributes": {
    right: "policy-violation",
    make: text((dice) =>
      `<message ${Array.from({ length: dice.between(70, 500) }, (_, n) => `a${n}=''`).join(" ")}/>`
    ),
  },
  "an endless attribute": { right: "policy-violation", make: () => endless("<message id='", "x") },
  "an endless text": { right: "policy-violation", make: () => endless("<message><body>", "la ") },
  "an endless name": { right: "policy-violation", make: () => endless("<", "m") },
  "an endless tag": { right: "policy-violation", make: () => endless("<message", " ") },
  "an endless CDATA section": {
    right: "policy-violation",
    make: () => endless("<message><body><![CDATA[", "]] >"),
  },
  "an endless stanza": { right: "policy-violation", make: () => endless("<message>", "<body>hello</body>") },
  "bad UTF-8": {
    right: "unsupported-encoding",
    make: (dice) =>
      dice.cut(join(
        utf8(`<message><body>${dice.word()}`),
        Uint8Array.from(NOT_UTF8[dice.below(NOT_UTF8.length)] ?? NOT_UTF8[0]),
        utf8(`${dice.word()}</body></message>`),
      )),
  },
  "ill-formed XML": { right: "not-well-formed", make: text((dice) => `${dice.pick(ILL_FORMED)}<x/>`) },
  "text between stanzas": { right: "invalid-xml", make: text((dice) => `${dice.word()}<message/>`) },
  "an element nobody knows": {
    right: "unsupported-stanza-type",
    make: text((dice) => `<${dice.word()} xmlns='urn:${dice.word()}'/>`),
  },
};
