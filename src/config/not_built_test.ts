import assert from "node:assert/strict";
import { formatProblem } from "./fault.ts";
import { parseConfig } from "./parse.ts";

function problemsOf(text: string): string[] {
  const parsed = parseConfig(text, "f.yaml");
  return "problems" in parsed ? parsed.problems.map(formatProblem) : [];
}

const NOT_BUILT = "is not built into this version of Halyard";

const LATER: readonly (readonly [string, string, string])[] = [
  ["rooms", "domain: a\nrooms: { domain: rooms.a }\n", `2:1: \`rooms\` ${NOT_BUILT}; remove it`],
  ["admin", "domain: a\nadmin: { listen: '127.0.0.1:5280' }\n", `2:1: \`admin\` ${NOT_BUILT}; remove it`],
  [
    "WebSocket",
    "domain: a\nclients: { starttls: {}, websocket: {} }\n",
    `2:26: \`websocket\` ${NOT_BUILT}; remove it`,
  ],
];

for (const [name, text, problem] of LATER) {
  Deno.test(`${name} is known, and named as not built yet`, () => {
    assert.deepEqual(problemsOf(text), [`f.yaml:${problem}`]);
  });
}
