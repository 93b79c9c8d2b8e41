import assert from "node:assert/strict";
import { formatProblem } from "./fault.ts";
import { parseConfig } from "./parse.ts";

/** A file with these rules, which begin on line 5. */
function withRules(rules: string): string {
  return `domain: ship.example\npeers:\n  shore:\n    domains: [shore.example]\n    rules:${rules}\n` +
    "    carriers:\n      - tcp: { connect: 'b:1' }\n";
}

/** A rule as the first in a list, on line 6. */
const withRule = (rule: string) => withRules(`\n      - ${rule}`);

const RULES = "a preset (none, satcom, hf, text-only) or a list, each name at most once, of presets, of " +
  "drop-chat-states, fold-presence, strip-xhtml-im and of rules such as { match: { kind: iq }, drop: true }";
const DURATION_UNITS = "(units: ms, s, m, h, d)";

const ROWS: readonly (readonly [name: string, text: string, problem: string])[] = [
  [
    "a key of a rule is unknown",
    withRule("{ match: { kind: iq }, dorp: true }"),
    "6:32: unknown key `dorp`; did you mean `drop`? allowed here: name, direction, match, allow, drop, answer, " +
    "keep, strip, fold-presence, precedence, expire, hold",
  ],
  [
    "a key of a match is unknown",
    withRule("{ match: { namespace: x }, drop: true }"),
    "6:20: unknown key `namespace`; allowed here: kind, type, from, to, child, show, size, precedence, carrier",
  ],
  [
    "a word of a match is wrong",
    withRule("{ match: { kind: [iq, msg] }, drop: true }"),
    '6:31: item 2 of `kind` cannot be "msg"; it takes one of: message, presence, iq',
  ],
  [
    "the only word of a match is wrong",
    withRule("{ match: { show: online }, hold: 1m }"),
    '6:26: `show` cannot be "online"; it takes one of: away, chat, dnd, xa, or a list of them',
  ],
  [
    "a level of presence is unknown",
    withRule("{ fold-presence: some }"),
    '6:26: `fold-presence` cannot be "some"; it takes one of: full, show-and-status, online-offline, none',
  ],
  [
    "a wait is no duration",
    withRule("{ hold: 10 }"),
    "6:17: `hold` cannot be the number 10; it takes a duration from 1s to 1d, such as 10m " + DURATION_UNITS,
  ],
  [
    "drop is false",
    withRule("{ drop: false }"),
    "6:17: `drop` cannot be false; it takes only true",
  ],
  [
    "a rule does nothing",
    withRule("{ match: { kind: iq } }"),
    "6:9: this rule does nothing; give one or more of: allow, drop, answer, keep, strip, fold-presence, " +
    "precedence, expire, hold",
  ],
  [
    "a rule does what cannot be done to its stanzas",
    withRule("{ match: { kind: iq }, strip: [x] }"),
    "6:32: `strip` is for message and presence stanzas; this rule is for iq",
  ],
  [
    "a rule is for a type that its kind does not have",
    withRule("{ match: { kind: [presence, iq], type: [available, chat] }, drop: true }"),
    "6:48: no presence or iq has the type chat, so this rule is for nothing",
  ],
  [
    "a rule is for what only presence shows",
    withRule("{ match: { kind: message, show: away }, drop: true }"),
    "6:41: only presence shows away; this rule is for message",
  ],
  [
    "a rule is for a carrier that there cannot be",
    withRule("{ match: { carrier: stanag }, drop: true }"),
    '6:29: this peer has no carrier "stanag"; it has tcp, or by place 1 to 1',
  ],
  [
    "a rule is for a carrier in a place where there is none",
    withRule('{ match: { carrier: [tcp, stanag5066, "2"] }, drop: true }'),
    '6:29: this peer has no carrier "2"; it has tcp, or by place 1 to 1',
  ],
  [
    "a rule for what comes in says how it waits",
    withRule("{ direction: in, precedence: flash }"),
    "6:26: `precedence` is about waiting for the link; what comes from the peer does not wait",
  ],
  [
    "a rule for what comes in answers with what came before",
    withRule("{ direction: in, answer: cached }"),
    "6:34: `cached` is what the peer's side has answered; what comes from there asks for other things",
  ],
  [
    "a rule cannot make up its mind",
    withRule("{ allow: true, drop: true }"),
    "6:24: a rule has one of allow, drop and answer; this one has allow and drop",
  ],
  [
    "two rules have one name",
    withRule("{ name: a, drop: true }\n      - { name: a, allow: true }"),
    "7:17: another rule of this list is named a; each name stands for one rule",
  ],
  [
    "a name is taken",
    withRule("{ name: unchanged, drop: true }"),
    "6:17: `status` calls something else unchanged; give the rule another name",
  ],
  [
    "a rule names too much",
    withRule(`{ strip: [${"x, ".repeat(65)}] }`),
    "6:18: `strip` cannot be [" + "x, ".repeat(18) + "x,...; it takes a list of 0 to 64 child elements",
  ],
  [
    "there are too many rules",
    withRules(` [${"{ drop: true }, ".repeat(201)}]`),
    `5:12: \`rules\` cannot be this list; it takes ${RULES}`,
  ],
];

for (const [name, text, problem] of ROWS) {
  Deno.test(`when ${name}, the message says where, what and what is allowed`, () => {
    const parsed = parseConfig(text, "f.yaml");
    const problems = "problems" in parsed ? parsed.problems.map(formatProblem) : [];
    assert.deepEqual(problems, [`f.yaml:${problem}`]);
  });
}
