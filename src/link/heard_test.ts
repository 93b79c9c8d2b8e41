import assert from "node:assert/strict";
import { parseConfig } from "../config/mod.ts";
import { Heard } from "./heard.ts";
import { MemorySettings } from "./testing/world.ts";

function heard(settings: MemorySettings, rules: string, name = "shore", domains = "[shore.example]"): Heard {
  const yaml =
    `domain: ship.example\npeers: { ${name}: { domains: ${domains}, profile: halyard, rules: ${rules}, ` +
    "carriers: [{ tcp: { connect: 'b:1' } }] } }\n";
  const parsed = parseConfig(yaml, "f.yaml");
  const peer = "config" in parsed ? parsed.config.peers.get(name) : undefined;
  return new Heard(settings, { name, ...peer ?? assert.fail("problems") });
}

const KEPT_OUT = "[{ direction: in, match: { kind: presence, show: away }, drop: true }]";

const OTHER_TERMS: readonly (readonly [what: string, of: (settings: MemorySettings) => Heard])[] = [
  ["fewer rules for what comes", (settings) => heard(settings, "hf")],
  ["other rules for what comes", (settings) => heard(settings, KEPT_OUT.replace("away", "xa"))],
  ["one more domain", (settings) => heard(settings, KEPT_OUT, "shore", "[shore.example, cape.example]")],
  ["another name", (settings) => heard(settings, KEPT_OUT, "port")],
];

for (const [what, of] of OTHER_TERMS) {
  Deno.test(`what was heard of a peer is not the whole after a restart with ${what}`, () => {
    const settings = new MemorySettings();
    assert.equal(heard(settings, KEPT_OUT).isWhole, false, "at the very first");
    heard(settings, KEPT_OUT).note(true);
    assert.equal(heard(settings, KEPT_OUT).isWhole, true);
    assert.equal(of(settings).isWhole, false);
  });
}

Deno.test("rules for what goes out change nothing about what was heard, nor does the order of domains", () => {
  const settings = new MemorySettings();
  heard(settings, "hf", "shore", "[a.example, b.example]").note(true);
  assert.equal(heard(settings, "text-only", "shore", "[b.example, a.example]").isWhole, true);
});

Deno.test("what was missed is remembered until it was asked for", () => {
  const settings = new MemorySettings();
  const first = heard(settings, "none");
  first.note(true);
  first.note(false);
  assert.equal(heard(settings, "none").isWhole, false);
  heard(settings, "none").note(true);
  assert.equal(first.isWhole, true);
});
