import assert from "node:assert/strict";
import { formatProblem } from "./fault.ts";
import { parseConfig } from "./parse.ts";
import { PRESET_NAMES, presetRules } from "./rules.ts";
import type { CarrierConfig, Config, TcpConfig } from "./schema.ts";

/** The carrier, if it is one over TCP. */
function tcpOf(carrier: CarrierConfig | undefined): TcpConfig | undefined {
  return carrier?.kind === "tcp" ? carrier : undefined;
}

function configOf(text: string, file = "f.yaml"): Config {
  const parsed = parseConfig(text, file);
  assert.ok("config" in parsed, "problems" in parsed ? parsed.problems.map(formatProblem).join("\n") : "");
  return parsed.config;
}

/** A file with one peer whose carrier has the given keys. */
function withCarrier(keys: string, peer = ""): string {
  return `domain: ship.example\npeers:\n  shore:\n    domains: [shore.example]\n${peer}` +
    `    carriers:\n      - tcp: { ${keys} }\n`;
}

Deno.test("everything that may be left out has its default", () => {
  assert.deepEqual(configOf("domain: Ship.Example.\n"), {
    domain: "ship.example",
    data: "data",
    tls: undefined,
    clients: {
      starttls: { listen: { host: "0.0.0.0", port: 5222 } },
      tls: { listen: { host: "0.0.0.0", port: 5223 } },
      plaintext: undefined,
    },
    peers: new Map(),
    limits: {
      stanzaSizeBytes: 262_144,
      stanzaDepth: 64,
      stanzaAttributes: 64,
      stanzaElements: 8_192,
      unauthenticatedSizeBytes: 65_536,
      negotiationTimeMs: 30_000,
      sessionsPerAccount: 16,
      connections: 5_000,
      connectionsPerAddress: 64,
      offlineMessages: 1_000,
      offlineSizeBytes: 4_194_304,
      vcardSizeBytes: 65_536,
      rosterItems: 1_000,
      unsentSizeBytes: 1_048_576,
    },
    log: { level: "info", format: "text" },
  });
  const peer = configOf(withCarrier("connect: '203.0.113.5:5270'")).peers.get("shore");
  assert.deepEqual(peer, {
    domains: ["shore.example"],
    auth: undefined,
    profile: "xep-0361",
    compression: "deflate",
    shorten: true,
    rules: ["drop-chat-states", "fold-presence", "strip-xhtml-im"],
    queue: { stanzas: 5_000, sizeBytes: 8_388_608, ageMs: 86_400_000, highestPrecedence: "flash" },
    tellWaitingMs: undefined,
    quietHours: [],
    presence: {
      onLinkDown: "hold",
      maxStaleMs: 1_800_000,
      graceMs: 60_000,
      dampMs: 20_000,
      byDomain: true,
      afterBreak: "ask",
    },
    caches: {
      enabled: true,
      share: "subscribers",
      entries: 10_000,
      sizeBytes: 33_554_432,
      capabilitiesMs: 7_776_000_000,
      clientInfoMs: 86_400_000,
      discoMs: 21_600_000,
      vcardMs: 86_400_000,
      avatarMs: 7_776_000_000,
      avatarMetadataMs: 604_800_000,
      versionMs: 86_400_000,
      errorsMs: 300_000,
      waitMs: 600_000,
    },
    carriers: [{
      kind: "tcp",
      connect: { host: "203.0.113.5", port: 5270 },
      listen: undefined,
      allowFrom: [],
      rateBps: undefined,
      tls: undefined,
      connectTimeoutMs: 120_000,
      retryFirstMs: 2_000,
      retryMostMs: 300_000,
      turnaroundMs: 0,
      ackTimeoutMs: 120_000,
      idleCloseMs: undefined,
    }],
  });
});

const CALLERS: readonly (readonly [string, string, string[]])[] = [
  [
    "those who are named",
    "listen: '0.0.0.0:1', connect: '203.0.113.5:1', allow_from: ['198.51.100.0/24', '2001:db8::1']",
    ["198.51.100.0/24", "2001:db8::1"],
  ],
  ["the address that we call", "listen: '0.0.0.0:1', connect: '203.0.113.5:1'", ["203.0.113.5"]],
  ["the IPv6 address that we call", "listen: '[::]:1', connect: '[2001:db8::1]:1'", ["2001:db8::1"]],
  ["this machine on a loopback address", "listen: '127.0.0.1:1'", ["127.0.0.0/8", "::1"]],
  ["this machine on a loopback address, whomever we call", "listen: '[::1]:1', connect: '203.0.113.5:1'", [
    "127.0.0.0/8",
    "::1",
  ]],
  ["nobody without a listener", "connect: '203.0.113.5:1'", []],
];

for (const [name, keys, expected] of CALLERS) {
  Deno.test(`who may call: ${name}`, () => {
    const [carrier] = configOf(withCarrier(keys)).peers.get("shore")?.carriers ?? [];
    assert.deepEqual(tcpOf(carrier)?.allowFrom.map((range) => range.text), expected);
  });
}

const RULE_LISTS: readonly (readonly [string, string[]])[] = [
  ["none", []],
  ["satcom", ["strip-xhtml-im"]],
  ["hf", ["drop-chat-states", "fold-presence", "strip-xhtml-im"]],
  ["[]", []],
  ["[strip-xhtml-im, drop-chat-states]", ["strip-xhtml-im", "drop-chat-states"]],
];

for (const [text, expected] of RULE_LISTS) {
  Deno.test(`rules: ${text} is the list [${expected.join(", ")}]`, () => {
    const peer = configOf(withCarrier("connect: 'b:1'", `    rules: ${text}\n`)).peers.get("shore");
    assert.deepEqual(peer?.rules, expected);
  });
}

Deno.test("a rule is read with its name or its place, and presets with what they extend", () => {
  const text =
    "    rules:\n      - hf\n      - { match: { from: 'ops@ship.example' }, precedence: immediate }\n" +
    "      - { name: slow, match: { kind: presence, show: [away, xa] }, hold: 10m }\n      - text-only\n";
  const rules = configOf(withCarrier("connect: 'b:1'", text)).peers.get("shore")?.rules ?? [];
  assert.deepEqual(rules.map((rule) => typeof rule === "string" ? rule : rule.name), [
    "drop-chat-states",
    "fold-presence",
    "strip-xhtml-im",
    "rule 2",
    "slow",
    "text-presence",
    "text-content",
    "text-requests",
    "text-no-requests",
  ]);
  const [, , , second, third] = rules;
  assert.ok(typeof second === "object" && typeof third === "object");
  assert.deepEqual([second.match.from, second.precedence, second.direction], [
    ["ops@ship.example"],
    "immediate",
    "out",
  ]);
  assert.deepEqual([third.match.show, third.holdMs], [["away", "xa"], 600_000]);
});

Deno.test("every preset is written in the language", () => {
  for (const name of PRESET_NAMES) assert.ok(Array.isArray(presetRules(name)), name);
  assert.equal(presetRules("text-only").length, 7);
});

Deno.test("when clients is given, only what is named in it is opened", () => {
  const text = "domain: a\nclients: { plaintext: { listen: '0.0.0.0:1', insecure: true } }\n";
  assert.deepEqual(configOf(text).clients, {
    starttls: undefined,
    tls: undefined,
    plaintext: { listen: { host: "0.0.0.0", port: 1 }, insecure: true },
  });
});

Deno.test("paths are meant from the folder of the file, absolute ones as they are", () => {
  const text = "domain: a\ndata: ../data\ntls: { certificate: c.pem, key: /etc/k.pem }\n";
  const config = configOf(text, "/srv/halyard/config/ship.yaml");
  assert.equal(config.data, "/srv/halyard/data");
  assert.deepEqual(config.tls, { certificate: "/srv/halyard/config/c.pem", key: "/etc/k.pem" });
});

Deno.test("a fingerprint is read with and without colons", () => {
  for (const text of ["AB".repeat(32), Array.from({ length: 32 }, () => "ab").join(":")]) {
    const [carrier] =
      configOf(withCarrier(`connect: 'b:1', tls: { peer_fingerprint: '${text}' }`)).peers.get("shore")
        ?.carriers ?? [];
    assert.deepEqual(tcpOf(carrier)?.tls, { peerFingerprint: "ab".repeat(32) });
  }
});

Deno.test("peers keep the order of the file, and names of object members are no peers", () => {
  const peer = (name: string) =>
    `  ${name}: { domains: [d${name}], carriers: [{ tcp: { connect: 'h${name}:1' } }] }\n`;
  const { peers } = configOf(`domain: a\npeers:\n${peer("toString")}${peer("b")}`);
  assert.deepEqual([...peers.keys()], ["toString", "b"]);
  assert.equal(peers.get("constructor"), undefined);
});
