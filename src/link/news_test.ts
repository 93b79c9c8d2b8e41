import assert from "node:assert/strict";
import { nullLog } from "../base/mod.ts";
import { VirtualClock } from "../sim/clock.ts";
import { Heard, HEARD_SINCE_START } from "./heard.ts";
import { LinkNews } from "./news.ts";
import { MemorySettings } from "./testing/world.ts";

const PEER = { name: "shore", domains: ["shore.example"], toldDownAfterMs: 1_000, rules: [] };

/** Of a server that has heard all so far. */
function whole(): MemorySettings {
  const settings = new MemorySettings();
  new Heard(settings, PEER).note(true);
  return settings;
}

function listened(
  settings = whole(),
  heard: Pick<Heard, "isWhole" | "note"> = new Heard(settings, PEER),
): { news: LinkNews; told: string[]; clock: VirtualClock } {
  const [told, clock]: [string[], VirtualClock] = [[], new VirtualClock()];
  const events = {
    linkUp: (_peer: string, _domains: readonly string[], isResumed?: boolean) =>
      void told.push(isResumed === true ? "up, nothing missed" : "up"),
    linkDown: () => void told.push("down"),
  };
  return { news: new LinkNews(PEER, clock, events, nullLog, heard), told, clock };
}

Deno.test("a short break is no news, the end of a long one is, and so is a restart of the other side", async () => {
  const { news, told, clock } = listened();
  news.up();
  news.downLater();
  await clock.advance(999);
  news.up();
  await clock.advance(10_000);
  assert.deepEqual(told.splice(0), ["up, nothing missed"]);
  news.downLater();
  await clock.advance(1_000);
  news.up();
  news.again();
  assert.deepEqual(told, ["down", "up, nothing missed", "up"]);
});

Deno.test("what was missed before the link was told to be up is told with that, once", async () => {
  const { news, told, clock } = listened();
  news.again();
  news.up();
  news.downLater();
  await clock.advance(1_000);
  news.up();
  assert.deepEqual(told, ["up", "down", "up, nothing missed"]);
});

Deno.test("what was missed by a process that ended before it could tell is told by the next", () => {
  const settings = whole();
  listened(settings).news.again();
  const { news, told } = listened(settings);
  news.up();
  assert.deepEqual(told, ["up"]);
  const after = listened(settings);
  after.news.up();
  assert.deepEqual(after.told, ["up, nothing missed"]);
});

Deno.test("where only what was heard since the start counts the first time is no resumption, the next one is", async () => {
  const { news, told, clock } = listened(undefined, HEARD_SINCE_START);
  news.up();
  news.downLater();
  await clock.advance(1_000);
  news.up();
  assert.deepEqual(told, ["up", "down", "up, nothing missed"]);
});
