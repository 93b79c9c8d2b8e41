import assert from "node:assert/strict";
import type { Profile } from "./air_world.ts";
import { measureFetching, measureFlaps, measureHourDown, measureWeekAsleep, TRUST } from "./presence_bars.ts";

const PROFILES: readonly Profile[] = ["xep-0361", "halyard"];

for (const profile of PROFILES) {
  Deno.test(`${profile}: 100 presence flaps of one user in a minute are at most 3 stanzas`, async () => {
    const { stanzas } = await measureFlaps(profile);
    assert(stanzas >= 1 && stanzas <= 3, `${stanzas} stanzas`);
  });

  Deno.test(`${profile}: what 20 clients fetch of 20 contacts crosses once each`, async () => {
    const { asked, questions } = await measureFetching(profile);
    assert.equal(asked, questions);
  });
}

for (const [profile, choice] of [["halyard", {}], ["xep-0361", TRUST]] as const) {
  const how = choice === TRUST ? `${profile}, after_break: trust` : profile;
  Deno.test(`${how}: after an hour down one stanza crosses for each contact that really differs`, async () => {
    const { stanzas, different } = await measureHourDown(profile, choice);
    assert.equal(stanzas, different);
  });
}

Deno.test("halyard: after a week asleep a log-in with 50 contacts costs its own presence", async () => {
  const { stanzas, sizeBytes } = await measureWeekAsleep("halyard");
  assert.equal(stanzas, 1);
  assert(sizeBytes <= 40, `${sizeBytes} bytes`);
});
