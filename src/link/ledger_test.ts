import assert from "node:assert/strict";
import { Jid } from "../stanza/mod.ts";
import { PresenceLedger } from "./ledger.ts";
import { stanza } from "./testing/stanzas.ts";

const here = stanza("<presence/>");
const away = stanza("<presence><show>away</show></presence>");
const gone = stanza("<presence type='unavailable'/>");

Deno.test("presence repeats the last one that was sent to the same address", async (t) => {
  const rows: readonly (readonly [name: string, sent: string[], next: string, repeats: boolean])[] = [
    ["nothing was sent", [], "<presence/>", false],
    ["the same was sent", ["<presence/>"], "<presence/>", true],
    ["the same was sent under another id", ["<presence id='1'/>"], "<presence id='2'/>", true],
    [
      "another was sent after it",
      ["<presence/>", "<presence><show>xa</show></presence>"],
      "<presence/>",
      false,
    ],
    ["it was ended", ["<presence/>", "<presence type='unavailable'/>"], "<presence/>", false],
    [
      "all resources were ended",
      ["<presence/>", "<presence from='romeo@ship.example' type='unavailable'/>"],
      "<presence/>",
      false,
    ],
    [
      "another resource was ended",
      ["<presence/>", "<presence from='romeo@ship.example/bridge' type='unavailable'/>"],
      "<presence/>",
      true,
    ],
    ["it went to a full address", ["<presence to='juliet@shore.example/home'/>"], "<presence/>", false],
    ["it came from another resource", ["<presence from='romeo@ship.example/bridge'/>"], "<presence/>", false],
    ["unavailable presence", ["<presence type='unavailable'/>"], "<presence type='unavailable'/>", false],
    ["a subscription", ["<presence type='subscribe'/>"], "<presence type='subscribe'/>", false],
    ["a message", ["<message/>"], "<message/>", false],
    [
      "joining a room",
      ["<presence><x xmlns='http://jabber.org/protocol/muc'/></presence>"],
      "<presence><x xmlns='http://jabber.org/protocol/muc'/></presence>",
      false,
    ],
  ];
  for (const [name, sent, next, repeats] of rows) {
    await t.step(name, () => {
      const ledger = new PresenceLedger();
      for (const xml of sent) ledger.sent(stanza(xml));
      assert.equal(ledger.repeats(stanza(next)), repeats);
    });
  }
});

Deno.test("in a new epoch nothing counts as known, but what was announced may still be", () => {
  const ledger = new PresenceLedger();
  ledger.sent(here);
  ledger.beginEpoch();
  assert.equal(ledger.repeats(here), false);
  assert.equal(ledger.mayKnow(gone), true);
  ledger.sent(here);
  assert.equal(ledger.repeats(here), true);
  ledger.sent(gone);
  assert.equal(ledger.mayKnow(gone), false);
  assert.equal(ledger.size, 0);
});

Deno.test("the far side does not know a resource that was never announced", () => {
  const ledger = new PresenceLedger();
  assert.equal(ledger.mayKnow(gone), false);
  ledger.sent(away);
  assert.equal(ledger.mayKnow(gone), true);
  assert.equal(
    ledger.mayKnow(stanza("<presence from='romeo@ship.example/bridge' type='unavailable'/>")),
    false,
  );
});

Deno.test("what only rooms understand may always be known", () => {
  const leaving = "<presence type='unavailable'><x xmlns='http://jabber.org/protocol/muc#user'/></presence>";
  assert.equal(new PresenceLedger().mayKnow(stanza(leaving)), true);
});

Deno.test("after a question from the far side the same presence crosses again", () => {
  const ledger = new PresenceLedger();
  const bridge = stanza("<presence from='romeo@ship.example/bridge'/>");
  const toNurse = stanza("<presence to='nurse@shore.example'/>");
  for (const presence of [here, bridge, toNurse]) ledger.sent(presence);
  ledger.reopen(Jid.of("romeo@ship.example"), Jid.of("juliet@shore.example/home"));
  assert.deepEqual([here, bridge, toNurse].map((presence) => ledger.repeats(presence)), [false, false, true]);
  assert.equal(ledger.mayKnow(gone), true);
});

Deno.test("beyond its bound the ledger forgets the oldest accounts, and then takes nothing for unknown", () => {
  const ledger = new PresenceLedger(3);
  const others = ["a", "b", "c"].map((name) => stanza(`<presence to='${name}@shore.example'/>`));
  ledger.sent(here);
  for (const other of others) ledger.sent(other);
  assert.equal(ledger.size, 3);
  assert.equal(ledger.repeats(here), false);
  assert.deepEqual(others.map((other) => ledger.repeats(other)), [true, true, true]);
  assert.equal(ledger.mayKnow(gone), true);
});

Deno.test("an account that is announced again is not the oldest any more", () => {
  const ledger = new PresenceLedger(2);
  const other = stanza("<presence to='a@shore.example'/>");
  for (const presence of [here, other, away]) ledger.sent(presence);
  ledger.sent(stanza("<presence to='b@shore.example'/>"));
  assert.deepEqual([ledger.repeats(away), ledger.repeats(other)], [true, false]);
});
