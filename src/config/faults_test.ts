import assert from "node:assert/strict";
import { formatProblem } from "./fault.ts";
import { parseConfig } from "./parse.ts";

function problemsOf(text: string): string[] {
  const parsed = parseConfig(text, "f.yaml");
  return "problems" in parsed ? parsed.problems.map(formatProblem) : [];
}

/** A file with one peer whose carrier has the given keys. */
function withCarrier(keys: string, peer = ""): string {
  return `domain: ship.example\npeers:\n  shore:\n    domains: [shore.example]\n${peer}` +
    `    carriers:\n      - tcp: { ${keys} }\n`;
}

Deno.test("a wrong type, an unknown key, a bad address and a missing section are all named in one run", () => {
  const text = `domain: 5
clients:
  starttls: { lisen: "0.0.0.0:5222" }
  tls: { listen: "0.0.0.0:99999" }
peers:
  shore:
    domains: [shore.example]
`;
  assert.deepEqual(problemsOf(text), [
    "f.yaml:1:9: `domain` cannot be the number 5; it takes an XMPP domain such as ship.example",
    "f.yaml:3:15: unknown key `lisen`; did you mean `listen`? allowed here: listen",
    'f.yaml:4:18: `listen` cannot be "0.0.0.0:99999"; ' +
    'it takes an IP address and a port up to 65535, such as "0.0.0.0:5222" or "[::]:5222"',
    "f.yaml:7:5: `carriers` is missing; it takes a list of 1 to 8 carriers",
  ]);
});

const TOP_KEYS = "domain, data, tls, clients, peers, limits, log";
const DURATION_UNITS = "(units: ms, s, m, h, d)";
const RULES = "a preset (none, satcom, hf, text-only) or a list, each name at most once, of presets, of " +
  "drop-chat-states, fold-presence, strip-xhtml-im and of rules such as { match: { kind: iq }, drop: true }";
const RULE = "one of: none, satcom, hf, text-only, drop-chat-states, fold-presence, strip-xhtml-im; " +
  "or a rule such as { match: { kind: iq, child: vcard-temp }, answer: forbidden }";
const LISTEN = 'an IP address and a port up to 65535, such as "0.0.0.0:5222" or "[::]:5222"';
const CONNECT = 'an address or host name and a port from 1 to 65535, such as "203.0.113.5:5270"';

const FAULTY: readonly (readonly [name: string, text: string, ...problems: string[]])[] = [
  [
    "the domain is missing",
    "# a comment\nlog: {}\n",
    "2:1: `domain` is missing; it takes an XMPP domain such as ship.example",
  ],
  [
    "a value is missing",
    "domain: a\ntls:\n",
    "2:1: `tls` has no value; it takes a section with keys out of: certificate, key",
  ],
  [
    "a section is a text",
    "domain: a\nlog: info\n",
    '2:6: `log` cannot be "info"; it takes a section with keys out of: level, format',
  ],
  [
    "a top key is unknown",
    "domain: a\nlogs: {}\n",
    `2:1: unknown key \`logs\`; did you mean \`log\`? allowed here: ${TOP_KEYS}`,
  ],
  [
    "nothing is like an unknown key",
    "domain: a\nxyz: 1\n",
    `2:1: unknown key \`xyz\`; allowed here: ${TOP_KEYS}`,
  ],
  [
    "a domain is a JID",
    "domain: romeo@ship.example\n",
    '1:9: `domain` cannot be "romeo@ship.example"; it takes an XMPP domain such as ship.example',
  ],
  [
    "a domain has a resource",
    "domain: ship.example/x\n",
    '1:9: `domain` cannot be "ship.example/x"; it takes an XMPP domain such as ship.example',
  ],
  [
    "the file is a list",
    "- domain: a\n",
    `1:1: the configuration cannot be this list; it takes a section with keys out of: ${TOP_KEYS}`,
  ],
  [
    "the file is a text",
    "domain\n",
    `1:1: the configuration cannot be "domain"; it takes a section with keys out of: ${TOP_KEYS}`,
  ],
  ["the file is empty", "", `1:1: the file is empty; it takes a section with keys out of: ${TOP_KEYS}`],
  [
    "the file is only a comment",
    "# x\n\n",
    `1:1: the file is empty; it takes a section with keys out of: ${TOP_KEYS}`,
  ],
  [
    "half a certificate is given",
    "domain: a\ntls: { certificate: c.pem }\n",
    "2:6: `key` is missing; it takes a path, relative to this file or absolute",
  ],
  [
    "a path is empty",
    "domain: a\ndata: ''\n",
    '2:7: `data` cannot be ""; it takes a path, relative to this file or absolute',
  ],
  [
    "clients opens nothing",
    "domain: a\nclients: {}\n",
    "2:10: `clients` opens no listener; name starttls, tls or plaintext, or remove `clients`",
  ],
  [
    "a listener has a name",
    "domain: a\nclients: { tls: { listen: 'localhost:5223' } }\n",
    `2:27: \`listen\` cannot be "localhost:5223"; it takes ${LISTEN}`,
  ],
  [
    "a listener is a port",
    "domain: a\nclients: { tls: { listen: 5223 } }\n",
    `2:27: \`listen\` cannot be the number 5223; it takes ${LISTEN}`,
  ],
  [
    "passwords would be shown to the network",
    "domain: a\nclients: { plaintext: { listen: '0.0.0.0:5221' } }\n",
    "2:33: without TLS, 0.0.0.0:5221 would show passwords to the network; " +
    'listen on a loopback address such as "127.0.0.1:5221", or add `insecure: true`',
  ],
  [
    "insecure is a word",
    "domain: a\nclients: { plaintext: { insecure: yes } }\n",
    '2:35: `insecure` cannot be "yes"; it takes true or false',
  ],
  [
    "a limit is too low",
    "domain: a\nlimits: { stanza_size: 1KiB }\n",
    '2:24: `stanza_size` cannot be "1KiB"; it takes a size from 10000B to 64MiB, such as 256KiB (units: B, KiB, MiB, GiB)',
  ],
  [
    "a limit is too high",
    "domain: a\nlimits: { connections: 9000000 }\n",
    "2:24: `connections` cannot be the number 9000000; it takes a whole number from 1 to 1000000",
  ],
  [
    "a count is a fraction",
    "domain: a\nlimits: { connections: 1.5 }\n",
    "2:24: `connections` cannot be the number 1.5; it takes a whole number from 1 to 1000000",
  ],
  [
    "a duration lacks its unit",
    "domain: a\nlimits: { negotiation_time: 30 }\n",
    `2:29: \`negotiation_time\` cannot be the number 30; it takes a duration from 1s to 1h, such as 30s ${DURATION_UNITS}`,
  ],
  [
    "a log level is unknown",
    "domain: a\nlog: { level: trace }\n",
    '2:15: `level` cannot be "trace"; it takes one of: debug, info, warn, error',
  ],
  [
    "peers is a list",
    "domain: a\npeers: [shore]\n",
    "2:8: `peers` cannot be [shore]; it takes a section with one entry for each peer, such as: shore: { domains: [shore.example], ... }",
  ],
  [
    "a peer has a bad name and nothing in it",
    "domain: a\npeers:\n  'the shore': {}\n",
    '3:3: "the shore" cannot be the name of a peer; it takes up to 64 letters, digits, dots, dashes and underscores, a letter or digit first',
    "3:16: `domains` is missing; it takes a list of 1 to 64 XMPP domains",
    "3:16: `carriers` is missing; it takes a list of 1 to 8 carriers",
  ],
  [
    "a list of domains is empty",
    "domain: a\npeers: { b: { domains: [], carriers: [{ tcp: { connect: 'b:1' } }] } }\n",
    "2:24: `domains` cannot be []; it takes a list of 1 to 64 XMPP domains",
  ],
  [
    "a domain in a list is bad",
    "domain: a\npeers: { b: { domains: [b, 'c d'], carriers: [{ tcp: { connect: 'b:1' } }] } }\n",
    '2:28: item 2 of `domains` cannot be "c d"; it takes an XMPP domain such as ship.example',
  ],
  [
    "a preset is unknown",
    withCarrier("connect: 'b:1'", "    rules: vhf\n"),
    `5:12: \`rules\` cannot be "vhf"; it takes ${RULES}`,
  ],
  [
    "a rule is unknown",
    withCarrier("connect: 'b:1'", "    rules: [fold-presence, fold]\n"),
    `5:28: item 2 of \`rules\` cannot be "fold"; it takes ${RULE}`,
  ],
  [
    "a rule stands twice",
    withCarrier("connect: 'b:1'", "    rules: [fold-presence, fold-presence]\n"),
    `5:12: \`rules\` cannot be [fold-presence, fold-presence]; it takes ${RULES}`,
  ],
  [
    "rules is a section",
    withCarrier("connect: 'b:1'", "    rules: { a: 1 }\n"),
    `5:12: \`rules\` cannot be a section; it takes ${RULES}`,
  ],
  [
    "a rate is a number",
    withCarrier("connect: 'b:1', rate: 9600"),
    "6:38: `rate` cannot be the number 9600; it takes a rate from 10bps to 10000Mbps, such as 2400bps (units: bps, kbps, Mbps)",
  ],
  [
    "a call goes to port 0",
    withCarrier("connect: 'b:0'"),
    `6:25: \`connect\` cannot be "b:0"; it takes ${CONNECT}`,
  ],
  [
    "a carrier does nothing",
    withCarrier("rate: 9600bps"),
    "6:14: `tcp` neither calls nor is called; give `connect`, `listen` or both",
  ],
  [
    "a carrier is empty",
    "domain: a\npeers: { b: { domains: [b], carriers: [{}] } }\n",
    "2:40: item 1 of `carriers` cannot be an empty section; it takes a section with exactly one key out of: tcp, " +
    "stanag5066",
  ],
  [
    "it is not known who may call",
    withCarrier("connect: 'shore.example:1', listen: '0.0.0.0:1'"),
    '6:52: nothing says who may call here; name the peer\'s IP address in `allow_from`, such as allow_from: ["203.0.113.5"]',
  ],
  [
    "a caller has a name",
    withCarrier("listen: '0.0.0.0:1', allow_from: [shore.example]"),
    '6:50: item 1 of `allow_from` cannot be "shore.example"; it takes an IP address or a block of them, such as "203.0.113.5" or "10.0.0.0/8"',
  ],
  [
    "a fingerprint is too short",
    withCarrier("connect: 'b:1', tls: { peer_fingerprint: 'AA:BB' }"),
    '6:57: `peer_fingerprint` cannot be "AA:BB"; it takes a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons between the pairs',
  ],
  [
    "the first wait is longer than the longest",
    withCarrier("connect: 'b:1', retry_first: 10m"),
    "6:45: `retry_first` (10m) cannot be longer than `retry_most` (5m)",
  ],
  [
    "the longest wait is shorter than the first",
    withCarrier("connect: 'b:1', retry_most: 1s"),
    "6:44: `retry_first` (2s) cannot be longer than `retry_most` (1s)",
  ],
  [
    "a peer has our own domain",
    "domain: a\npeers: { b: { domains: [A.], carriers: [{ tcp: { connect: 'b:1' } }] } }\n",
    "2:25: a belongs to this server already; each domain has one server: remove one of the two",
  ],
  [
    "two peers have one domain, and one address",
    "domain: a\npeers:\n" +
    "  b: { domains: [x], carriers: [{ tcp: { connect: 'b:1' } }] }\n" +
    "  c: { domains: [x], carriers: [{ tcp: { connect: 'B:1' } }] }\n",
    "4:18: x belongs to peer b already; each domain has one server: remove one of the two",
    "4:51: b:1 is called by peers.b.carriers.0.tcp.connect too; each carrier needs an address of its own at the peer",
  ],
  [
    "two listeners share a port",
    "domain: a\nclients: { starttls: {}, tls: { listen: '127.0.0.1:5222' } }\n",
    "2:41: 127.0.0.1:5222 is taken by clients.starttls.listen; give each listener its own port",
  ],
  [
    "a carrier listens where clients do by default",
    withCarrier("listen: '127.0.0.1:5223'"),
    "6:24: 127.0.0.1:5223 is taken by clients.tls.listen; give each listener its own port",
  ],
  [
    "a carrier calls itself",
    withCarrier("listen: '0.0.0.0:5270', connect: '127.0.0.1:5270'"),
    "6:49: 127.0.0.1:5270 is where this server listens itself; give the address of the peer",
  ],
  [
    "auth is given without profile halyard",
    withCarrier("connect: 'b:1'", "    auth: { mode: sign, key_file: k }\n"),
    "5:5: profile xep-0361 has no place for `auth`; set `profile: halyard` on both sides, " +
    "or remove `auth` and use `tls` in the carrier",
  ],
  [
    "auth has no key and an unknown mode",
    withCarrier("connect: 'b:1'", "    profile: halyard\n    auth: { mode: mac }\n"),
    "6:11: `key_file` is missing; it takes a path, relative to this file or absolute",
    '6:19: `mode` cannot be "mac"; it takes one of: sign, seal',
  ],
];

for (const [name, text, ...problems] of FAULTY) {
  Deno.test(`when ${name}, the message says where, what and what is allowed`, () => {
    assert.deepEqual(problemsOf(text), problems.map((problem) => `f.yaml:${problem}`));
  });
}

Deno.test("a problem with a value does not hide one between values", () => {
  const text = withCarrier("connect: 'shore:1', listen: '0.0.0.0:1', rate: fast", "    domain: x\n");
  assert.deepEqual(problemsOf(text).map((problem) => problem.split(": ")[0]), [
    "f.yaml:5:5",
    "f.yaml:7:44",
    "f.yaml:7:63",
  ]);
});

Deno.test("two carriers on any free port do not collide", () => {
  const carriers = "[{ tcp: { listen: '127.0.0.1:0' } }, { tcp: { listen: '127.0.0.1:0' } }]";
  assert.deepEqual(problemsOf(`domain: a\npeers: { b: { domains: [b], carriers: ${carriers} } }\n`), []);
});
