import assert from "node:assert/strict";
import { copy, xml } from "../xml/mod.ts";
import {
  dateTime,
  isStanzaElement,
  Jid,
  messageType,
  NS,
  stanzaOf,
  subscriptionType,
  withDelay,
} from "./mod.ts";

const romeo = Jid.of("romeo@ship.example/deck");
const juliet = Jid.of("juliet@shore.example");
const origin = { kind: "c2s", name: "" } as const;

Deno.test("a stanza carries its addresses as fields and as attributes", () => {
  const element = xml(
    "message",
    { type: "chat", id: "1", to: "JULIET@shore.example" },
    xml("body", {}, "hi"),
  );
  const stanza = stanzaOf(element, romeo, juliet, origin, 5);
  assert.deepEqual(stanza.element.attrs, {
    type: "chat",
    id: "1",
    from: "romeo@ship.example/deck",
    to: "juliet@shore.example",
  });
  assert.equal(element.attrs.to, "JULIET@shore.example", "the element given stays as it was");
  assert.equal(stanza.element.getChildText("body"), "hi");
});

Deno.test("only message, presence and iq of the stream's own namespace are stanzas", () => {
  assert.ok(isStanzaElement(xml("iq")));
  assert.ok(!isStanzaElement(xml("iq", { xmlns: "urn:other" })));
  assert.ok(!isStanzaElement(xml("body")));
  assert.throws(() => stanzaOf(xml("body"), romeo, juliet, origin, 0), TypeError);
});

Deno.test("a message of unknown type is a normal one", () => {
  const typed = (type?: string) => messageType(stanzaOf(xml("message", { type }), romeo, juliet, origin, 0));
  assert.deepEqual([
    typed(),
    typed("chat"),
    typed("groupchat"),
    typed("headline"),
    typed("error"),
    typed("x"),
  ], [
    "normal",
    "chat",
    "groupchat",
    "headline",
    "error",
    "normal",
  ]);
});

Deno.test("four types of presence are about subscriptions", () => {
  const typed = (type?: string) =>
    subscriptionType(stanzaOf(xml("presence", { type }), romeo, juliet, origin, 0));
  assert.deepEqual(
    ["subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe", undefined].map(typed),
    [
      "subscribe",
      "subscribed",
      "unsubscribe",
      "unsubscribed",
      undefined,
      undefined,
    ],
  );
});

Deno.test("the first delay stamp stays", () => {
  const once = withDelay(xml("message", {}, xml("body", {}, "hi")), "ship.example", Date.UTC(2026, 6, 1, 10));
  assert.deepEqual(once.getChild("delay", NS.DELAY)?.attrs, {
    xmlns: NS.DELAY,
    from: "ship.example",
    stamp: "2026-07-01T10:00:00Z",
  });
  assert.equal(withDelay(once, "shore.example", 0), once);
  assert.equal(dateTime(1_500), "1970-01-01T00:00:01Z");
});

Deno.test("a copy shares nothing with its original", () => {
  const original = xml("message", { id: "1" }, xml("body", {}, "hi"));
  const changed = copy(original, { attrs: { id: undefined, to: "x" } });
  changed.getChild("body")?.append("!");
  assert.equal(original.getChildText("body"), "hi");
  assert.deepEqual(changed.attrs, { to: "x" });
});
