import assert from "node:assert/strict";
import { formatProblem } from "./fault.ts";
import { parseConfig } from "./parse.ts";

function problemsOf(text: string): string[] {
  const parsed = parseConfig(text, "f.yaml");
  return "problems" in parsed ? parsed.problems.map(formatProblem) : [];
}

const FAULTY: readonly (readonly [string, string, ...string[]])[] = [
  [
    "a node is called itself",
    "domain: a\npeers: { b: { domains: [b], carriers: [{ stanag5066: { address: 1.2.3.4, peer_address: 1.2.3.4 } }] } }\n",
    "2:88: 1.2.3.4 is our own node; give the address of the peer's",
  ],
  [
    "the address of a node is no address of one",
    "domain: a\npeers: { b: { domains: [b], carriers: [{ stanag5066: { address: 16.2.3.4, peer_address: 1.2.3.5 } }] } }\n",
    '2:65: `address` cannot be "16.2.3.4"; it takes the address of one node, four numbers up to 15.255.255.255, ' +
    'such as "1.2.3.4"',
  ],
  [
    "the generation of XEP-0365 is one that nobody can write",
    "domain: a\npeers: { b: { domains: [b], carriers: [{ stanag5066: { address: 1.2.3.4, peer_address: 1.2.3.5, " +
    "xep0365: '0.3' } }] } }\n",
    "2:106: `0.3` is not built into this version of Halyard; `xep0365` takes only 0.2.1",
  ],
  [
    "a node stands among other carriers in profile xep-0361",
    "domain: a\npeers: { b: { domains: [b], carriers: [{ stanag5066: { address: 1.2.3.4, peer_address: 1.2.3.5 } }, " +
    "{ tcp: { connect: 'b:1' } }] } }\n",
    "2:42: in profile xep-0361 `stanag5066` must be the only carrier; use `profile: halyard` to change between carriers " +
    "without loss",
  ],
  [
    "two carriers lead to the same node, and bind the same SAP in different ways",
    "domain: a\npeers:\n  b: { domains: [b], carriers: [{ stanag5066: { address: 1.2.3.4, peer_address: 1.2.3.5 } }] }\n" +
    "  c: { domains: [c], carriers: [{ stanag5066: { address: 1.2.3.4, peer_address: 1.2.3.5, rank: 2 } }] }\n",
    "4:35: peers.b.carriers.0.stanag5066 leads to the same node, SAP and connection; give each peer its own `connection`",
    "4:96: peers.b.carriers.0.stanag5066 binds the same SAP with `rank: 0`; carriers that share a bind need the same",
  ],
];

for (const [name, text, ...problems] of FAULTY) {
  Deno.test(`when ${name}, the message says where, what and what is allowed`, () => {
    assert.deepEqual(problemsOf(text), problems.map((problem) => `f.yaml:${problem}`));
  });
}

Deno.test("two peers may share a bind, over connections of their own", () => {
  const peer = (name: string, connection: number) =>
    `  ${name}: { domains: [${name}], carriers: [{ stanag5066: { address: 1.2.3.4, peer_address: 1.2.3.5, ` +
    `connection: ${connection} } }] }\n`;
  assert.deepEqual(problemsOf(`domain: a\npeers:\n${peer("b", 0)}${peer("c", 1)}`), []);
});
