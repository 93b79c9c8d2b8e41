import { attack, HEADER, join, type Kinds, type Outcome, utf8 } from "./attack.ts";
import type { Dice } from "../support/dice.ts";

/** A whole login as a client sends it that does not wait for answers. */
const LOGIN = HEADER +
  `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${btoa("\0mallory\0secret")}</auth>` +
  HEADER +
  "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>x</resource></bind></iq>" +
  "<presence><show>away</show><priority>5</priority></presence>";

/** Everyday stanzas. */
const STANZAS = [
  "<message to='mallory@ship.example' id='m1' type='chat'><body>hello &amp; &#x1f339;</body>" +
  "<active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/></message>",
  "<message to='nobody@ship.example' type='headline'><subject>x</subject><body><![CDATA[<b>]]></body></message>",
  "<presence xml:lang='en'><show>dnd</show><status>busy</status><priority>-1</priority>" +
  "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:x' ver='abc='/></presence>",
  "<presence to='nobody@ship.example/x' type='unavailable'/>",
  "<presence to='alice@shore.example' type='subscribe' id='s1'/>",
  "<iq type='set' id='r1'><query xmlns='jabber:iq:roster'><item jid='bob@ship.example' name='Bob'>" +
  "<group>friends</group></item></query></iq>",
  "<iq type='get' id='r2'><query xmlns='jabber:iq:roster' ver=''/></iq>",
  "<iq type='get' id='d1' to='ship.example'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
  "<iq type='get' id='p1' to='ship.example'><ping xmlns='urn:xmpp:ping'/></iq>",
  "<iq type='result' id='q1' to='mallory@ship.example/other'/>",
  "<m:message xmlns:m='jabber:client' to='mallory@ship.example'><m:body>x</m:body></m:message>",
] as const;

const NASTY = [
  "<",
  ">",
  "/",
  "&",
  "'",
  '"',
  "]]>",
  "<![CDATA[",
  "\0",
  "\ufeff",
  "xmlns=''",
  "xmlns='jabber:server'",
  "</stream:stream>",
  "<a/>",
  "&#38;#38;",
  "type='error'",
  "to='@/'",
  "id=''",
] as const;

/** Ends every stream, wherever the bytes before have left the parser: in a text, a tag, a value or a section. */
const POISON = "]]>\"'><!-- -->";

/** Any stream error; or a good end, where the mutation has happened to close the stream. */
const ENDED: readonly Outcome[] = [
  "not-well-formed",
  "restricted-xml",
  "unsupported-encoding",
  "bad-namespace-prefix",
  "invalid-xml",
  "unsupported-stanza-type",
  "policy-violation",
  "not-authorized",
  "invalid-namespace",
  "host-unknown",
  "unsupported-version",
  "invalid-from",
  "bad-format",
  "improper-addressing",
  "unsupported-feature",
  "closed",
];

/** One change somewhere. */
export function mutate(bytes: Uint8Array, dice: Dice): Uint8Array {
  const from = dice.below(bytes.length);
  const to = Math.min(bytes.length, from + dice.between(1, 40));
  const [before, part, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
  switch (dice.below(7)) {
    case 0: {
      const flipped = Uint8Array.from(bytes);
      flipped[from] = (flipped[from] ?? 0) ^ (1 << dice.below(8));
      return flipped;
    }
    case 1:
      return join(before, after);
    case 2:
      return join(before, part, part, after);
    case 3:
      return join(before, dice.bytes(dice.between(1, 6)), part, after);
    case 4:
      return join(before, utf8(NASTY[dice.below(NASTY.length)] ?? ""), part, after);
    case 5:
      return join(after, part, before);
    default:
      return join(before, part);
  }
}

function mutant(original: string, dice: Dice): Uint8Array[] {
  let bytes = utf8(original);
  for (let changes = dice.between(1, 4); changes > 0 && bytes.length > 0; changes--) {
    bytes = mutate(bytes, dice);
  }
  return dice.cut(join(bytes, utf8(POISON)));
}

export const MUTATIONS: Kinds = {
  "a mutated login": (dice) => attack(mutant(LOGIN, dice), ENDED),
  "a login cut short": (dice) => {
    const short = LOGIN.slice(0, dice.between(1, LOGIN.length - 1));
    return attack(dice.cut(utf8(short + POISON)), ENDED);
  },
  "mutated stanzas": (dice) => {
    const stanzas = Array.from({ length: dice.between(1, 4) }, () => dice.pick(STANZAS)).join("");
    return attack(mutant(stanzas, dice), ENDED, { loggedIn: true });
  },
  "a stanza cut short": (dice) => {
    const stanza = dice.pick(STANZAS);
    const short = stanza.slice(0, dice.between(1, stanza.length - 1));
    return attack(dice.cut(utf8(short + POISON)), ENDED, { loggedIn: true });
  },
};
