import fc from "fast-check";
import type { Stanza } from "../../stanza/mod.ts";
import { escapeText } from "../../xml/mod.ts";
import { stanza } from "./stanzas.ts";

const text = fc.string({ unit: "grapheme", maxLength: 20 }).map(escapeText);

const messagePart = fc.oneof(
  text.map((body) => `<body>${body}</body>`),
  text.map((subject) => `<subject>${subject}</subject>`),
  fc.constantFrom("active", "composing", "paused", "inactive", "gone").map((state) =>
    `<${state} xmlns='http://jabber.org/protocol/chatstates'/>`
  ),
  fc.constantFrom(
    "<thread>t1</thread>",
    "<no-store xmlns='urn:xmpp:hints'/>",
    "<origin-id xmlns='urn:xmpp:sid:0' id='o1'/>",
    "<request xmlns='urn:xmpp:receipts'/>",
    "<received xmlns='urn:xmpp:receipts' id='m0'/>",
    "<displayed xmlns='urn:xmpp:chat-markers:0' id='m0'/>",
    "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>x</body></html>",
    "<encrypted xmlns='urn:xmpp:omemo:2'><payload>YQ==</payload></encrypted>",
    "<securitylabel xmlns='urn:xmpp:sec-label:0'><label/></securitylabel>",
    "<body xmlns='urn:example:other'>not a body</body>",
  ),
);

const presencePart = fc.oneof(
  fc.constantFrom("away", "chat", "dnd", "xa").map((show) => `<show>${show}</show>`),
  text.map((status) => `<status xml:lang='de'>${status}</status>`),
  fc.integer({ min: -128, max: 127 }).map((priority) => `<priority>${priority}</priority>`),
  fc.constantFrom(
    "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/>",
    "<x xmlns='vcard-temp:x:update'><photo/></x>",
    "<idle xmlns='urn:xmpp:idle:1' since='2026-01-01T00:00:00Z'/>",
    "<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>",
    "<x xmlns='http://jabber.org/protocol/muc'/>",
    "<show xmlns='urn:example:other'>not a show</show>",
  ),
);

function stanzas(kind: string, types: readonly string[], part: fc.Arbitrary<string>): fc.Arbitrary<Stanza> {
  return fc.record({
    type: fc.constantFrom("", ...types),
    id: fc.constantFrom("", "i1"),
    parts: fc.array(part, { maxLength: 6 }),
  }).map(({ type, id, parts }) => {
    const attrs = (type === "" ? "" : ` type='${type}'`) + (id === "" ? "" : ` id='${id}'`);
    return stanza(`<${kind}${attrs}>${parts.join("")}</${kind}>`);
  });
}

/** Stanzas of every kind and type, with the parts that rules look at and parts that only look like them. */
export const arbitraryStanza: fc.Arbitrary<Stanza> = fc.oneof(
  stanzas("message", ["chat", "error", "groupchat", "headline", "normal"], messagePart),
  stanzas(
    "presence",
    ["unavailable", "subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe", "error"],
    presencePart,
  ),
  stanzas("iq", ["get", "set", "result", "error"], presencePart),
);
