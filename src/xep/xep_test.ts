import assert from "node:assert/strict";
import { nullLog } from "../base/mod.ts";
import { type Feature, type IqAnswer, IqTable, Router } from "../router/mod.ts";
import { VirtualClock } from "../sim/mod.ts";
import { Jid, NS, type Stanza, stanzaOf } from "../stanza/mod.ts";
import { type Element, xml } from "../xml/mod.ts";
import { disco, entityTime, lastActivity, ping, ServerAddress, softwareVersion, vcard } from "./mod.ts";

const romeo = Jid.of("romeo@ship.example/deck");
const mallory = Jid.of("mallory@shore.example/lair");
const server = Jid.of("ship.example");

const features: Feature[] = [
  disco({
    serverFeatures: [NS.PING, NS.DISCO_INFO],
    accountFeatures: [NS.PING],
    maySee: (account, requester) => account.equals(requester.bare),
  }),
  softwareVersion("1.2.3"),
  ping,
  entityTime(new VirtualClock(Date.UTC(2026, 6, 1, 12, 30))),
];

/** What the server's own address answers to an element from Romeo. */
function ask(element: Element): Element | undefined {
  const answers: Stanza[] = [];
  const router = new Router(nullLog);
  router.use([
    new ServerAddress("ship.example", router, new IqTable(features.map((feature) => feature.serverIq))),
    { name: "all", accept: (stanza) => answers.push(stanza) > 0 },
  ]);
  router.route(stanzaOf(element, romeo, server, { kind: "c2s", name: "" }, 0));
  assert.ok(answers.length <= 1);
  return answers[0]?.element;
}

function get(payload: Element): Element | undefined {
  return ask(xml("iq", { type: "get", id: "1" }, payload));
}

Deno.test("disco#info tells what the server is and can do (XEP-0030 section 3.1)", () => {
  const query = get(xml("query", { xmlns: NS.DISCO_INFO }))?.getChild("query", NS.DISCO_INFO);
  assert.deepEqual(query?.getChild("identity")?.attrs, { category: "server", type: "im", name: "Halyard" });
  assert.deepEqual(query?.getChildren("feature").map((f) => f.attrs.var), [NS.DISCO_INFO, NS.PING].sort());
});

Deno.test("a node that is not there is not found", () => {
  const reply = get(xml("query", { xmlns: NS.DISCO_ITEMS, node: "x" }));
  assert.ok(reply?.getChild("error")?.getChild("item-not-found"));
});

Deno.test("an account is shown only to who may see it", () => {
  const table = new IqTable(features.map((feature) => feature.accountIq));
  const from = (jid: Jid) =>
    table.answer(
      stanzaOf(
        xml("iq", { type: "get", id: "1" }, xml("query", { xmlns: NS.DISCO_INFO })),
        jid,
        romeo.bare,
        { kind: "c2s", name: "" },
        0,
      ),
    );
  const own = from(romeo);
  assert.ok("result" in own);
  assert.deepEqual(own.result?.getChild("identity")?.attrs, { category: "account", type: "registered" });
  assert.deepEqual(from(mallory), { error: { condition: "service-unavailable" } });
});

/** What an account's bare address answers. */
function askAccount(feature: Feature, element: Element, from: Jid): IqAnswer {
  const stanza = stanzaOf(element, from, romeo.bare, { kind: "c2s", name: "" }, 0);
  return new IqTable([feature.accountIq]).answer(stanza);
}

Deno.test("a vCard is set by its owner, within the bound, and got by anybody (XEP-0054)", () => {
  const kept = new Map<string, string>();
  const store = {
    get: (owner: string) => kept.get(owner),
    put: (owner: string, text: string) => kept.set(owner, text) !== undefined,
  };
  const feature = vcard(store, 100);
  const card = (name: string) => xml("vCard", { xmlns: NS.VCARD }, xml("FN", {}, name));
  const set = (name: string, from: Jid) => askAccount(feature, xml("iq", { type: "set" }, card(name)), from);
  const get = (from: Jid) =>
    askAccount(feature, xml("iq", { type: "get" }, xml("vCard", { xmlns: NS.VCARD })), from);
  assert.deepEqual(get(romeo), { error: { condition: "item-not-found" } });
  assert.deepEqual(get(mallory), { error: { condition: "service-unavailable" } });
  assert.deepEqual(set("Romeo", mallory), { error: { condition: "forbidden" } });
  assert.deepEqual(set("Romeo", romeo), { result: undefined });
  const answer = get(mallory);
  assert("result" in answer);
  assert.equal(answer.result?.getChildText("FN"), "Romeo");
  const tooLarge = set("R".repeat(100), romeo);
  assert.equal("error" in tooLarge && tooLarge.error.condition, "not-acceptable");
});

Deno.test("last activity is told to those who see the account's presence (XEP-0012)", () => {
  let isThere = true;
  const seenMs = new Map<string, number>();
  const feature = lastActivity({
    clock: new VirtualClock(100_000),
    maySee: (_, requester) => !requester.equals(mallory),
    isAvailable: () => isThere,
    lastSeenMs: (username) => seenMs.get(username),
  });
  const get = (from: Jid) =>
    askAccount(feature, xml("iq", { type: "get" }, xml("query", { xmlns: NS.LAST_ACTIVITY })), from);
  const seconds = () => {
    const answer = get(romeo);
    return "result" in answer ? answer.result?.attrs.seconds : answer.error.condition;
  };
  assert.deepEqual(get(mallory), { error: { condition: "service-unavailable" } });
  assert.equal(seconds(), "0");
  isThere = false;
  assert.equal(seconds(), "item-not-found");
  seenMs.set("romeo", 40_000);
  assert.equal(seconds(), "60");
});

Deno.test("version, ping and time are answered", () => {
  const version = get(xml("query", { xmlns: NS.VERSION }))?.getChild("query", NS.VERSION);
  assert.deepEqual([version?.getChildText("name"), version?.getChildText("version")], ["Halyard", "1.2.3"]);
  const pong = get(xml("ping", { xmlns: NS.PING }));
  assert.equal(pong?.attrs.type, "result");
  assert.equal(pong?.children.length, 0);
  const time = get(xml("time", { xmlns: NS.TIME }))?.getChild("time", NS.TIME);
  assert.deepEqual([time?.getChildText("tzo"), time?.getChildText("utc")], [
    "+00:00",
    "2026-07-01T12:30:00Z",
  ]);
});

Deno.test("messages to the server are refused, presence is dropped, unknown requests are refused", () => {
  assert.ok(
    ask(xml("message", {}, xml("body", {}, "hi")))?.getChild("error")?.getChild("service-unavailable"),
  );
  assert.equal(ask(xml("presence")), undefined);
  assert.ok(get(xml("q", { xmlns: "urn:x" }))?.getChild("error")?.getChild("service-unavailable"));
});
