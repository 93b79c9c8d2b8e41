import assert from "node:assert/strict";
import { DEFAULT_PRESENCE_POLICY } from "./presence_policy.ts";
import { Ways } from "./ways.ts";

const SHORE = ["shore.example", "rooms.shore.example"];

Deno.test("Ways knows since when a link has lasted", () => {
  const ways = new Ways([{ domains: SHORE, policy: { ...DEFAULT_PRESENCE_POLICY, graceMs: 1 } }]);
  assert.equal(ways.isUp("shore.example"), false, "down at first");
  const before = ways.moment;
  ways.changed(SHORE, true);
  const up = ways.moment;
  assert.equal(ways.isUp("rooms.shore.example"), true);
  assert.equal(ways.lastsSince("shore.example", before), false);
  assert.equal(ways.lastsSince("shore.example", up), true);
  ways.changed(["cape.example"], true);
  assert.equal(ways.lastsSince("shore.example", up), true, "another link does not matter");
  ways.changed(SHORE, false);
  assert.equal(ways.lastsSince("shore.example", ways.moment), false, "it is down");
  ways.changed(SHORE, true);
  assert.equal(ways.lastsSince("shore.example", up), false, "it broke meanwhile");
  assert.equal(ways.policy("shore.example").graceMs, 1);
});

Deno.test("Ways takes a domain behind no link to be always within reach", () => {
  const ways = new Ways([]);
  assert.equal(ways.lastsSince("elsewhere.example", 0), true);
  assert.equal(ways.policy("elsewhere.example"), DEFAULT_PRESENCE_POLICY);
});
