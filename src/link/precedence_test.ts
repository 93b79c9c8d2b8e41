import assert from "node:assert/strict";
import { claimedPrecedence, lower } from "./precedence.ts";
import { stanza } from "./testing/stanzas.ts";
import { termsOf } from "./terms.ts";

const SHIM = "http://jabber.org/protocol/shim";

function headers(...pairs: readonly (readonly [name: string, value: string])[]): string {
  const all = pairs.map(([name, value]) => `<header name='${name}'>${value}</header>`);
  return `<headers xmlns='${SHIM}'>${all.join("")}</headers>`;
}

const CLAIMS: readonly (readonly [name: string, value: string, expected: string | undefined])[] = [
  ["Urgency", "high", "immediate"],
  ["Urgency", "medium", "priority"],
  ["Urgency", "low", "routine"],
  ["Precedence", "flash", "flash"],
  ["Precedence", "Immediate", "immediate"],
  ["Precedence", " PRIORITY ", "priority"],
  ["Precedence", "routine", "routine"],
  ["precedence", "Z", "flash"],
  ["Precedence", "O", "immediate"],
  ["Precedence", "P", "priority"],
  ["Precedence", "R", "routine"],
  ["Precedence", "5", "flash"],
  ["Precedence", "4", "flash"],
  ["Precedence", "3", "immediate"],
  ["Precedence", "2", "priority"],
  ["Precedence", "1", "routine"],
  ["Precedence", "0", "routine"],
  ["Precedence", "bulk", "routine"],
  ["Precedence", "special-delivery", "priority"],
  ["Precedence", "6", undefined],
  ["Precedence", "very soon please", undefined],
  ["Keywords", "flash", undefined],
];

Deno.test("the words of the headers are known", async (t) => {
  for (const [name, value, expected] of CLAIMS) {
    await t.step(`${name}: ${value}`, () => {
      assert.equal(claimedPrecedence(stanza(`<message>${headers([name, value])}</message>`)), expected);
    });
  }
});

Deno.test("the finer header is believed first, and what is not known is passed over", () => {
  const claim = (...pairs: readonly (readonly [string, string])[]) =>
    claimedPrecedence(stanza(`<message>${headers(...pairs)}</message>`));
  assert.equal(claim(["Urgency", "high"], ["Precedence", "priority"]), "priority");
  assert.equal(claim(["Precedence", "soonish"], ["Urgency", "low"]), "routine");
  assert.equal(claim(["Precedence", "soonish"], ["Precedence", "Z"]), "flash");
});

Deno.test("only messages claim a level, and only by headers of their own", () => {
  const claim = headers(["Precedence", "flash"]);
  const none = [
    `<message type='error'>${claim}</message>`,
    `<presence>${claim}</presence>`,
    `<iq type='get' id='1'><query xmlns='x'>${claim}</query></iq>`,
    `<message><forwarded xmlns='urn:xmpp:forward:0'>${claim}</forwarded></message>`,
    `<message><headers xmlns='urn:example:other'><header name='Precedence'>flash</header></headers></message>`,
    "<message><body>flash</body></message>",
  ];
  for (const xml of none) assert.equal(claimedPrecedence(stanza(xml)), undefined, xml);
});

Deno.test("a claim is bounded", () => {
  const flash = stanza(`<message>${headers(["Precedence", "flash"])}</message>`);
  assert.equal(termsOf(flash, "flash").precedence, "flash");
  assert.equal(termsOf(flash, "priority").precedence, "priority");
  assert.equal(termsOf(stanza("<message/>"), "flash").precedence, "routine");
  assert.equal(lower("immediate", "priority"), "priority");
  assert.equal(lower("priority", "immediate"), "priority");
});
