import assert from "node:assert/strict";
import fc from "fast-check";
import { parseConfig, presetRules, type RuleConfig } from "../../config/mod.ts";
import { type Stanza, subscriptionType } from "../../stanza/mod.ts";
import { elementSizeBytes, writeXml } from "../../xml/mod.ts";
import { isRoomPresence } from "../rooms.ts";
import { arbitraryStanza } from "../testing/arbitrary.ts";
import { element, stanza } from "../testing/stanzas.ts";
import { type Facts, type Outcome, RuleSet } from "./mod.ts";

const FACTS: Facts = { precedence: "routine", carrier: ["tcp", "1"] };

/** Rules as an operator writes them, a line each. */
function rules(...lines: readonly string[]): readonly RuleConfig[] {
  if (lines.length === 0) return [];
  const list = lines.map((line) => `      - ${line}\n`).join("");
  const text =
    "domain: a\npeers:\n  b:\n    domains: [b]\n    carriers: [{ tcp: { connect: 'b:1' } }, { tcp: { connect: 'b:2' } }]\n" +
    `    rules:\n${list}`;
  const parsed = parseConfig(text, "f");
  assert.ok("config" in parsed, JSON.stringify(parsed));
  return parsed.config.peers.get("b")?.rules ?? [];
}

function play(xml: string, lines: readonly string[], facts: Partial<Facts> = {}): Outcome {
  return new RuleSet(rules(...lines), "out").apply(stanza(xml), { ...FACTS, ...facts });
}

/** What became of it, in a few words. */
function fate(outcome: Outcome): string {
  const { result, answer, precedence, expireMs, holdMs } = outcome;
  if (result === undefined) return answer === undefined ? "dropped" : `answered ${answer}`;
  const terms = [precedence, expireMs && `expires ${expireMs}`, holdMs && `held ${holdMs}`].filter(Boolean);
  const names = result.element.children.map((child) => typeof child === "string" ? "text" : child.name);
  return [`<${names.join(" ")}>`, ...terms].join(" ");
}

const CHAT = "<message type='chat'><body>hi</body><thread>t</thread><x xmlns='urn:example:x'/></message>";
const QUESTION = "<iq type='get' id='p1' from='ship.example' to='shore.example'>" +
  "<known xmlns='urn:halyard:0'/></iq>";
const GET = "<iq type='get' id='1'><vCard xmlns='vcard-temp'/></iq>";
const PING = "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>";
const AWAY = "<presence><show>away</show><status>s</status><priority>5</priority></presence>";

const MATCHES: readonly (readonly [match: string, xml: string, isMeant: boolean])[] = [
  ["{}", CHAT, true],
  ["{ kind: message }", CHAT, true],
  ["{ kind: [presence, iq] }", CHAT, false],
  ["{ type: chat }", CHAT, true],
  ["{ type: normal }", "<message><body>x</body></message>", true],
  ["{ type: normal }", "<message type='odd'><body>x</body></message>", true],
  ["{ kind: presence, type: available }", AWAY, true],
  ["{ type: available }", CHAT, false],
  ["{ from: 'romeo@ship.example' }", CHAT, true],
  ["{ from: 'ROMEO@Ship.example' }", CHAT, true],
  ["{ from: 'romeo@ship.example/deck' }", CHAT, true],
  ["{ from: 'romeo@ship.example/cabin' }", CHAT, false],
  ["{ from: '*@ship.example' }", CHAT, true],
  ["{ from: 'r*o@*.example' }", CHAT, true],
  ["{ from: 'ship.example' }", CHAT, true],
  ["{ from: '*.example' }", CHAT, true],
  ["{ from: 'ship' }", CHAT, false],
  ["{ from: ['a@b', 'romeo@*'] }", CHAT, true],
  ["{ to: 'juliet@shore.example' }", CHAT, true],
  ["{ to: '*/home' }", CHAT, false],
  ["{ child: 'urn:example:x' }", CHAT, true],
  ["{ child: 'urn:example:*' }", CHAT, true],
  ["{ child: body }", CHAT, true],
  ["{ child: x }", CHAT, false],
  ["{ child: '{urn:example:x}x' }", CHAT, true],
  ["{ child: '{urn:example:x}y' }", CHAT, false],
  ["{ child: [subject, thread] }", CHAT, true],
  ["{ child: vcard-temp }", GET, true],
  ["{ child: '{jabber:client}body' }", CHAT, true],
  ["{ child: '{jabber:client}html' }", CHAT, false],
  ["{ show: away }", AWAY, true],
  ["{ show: [dnd, xa] }", AWAY, false],
  ["{ show: away }", "<message><show>away</show></message>", false],
  ["{ size: 100B }", CHAT, true],
  ["{ size: 2KiB }", CHAT, false],
  ["{ precedence: [routine, priority] }", CHAT, true],
  ["{ precedence: flash }", CHAT, false],
  ["{ carrier: tcp }", CHAT, true],
  ["{ carrier: '1' }", CHAT, true],
  ["{ carrier: [stanag5066, '2'] }", CHAT, false],
];

Deno.test("a rule is for the stanzas of which all it names is true", async (t) => {
  for (const [match, xml, isMeant] of MATCHES) {
    await t.step(`${match}: ${xml.slice(0, 40)}`, () => {
      const { precedence } = play(xml, [`{ match: ${match}, precedence: flash }`]);
      assert.equal(precedence === "flash", isMeant);
    });
  }
});

const OMEMO = "<encrypted xmlns='urn:xmpp:omemo:2'><payload>YQ==</payload></encrypted>";
const LABEL = "<securitylabel xmlns='urn:xmpp:sec-label:0'/>";
const JOIN = "<x xmlns='http://jabber.org/protocol/muc'/>";

const FATES: readonly (readonly [name: string, xml: string, rules: readonly string[], fate: string])[] = [
  ["drop", CHAT, ["{ drop: true }"], "dropped"],
  ["a dropped request is answered", GET, ["{ drop: true }"], "answered service-unavailable"],
  ["with the error that is asked for", GET, ["{ answer: forbidden }"], "answered forbidden"],
  ["or out of the cache", GET, ["{ answer: cached }"], "answered cached"],
  ["which holds nothing for a message", CHAT, ["{ answer: cached }"], "answered service-unavailable"],
  ["nor for a request to set something", GET.replace("get", "set"), [
    "{ answer: cached }",
  ], "answered service-unavailable"],
  ["a message too", CHAT, ["{ answer: not-acceptable }"], "answered not-acceptable"],
  [
    "requests are allowed and denied by payload",
    PING,
    ["{ match: { kind: iq, child: 'urn:xmpp:ping' }, allow: true }", "{ match: { kind: iq }, drop: true }"],
    "<ping>",
  ],
  [
    "the first that is for it decides",
    GET,
    ["{ answer: forbidden }", "{ allow: true }"],
    "answered forbidden",
  ],
  ["a result always crosses", "<iq type='result' id='1'/>", ["{ drop: true }"], "<>"],
  ["and an error", "<message type='error'><error/></message>", ["{ drop: true, keep: [body] }"], "<error>"],
  ["available presence may be dropped", AWAY, ["{ drop: true }"], "dropped"],
  ["its end may not", "<presence type='unavailable'/>", ["{ drop: true, fold-presence: none }"], "<>"],
  ["nor a subscription", "<presence type='subscribe'><status>s</status></presence>", [
    "{ drop: true, fold-presence: none, strip: [status] }",
  ], "<status>"],
  ["nor a probe", "<presence type='probe'/>", ["{ answer: forbidden }"], "<>"],
  ["nor what stands for many probes", QUESTION, ["{ answer: forbidden }"], "<known>"],
  [
    "which a client cannot make of his request",
    QUESTION.replace("'ship.example'", "'romeo@ship.example/deck'"),
    ["{ answer: forbidden }"],
    "answered forbidden",
  ],
  ["nor what joins a room", `<presence>${JOIN}</presence>`, ["{ drop: true, fold-presence: none }"], "<x>"],
  ["keep", CHAT, ["{ keep: [body] }"], "<body>"],
  ["keep a namespace", CHAT, ["{ keep: ['urn:example:x'] }"], "<x>"],
  ["of which nothing is left", CHAT, ["{ keep: [subject] }"], "dropped"],
  ["an empty message is no less than it was", "<message/>", ["{ keep: [body] }"], "<>"],
  ["strip", CHAT, ["{ strip: [thread, 'urn:example:x'] }"], "<body>"],
  ["strip of presence", AWAY, ["{ strip: [status] }"], "<show priority>"],
  ["nothing is taken out of an iq", GET, ["{ keep: [x], strip: [vcard-temp] }"], "<vCard>"],
  [
    "what is encrypted or labelled stays",
    `<message><body>fallback</body>${OMEMO}${LABEL}</message>`,
    ["{ keep: [], strip: ['*'] }"],
    "<encrypted securitylabel>",
  ],
  ["an exception stands before the rule", CHAT, [
    "{ match: { from: 'romeo@*' }, strip: [] }",
    "{ strip: [thread] }",
  ], "<body thread x>"],
  ["what one leaves, the next may be for", CHAT, [
    "{ match: { child: thread }, strip: [thread] }",
    "{ strip: ['urn:example:x'] }",
  ], "<body>"],
  [
    "presence in full",
    AWAY,
    ["{ fold-presence: full }", "{ fold-presence: none }"],
    "<show status priority>",
  ],
  ["what people read", `${AWAY.replace("</presence>", "<c xmlns='urn:c'/></presence>")}`, [
    "{ fold-presence: show-and-status }",
  ], "<show status priority>"],
  ["only whether somebody is there", AWAY, ["{ fold-presence: online-offline }"], "<priority>"],
  ["whatever he says when he goes", "<presence type='unavailable'><status>bye</status></presence>", [
    "{ fold-presence: online-offline }",
  ], "<>"],
  ["no presence", AWAY, ["{ fold-presence: none }"], "dropped"],
  [
    "terms",
    CHAT,
    ["{ precedence: priority, expire: 10m, hold: 1m }"],
    "<body thread x> priority expires 600000 held 60000",
  ],
  ["terms are decided one by one", CHAT, [
    "{ precedence: priority }",
    "{ precedence: flash, expire: 10m }",
  ], "<body thread x> priority expires 600000"],
  ["a request does not wait for company", GET, ["{ hold: 1m }"], "<vCard>"],
  ["nor does who has gone", "<presence type='unavailable'/>", ["{ hold: 1m, expire: 1m }"], "<>"],
  [
    "what always crosses does not die by a rule: the question of a server",
    QUESTION,
    ["{ expire: 1s }"],
    "<known>",
  ],
  ["nor does a result", "<iq type='result' id='1'><x xmlns='y'/></iq>", ["{ expire: 1s }"], "<x>"],
  ["nor an error", "<message type='error' id='1'><x xmlns='y'/></message>", ["{ expire: 1s }"], "<x>"],
  ["a request may", GET, ["{ expire: 1s }"], "<vCard> expires 1000"],
  ["rules of the other direction are none", CHAT, ["{ direction: in, drop: true }"], "<body thread x>"],
  ["those of both are", CHAT, ["{ direction: both, drop: true }"], "dropped"],
];

Deno.test("each action does what it says, and never what it must not", async (t) => {
  for (const [name, xml, lines, expected] of FATES) {
    await t.step(name, () => assert.equal(fate(play(xml, lines)), expected));
  }
});

Deno.test("what is done has the name of the rule or its place, and a reason", () => {
  const { verdicts } = play(CHAT, [
    "strip-xhtml-im",
    "{ strip: [thread] }",
    "{ name: only-text, keep: [body] }",
  ]);
  assert.deepEqual(verdicts.map(({ rule, action, why }) => [rule, action, why]), [
    ["rule 2", "rewrite", "children listed to be stripped"],
    ["only-text", "rewrite", "children not listed to be kept"],
  ]);
  assert.ok(verdicts.every(({ savedBytes }) => savedBytes > 0));
});

Deno.test("rules for what comes in do the same there, and none that is for the way out", () => {
  const given = rules("hf", "{ direction: in, strip: [thread] }", "{ strip: [body] }");
  const { result } = new RuleSet(given, "in").apply(stanza(CHAT), FACTS);
  assert.deepEqual(result?.element.children.map((child) => typeof child === "string" ? "" : child.name), [
    "body",
    "x",
  ]);
});

Deno.test("a pattern of many stars is no trap", () => {
  const [star, name] = ["*a".repeat(250), "a".repeat(500)];
  const xml = `<message from='${name}b@ship.example'/>`;
  assert.equal(
    play(xml, [`{ match: { from: '${star}@ship.example' }, drop: true }`]).result === undefined,
    false,
  );
});

const anyMatch = fc.record({
  kind: fc.constantFrom(undefined, "kind: [message, presence]", "kind: [presence, message, iq]"),
  type: fc.constantFrom(undefined, undefined, "type: [chat, normal]", "type: [available, unavailable]"),
  child: fc.constantFrom(undefined, "child: body", "child: 'urn:xmpp:*'", "child: status"),
  show: fc.constantFrom(undefined, undefined, "show: [away, xa]"),
  size: fc.constantFrom(undefined, "size: 150B"),
}).map((parts) => `{ ${Object.values(parts).filter((part) => part !== undefined).join(", ")} }`);

const anyChange = fc.constantFrom(
  "keep: [body, thread]",
  "keep: []",
  "strip: ['*']",
  "strip: [subject, status, 'urn:xmpp:receipts']",
  "strip: []",
  "fold-presence: full",
  "fold-presence: show-and-status",
  "fold-presence: online-offline",
  "fold-presence: none",
);

const anyRule = fc.oneof(
  fc.constantFrom("drop-chat-states", "fold-presence", "strip-xhtml-im", "hf", "text-only"),
  fc.tuple(anyMatch, anyChange).map(([match, change]) => ({ match, change })),
);

const ANY_RULES = fc.array(anyRule, { maxLength: 6 }).map((list) => {
  const words = new Set(list.filter((one) => typeof one === "string"));
  const written = list.filter((one) => typeof one === "object");
  return [...words, ...written.map(({ match, change }) => `{ match: ${match}, ${change} }`)];
});

/** Runs rules on a stanza and looks at what came of it. */
function check(before: Stanza, lines: readonly string[], property: (outcome: Outcome, set: RuleSet) => void) {
  const set = new RuleSet(rules(...lines), "out");
  property(set.apply(before, FACTS), set);
}

Deno.test("whatever the rules, no stanza grows, all stay well-formed, and once done nothing is left to do", () => {
  fc.assert(
    fc.property(
      arbitraryStanza,
      ANY_RULES,
      (before, lines) =>
        check(before, lines, ({ result, verdicts }, set) => {
          const left = result === undefined ? 0 : elementSizeBytes(result.element);
          const savedBytes = verdicts.reduce((sum, verdict) => sum + verdict.savedBytes, 0);
          assert.equal(savedBytes, elementSizeBytes(before.element) - left);
          assert.ok(verdicts.every((verdict) => verdict.savedBytes >= 0));
          if (result === undefined) return;
          const written = writeXml(result.element);
          assert.equal(writeXml(element(written)), written);
          if (before.kind === "iq") return assert.equal(result, before);
          const again = set.apply(result, FACTS);
          assert.equal(again.result, result);
        }),
    ),
  );
});

Deno.test("whatever the rules, no contract with a client or a server is broken", () => {
  const payloads = [
    OMEMO,
    LABEL,
    "<openpgp xmlns='urn:xmpp:openpgp:0'>YQ==</openpgp>",
    "<e2e xmlns='urn:ietf:params:xml:ns:xmpp-e2e'>YQ==</e2e>",
  ];
  const deny = fc.constantFrom(
    "{ drop: true }",
    "{ answer: forbidden }",
    "{ match: { kind: iq }, drop: true }",
  );
  fc.assert(
    fc.property(
      arbitraryStanza,
      ANY_RULES,
      fc.option(deny),
      fc.subarray(payloads),
      (plain, lines, denial, extra) => {
        const open = writeXml(plain.element).replace(/\/>$/, `></${plain.kind}>`);
        const before = stanza(
          open.replace(new RegExp(`</${plain.kind}>$`), `${extra.join("")}</${plain.kind}>`),
        );
        check(before, denial === null ? lines : [...lines, denial], ({ result, answer }) => {
          const isRequest = before.kind === "iq" && (before.type === "get" || before.type === "set");
          if (result === undefined) {
            assert.ok(!isRequest || answer !== undefined, "a request is answered");
            assert.notEqual(before.type, "error");
            assert.notEqual(before.type, "result");
            assert.notEqual(before.type, "unavailable");
            assert.ok(before.kind !== "presence" || subscriptionType(before) === undefined);
            assert.ok(before.kind !== "presence" || !isRoomPresence(before));
            return;
          }
          for (const payload of extra) assert.ok(writeXml(result.element).includes(payload), payload);
          assert.deepEqual([result.kind, result.type, result.id], [before.kind, before.type, before.id]);
        });
      },
    ),
  );
});

Deno.test("a preset can be extended by an exception before it", () => {
  const allowed = rules("{ match: { kind: iq, child: vcard-temp }, allow: true }", "text-only");
  assert.equal(fate(new RuleSet(allowed, "out").apply(stanza(GET), FACTS)), "<vCard>");
  const renamed = rules("{ name: text-presence, fold-presence: none }", "text-only");
  assert.equal(fate(new RuleSet(renamed, "out").apply(stanza(AWAY), FACTS)), "dropped");
});

Deno.test("the preset text-only leaves text", () => {
  const set = new RuleSet(presetRules("text-only"), "out");
  const left = (xml: string) => fate(set.apply(stanza(xml), FACTS));
  assert.equal(
    left(
      "<message type='chat'><body>hi</body><active xmlns='http://jabber.org/protocol/chatstates'/>" +
        "<markable xmlns='urn:xmpp:chat-markers:0'/><request xmlns='urn:xmpp:receipts'/>" +
        "<origin-id xmlns='urn:xmpp:sid:0' id='1'/></message>",
    ),
    "<body request>",
  );
  assert.equal(left("<message><displayed xmlns='urn:xmpp:chat-markers:0' id='1'/></message>"), "dropped");
  assert.equal(left(AWAY), "<priority>");
  assert.equal(left(GET), "answered cached");
  assert.equal(left(PING), "<ping>");
});
