import assert from "node:assert/strict";
import { writeXml } from "../xml/mod.ts";
import { lateReply, lateRuleAt, lateRules, noticesAt, tooLateMs } from "./amp.ts";
import { readStored, storedXml } from "./stored.ts";
import { stanza } from "./testing/stanzas.ts";
import { ROUTINE, termsOf } from "./terms.ts";

const NOON = "2026-07-01T12:00:00Z";
const ONE = "2026-07-01T13:00:00Z";
const NOON_MS = Date.parse(NOON);
const ONE_MS = Date.parse(ONE);

function rule(action: string, value = NOON, condition = "expire-at"): string {
  return `<rule action='${action}' condition='${condition}' value='${value}'/>`;
}

function message(rules: string, attrs = ""): string {
  return `<message id='1'><body>x</body><amp xmlns='http://jabber.org/protocol/amp'${attrs}>${rules}</amp></message>`;
}

Deno.test("rules that are met by time are read, others are none of ours", () => {
  const read = (xml: string) => lateRules(stanza(xml));
  const noon = { atMs: NOON_MS };
  assert.deepEqual(read(message(rule("drop") + rule("error", ONE))), [
    { action: "drop", ...noon },
    { action: "error", atMs: ONE_MS },
  ]);
  assert.deepEqual(read(message(rule("alert") + rule("notify"))).map(({ action }) => action), [
    "alert",
    "notify",
  ]);
  assert.deepEqual(read(message(rule("drop", "2026-07-01T14:00:00.5+02:00"))), [
    { action: "drop", atMs: NOON_MS + 500 },
  ]);
  const none = [
    message(rule("drop", "stored", "deliver") + rule("drop", "exact", "match-resource")),
    message(rule("drop", "noon") + rule("drop", "2026-13-01T12:00:00Z") + rule("drop", "2026-07-01")),
    message(rule("explode")),
    message(rule("drop"), " status='alert'"),
    message(rule("drop")).replace("<message ", "<message type='error' "),
    message(rule("drop")).replaceAll("message", "presence"),
    "<message id='1'/>",
  ];
  for (const xml of none) assert.deepEqual(read(xml), [], xml);
  assert.equal(read(message(rule("drop").repeat(40))).length, 16, "no more than a bounded number");
});

Deno.test("the first rule that is met decides, and a notice overrides nothing", () => {
  const rules = lateRules(stanza(message(rule("notify") + rule("error", ONE) + rule("drop"))));
  assert.equal(tooLateMs(rules), NOON_MS);
  assert.equal(lateRuleAt(rules, NOON_MS - 1), undefined);
  assert.equal(lateRuleAt(rules, NOON_MS)?.action, "drop");
  assert.equal(lateRuleAt(rules, ONE_MS)?.action, "error", "it stands before the other");
  const notices = lateRules(stanza(message(rule("notify", ONE) + rule("notify"))));
  assert.equal(tooLateMs(notices), undefined);
  assert.deepEqual(noticesAt(notices, NOON_MS).map(({ atMs }) => atMs), [NOON_MS]);
  assert.equal(noticesAt(notices, ONE_MS).length, 2);
  assert.deepEqual(noticesAt(notices, NOON_MS - 1), []);
});

Deno.test("the sender is told in the form of XEP-0079", () => {
  const xml = message(rule("drop"));
  const told = (action: "alert" | "drop" | "error" | "notify") => {
    const reply = lateReply(stanza(xml), { action, atMs: NOON_MS });
    return reply && writeXml(reply.element).replaceAll("'", '"');
  };
  const addresses = `from="romeo@ship.example/deck" to="juliet@shore.example"`;
  const amp = (action: string) =>
    `<amp xmlns="http://jabber.org/protocol/amp" status="${action}" ${addresses}>` +
    `<rule action="${action}" condition="expire-at" value="${NOON}"/></amp>`;
  const head = `id="1" from="ship.example" to="romeo@ship.example/deck"`;
  assert.equal(told("drop"), undefined);
  assert.equal(told("alert"), `<message ${head}>${amp("alert")}</message>`);
  assert.equal(told("notify"), `<message ${head}>${amp("notify")}</message>`);
  assert.equal(
    told("error"),
    `<message type="error" ${head}>${amp("error")}<error type="modify">` +
      `<undefined-condition xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>` +
      `<failed-rules xmlns="http://jabber.org/protocol/amp#errors">` +
      `<rule action="error" condition="expire-at" value="${NOON}"/></failed-rules></error></message>`,
  );
});

Deno.test("terms outlive a restart, even when the stanza does not show them any more", () => {
  const full = stanza(message(rule("notify") + rule("drop", ONE)));
  const terms = { ...termsOf(full, "flash"), precedence: "flash", expiresMs: 5_000 } as const;
  const thinned = stanza("<message id='1'><body>x</body></message>");
  const xml = storedXml({ stanza: thinned, terms });
  const read = readStored({ id: 1, xml, receivedMs: 77 });
  assert.deepEqual(read.terms, terms);
  assert.equal(writeXml(read.stanza.element), writeXml(thinned.element));
  assert.equal(read.stanza.receivedMs, 77);
  const usual = storedXml({ stanza: thinned, terms: ROUTINE });
  assert.equal(usual, writeXml(thinned.element), "the usual needs no envelope");
  assert.equal(readStored({ id: 2, xml: usual, receivedMs: 0 }).terms, undefined);
});
