import assert from "node:assert/strict";
import { nullLog } from "../base/mod.ts";
import { Jid, NS, type Stanza, stanzaOf } from "../stanza/mod.ts";
import { type Element, xml } from "../xml/mod.ts";
import { errorReply, type Feature, type Hop, IqTable, resultReply, Router } from "./mod.ts";

const ship = Jid.of("romeo@ship.example/deck");
const shore = Jid.of("juliet@shore.example/home");

function stanza(element: Element, from = ship, to = shore): Stanza {
  return stanzaOf(element, from, to, { kind: "c2s", name: "" }, 0);
}

function hop(name: string, domain: string, taken: Stanza[]): Hop {
  return {
    name,
    accept(stanza) {
      if (stanza.to.domain !== domain) return false;
      taken.push(stanza);
      return true;
    },
  };
}

Deno.test("the first hop that accepts a stanza is the last to see it", () => {
  const first: Stanza[] = [];
  const second: Stanza[] = [];
  const router = new Router(nullLog);
  router.use([hop("first", "shore.example", first), hop("second", "shore.example", second)]);
  router.route(stanza(xml("message", {}, xml("body", {}, "hi"))));
  assert.deepEqual([first.length, second.length], [1, 0]);
});

Deno.test("what no hop accepts is bounced to its sender, once", () => {
  const home: Stanza[] = [];
  const router = new Router(nullLog);
  router.use([hop("home", "ship.example", home)]);
  router.route(stanza(xml("message", { id: "m1" })));
  assert.equal(home.length, 1);
  assert.equal(home[0]?.type, "error");
  assert.equal(home[0]?.id, "m1");
  assert.ok(home[0]?.element.getChild("error")?.getChild("remote-server-not-found", NS.STANZA_ERRORS));
  router.route(stanza(xml("message", { type: "error" })));
  assert.equal(home.length, 1, "an error is never answered");
});

const UNANSWERED: readonly [why: string, element: Element][] = [
  ["an error", xml("iq", { type: "error", id: "1" })],
  ["a result", xml("iq", { type: "result", id: "1" })],
  ["unavailable presence", xml("presence", { type: "unavailable" })],
];

Deno.test("errors answer only what may be answered", async (t) => {
  for (const [why, element] of UNANSWERED) {
    await t.step(why, () => assert.equal(errorReply(stanza(element), { condition: "conflict" }), undefined));
  }
  const reply = errorReply(stanza(xml("iq", { type: "get", id: "7" })), {
    condition: "forbidden",
    text: "no",
  });
  assert.deepEqual(reply?.element.attrs, { type: "error", id: "7", from: `${shore}`, to: `${ship}` });
  assert.equal(reply?.element.getChild("error")?.attrs.type, "auth");
});

const table = new IqTable([
  { "get {urn:a}q": () => ({ result: xml("q", { xmlns: "urn:a" }) }) },
  { "set {urn:a}q": () => ({ error: { condition: "not-allowed" } }) },
]);

Deno.test("a request is answered by who knows its payload", () => {
  const ask = (type: string, ...children: Element[]) =>
    table.answer(stanza(xml("iq", { type }, ...children)));
  const q = () => xml("q", { xmlns: "urn:a" });
  assert.ok("result" in ask("get", q()));
  assert.deepEqual(ask("set", q()), { error: { condition: "not-allowed" } });
  assert.deepEqual(ask("get", xml("q", { xmlns: "urn:b" })), { error: { condition: "service-unavailable" } });
  for (const wrong of [ask("get"), ask("get", q(), q())]) {
    assert.equal("error" in wrong && wrong.error.condition, "bad-request");
  }
});

Deno.test("two features may not claim one request", () => {
  const feature: NonNullable<Feature["serverIq"]> = { "get {urn:a}q": () => ({ result: undefined }) };
  assert.throws(() => new IqTable([feature, { ...feature }]), /two features claim it/);
});

Deno.test("a result goes back to who asked, with the request's id", () => {
  const reply = resultReply(stanza(xml("iq", { type: "get", id: "9" })));
  assert.deepEqual(reply.element.attrs, { type: "result", id: "9", from: `${shore}`, to: `${ship}` });
});
