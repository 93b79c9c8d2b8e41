import assert from "node:assert/strict";
import fc from "fast-check";
import { RULE_NAMES, type RuleName } from "../../config/mod.ts";
import type { Stanza } from "../../stanza/mod.ts";
import { elementSizeBytes, writeXml } from "../../xml/mod.ts";
import { arbitraryStanza } from "../testing/arbitrary.ts";
import { element, stanza } from "../testing/stanzas.ts";
import { type Facts, type Outcome, RuleSet } from "./mod.ts";

const STATE = "xmlns='http://jabber.org/protocol/chatstates'";
const XHTML = "<html xmlns='http://jabber.org/protocol/xhtml-im'>" +
  "<body xmlns='http://www.w3.org/1999/xhtml'>hi</body></html>";
const CAPS = "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/>";
const AVATAR = "<x xmlns='vcard-temp:x:update'><photo>01ab</photo></x>";
const IDLE = "<idle xmlns='urn:xmpp:idle:1' since='2026-01-01T00:00:00Z'/>";
const DELAY = "<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>";
const LABEL = "<securitylabel xmlns='urn:xmpp:sec-label:0'><label/></securitylabel>";
const JOIN = "<x xmlns='http://jabber.org/protocol/muc'/>";
const OCCUPANT = "<x xmlns='http://jabber.org/protocol/muc#user'><item role='none'/><status code='110'/></x>";
const FMUC = "<fmuc xmlns='http://isode.com/protocol/fmuc' from='a@b/c'/>";
const REQUEST = "<request xmlns='urn:xmpp:receipts'/>";
const MARKABLE = "<markable xmlns='urn:xmpp:chat-markers:0'/>";
const SIACS = "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'/></encrypted>";
const OMEMO2 = "<encrypted xmlns='urn:xmpp:omemo:2'><payload>YQ==</payload></encrypted>";
const E2E = "<e2e xmlns='urn:ietf:params:xml:ns:xmpp-e2e'>YQ==</e2e>";
const OX = "<openpgp xmlns='urn:xmpp:openpgp:0'>YQ==</openpgp>";

const FACTS: Facts = { precedence: "routine", carrier: [] };

function applied(before: Stanza, rules: readonly RuleName[]): Outcome {
  return new RuleSet(rules, "out").apply(before, FACTS);
}

type Expected = "pass" | "drop" | { readonly rewrite: string };
type Row = readonly [name: string, rule: RuleName, xml: string, expected: Expected];

const ROWS: readonly Row[] = [
  ["a lone state", "drop-chat-states", `<message type='chat'><composing ${STATE}/></message>`, "drop"],
  [
    "a lone state in a room",
    "drop-chat-states",
    `<message type='groupchat'><paused ${STATE}/></message>`,
    "drop",
  ],
  [
    "a state and its thread",
    "drop-chat-states",
    `<message><gone ${STATE}/><thread>t</thread></message>`,
    "drop",
  ],
  [
    "a state with hints and ids",
    "drop-chat-states",
    `<message id='1'><composing ${STATE}/><no-store xmlns='urn:xmpp:hints'/>` +
    `<origin-id xmlns='urn:xmpp:sid:0' id='1'/></message>`,
    "drop",
  ],
  [
    "a state beside a body",
    "drop-chat-states",
    `<message type='chat'><body>hi</body><active ${STATE}/>${REQUEST}${MARKABLE}</message>`,
    { rewrite: `<message type='chat'><body>hi</body>${REQUEST}${MARKABLE}</message>` },
  ],
  [
    "a state beside a subject",
    "drop-chat-states",
    `<message><subject/><active ${STATE}/></message>`,
    { rewrite: "<message><subject/></message>" },
  ],
  [
    "a state beside encryption without a body",
    "drop-chat-states",
    `<message>${OMEMO2}<active ${STATE}/></message>`,
    { rewrite: `<message>${OMEMO2}</message>` },
  ],
  [
    "a state beside a receipt",
    "drop-chat-states",
    `<message><received xmlns='urn:xmpp:receipts' id='1'/><active ${STATE}/></message>`,
    { rewrite: "<message><received xmlns='urn:xmpp:receipts' id='1'/></message>" },
  ],
  [
    "a state under a security label",
    "drop-chat-states",
    `<message>${LABEL}<active ${STATE}/></message>`,
    { rewrite: `<message>${LABEL}</message>` },
  ],
  ["a message without a state", "drop-chat-states", "<message><body>hi</body></message>", "pass"],
  ["only a thread", "drop-chat-states", "<message><thread>t</thread></message>", "pass"],
  [
    "an error that returns a state",
    "drop-chat-states",
    `<message type='error'><composing ${STATE}/><error type='cancel'/></message>`,
    "pass",
  ],
  ["a state in an iq", "drop-chat-states", `<iq type='set' id='1'><active ${STATE}/></iq>`, "pass"],
  [
    "a body of another namespace beside a state",
    "drop-chat-states",
    `<message><body xmlns='urn:other'>x</body><active ${STATE}/></message>`,
    { rewrite: "<message><body xmlns='urn:other'>x</body></message>" },
  ],

  [
    "available presence as a phone sends it",
    "fold-presence",
    `<presence>${CAPS}<show>away</show>${AVATAR}<status xml:lang='de'>Wache</status>` +
    `<priority>5</priority>${IDLE}</presence>`,
    {
      rewrite:
        "<presence><show>away</show><status xml:lang='de'>Wache</status><priority>5</priority></presence>",
    },
  ],
  [
    "statuses in two languages",
    "fold-presence",
    `<presence>${CAPS}<status xml:lang='de'>Wache</status><status xml:lang='en'>on watch</status></presence>`,
    {
      rewrite:
        "<presence><status xml:lang='de'>Wache</status><status xml:lang='en'>on watch</status></presence>",
    },
  ],
  ["bare available presence", "fold-presence", "<presence><show>dnd</show></presence>", "pass"],
  [
    "unavailable presence",
    "fold-presence",
    `<presence type='unavailable'>${CAPS}<status>bye</status><priority>5</priority></presence>`,
    { rewrite: "<presence type='unavailable'><status>bye</status></presence>" },
  ],
  [
    "a delay",
    "fold-presence",
    `<presence>${DELAY}${CAPS}</presence>`,
    { rewrite: `<presence>${DELAY}</presence>` },
  ],
  [
    "a security label",
    "fold-presence",
    `<presence>${LABEL}${CAPS}</presence>`,
    { rewrite: `<presence>${LABEL}</presence>` },
  ],
  [
    "joining a room",
    "fold-presence",
    `<presence>${JOIN}${FMUC}${CAPS}</presence>`,
    { rewrite: `<presence>${JOIN}${FMUC}</presence>` },
  ],
  ["leaving a room", "fold-presence", `<presence type='unavailable'>${OCCUPANT}</presence>`, "pass"],
  ["a subscription request", "fold-presence", `<presence type='subscribe'>${CAPS}</presence>`, "pass"],
  ["an approval", "fold-presence", `<presence type='subscribed'>${CAPS}</presence>`, "pass"],
  ["a probe", "fold-presence", `<presence type='probe'>${CAPS}</presence>`, "pass"],
  ["an error", "fold-presence", `<presence type='error'>${CAPS}<error type='wait'/></presence>`, "pass"],
  ["capabilities in a message", "fold-presence", `<message>${CAPS}</message>`, "pass"],

  [
    "formatting beside a body",
    "strip-xhtml-im",
    `<message><body>hi</body>${XHTML}${MARKABLE}</message>`,
    { rewrite: `<message><body>hi</body>${MARKABLE}</message>` },
  ],
  ["formatting without a body", "strip-xhtml-im", `<message>${XHTML}</message>`, "pass"],
  ["a body alone", "strip-xhtml-im", "<message><body>hi</body></message>", "pass"],
  [
    "an error that returns formatting",
    "strip-xhtml-im",
    `<message type='error'><body>hi</body>${XHTML}<error type='cancel'/></message>`,
    "pass",
  ],
  ["another html", "strip-xhtml-im", "<message><body>hi</body><html xmlns='urn:other'/></message>", "pass"],
];

/** The XML of a stanza with the addresses that the test's stanzas get. */
function addressed(xml: string): string {
  return writeXml(stanza(xml).element);
}

Deno.test("each rule does what its table says", async (t) => {
  for (const [name, rule, xml, expected] of ROWS) {
    await t.step(`${rule}: ${name}`, () => {
      const before = stanza(xml);
      const { verdicts: [verdict], result } = applied(before, [rule]);
      const action = typeof expected === "string" ? expected : "rewrite";
      assert.equal(verdict?.action ?? "pass", action);
      assert.notEqual(verdict?.why, "", "whoever acts says why");
      if (typeof expected === "object" && result !== undefined) {
        assert.equal(writeXml(result.element), addressed(expected.rewrite));
      }
      assert.equal(result === undefined, action === "drop");
      const left = result === undefined ? 0 : elementSizeBytes(result.element);
      assert.equal(verdict?.savedBytes ?? 0, elementSizeBytes(before.element) - left);
    });
  }
});

Deno.test("rules run in the order given, each on what the one before it left", () => {
  const message = stanza(`<message><body>hi</body><active ${STATE}/>${XHTML}</message>`);
  const forward = applied(message, ["drop-chat-states", "strip-xhtml-im", "fold-presence"]);
  assert.deepEqual(
    forward.verdicts.map(({ rule, action }) => `${rule} ${action}`),
    ["drop-chat-states rewrite", "strip-xhtml-im rewrite"],
  );
  const backward = applied(message, ["strip-xhtml-im", "drop-chat-states"]);
  assert.deepEqual(
    backward.verdicts.map(({ rule, action }) => `${rule} ${action}`),
    ["strip-xhtml-im rewrite", "drop-chat-states rewrite"],
  );
  assert.equal(
    forward.result && writeXml(forward.result.element),
    addressed("<message><body>hi</body></message>"),
  );
});

Deno.test("no rule is asked about a stanza that one before it dropped", () => {
  const { verdicts, result } = applied(
    stanza(`<message><composing ${STATE}/></message>`),
    ["drop-chat-states", "strip-xhtml-im"],
  );
  assert.deepEqual(verdicts.map(({ rule }) => rule), ["drop-chat-states"]);
  assert.equal(result, undefined);
});

Deno.test("without rules a stanza passes as the same object", () => {
  const presence = stanza(`<presence>${CAPS}</presence>`);
  assert.equal(applied(presence, []).result, presence);
});

const anyRules = fc.shuffledSubarray([...RULE_NAMES]);

Deno.test("rules never make a stanza longer, and what is saved is what is missing", () => {
  fc.assert(fc.property(arbitraryStanza, anyRules, (before, rules) => {
    const { verdicts, result } = applied(before, rules);
    const left = result === undefined ? 0 : elementSizeBytes(result.element);
    const savedBytes = verdicts.reduce((sum, verdict) => sum + verdict.savedBytes, 0);
    assert.equal(savedBytes, elementSizeBytes(before.element) - left);
    assert.ok(verdicts.every((verdict) => verdict.savedBytes >= 0));
  }));
});

Deno.test("rules find nothing to do in what they left", () => {
  fc.assert(fc.property(arbitraryStanza, anyRules, (before, rules) => {
    const { result } = applied(before, rules);
    if (result === undefined) return;
    assert.deepEqual(applied(result, rules), { ...applied(result, []), result });
  }));
});

Deno.test("what rules leave is well-formed and says the same when it has been read again", () => {
  fc.assert(fc.property(arbitraryStanza, anyRules, (before, rules) => {
    const { result } = applied(before, rules);
    if (result === undefined) return;
    const written = writeXml(result.element);
    assert.equal(writeXml(element(written)), written);
  }));
});

Deno.test("rules leave the stanza they were given as it was", () => {
  fc.assert(fc.property(arbitraryStanza, anyRules, (before, rules) => {
    const written = writeXml(before.element);
    applied(before, rules);
    assert.equal(writeXml(before.element), written);
  }));
});

Deno.test("rules drop no presence, and touch nothing of what decides about it", () => {
  fc.assert(fc.property(arbitraryStanza, anyRules, (before, rules) => {
    if (before.kind === "message") return;
    const { result } = applied(before, rules);
    if (result === undefined) throw new Error("dropped");
    assert.equal(result.type, before.type);
    const isState = before.kind === "presence" && (before.type === "" || before.type === "unavailable");
    if (!isState) assert.equal(result, before);
  }));
});

Deno.test("rules leave encryption, receipts, markers and labels of messages in place", () => {
  const untouchable = [SIACS, OMEMO2, OX, E2E, REQUEST, MARKABLE, LABEL];
  fc.assert(fc.property(
    arbitraryStanza,
    fc.shuffledSubarray(untouchable, { minLength: 1 }),
    anyRules,
    (before, payloads, rules) => {
      if (before.kind !== "message") return;
      const xml = writeXml(before.element).replace(/\/>$/, "></message>");
      const loaded = stanza(xml.replace("</message>", `${payloads.join("")}</message>`));
      const { result } = applied(loaded, rules);
      if (result === undefined) throw new Error("dropped");
      for (const payload of payloads) assert.ok(writeXml(result.element).includes(payload), payload);
    },
  ));
});
