import assert from "node:assert/strict";
import type { LogFields } from "../base/mod.ts";
import { VirtualClock } from "../sim/mod.ts";
import { CalmLog, MOST_LINES } from "./calm_log.ts";
import { MemoryLog, SHIP, SHORE, World } from "./testing/world.ts";
import { RawPeer } from "./testing/network.ts";

const MINUTE_MS = 60_000;

function calm() {
  const [clock, under] = [new VirtualClock(), new MemoryLog()];
  return { clock, under, log: new CalmLog(under, clock) };
}

Deno.test("of one event about one peer so many lines a minute are written, and the last says so", () => {
  const { under, log } = calm();
  for (let n = 0; n < 1_000; n++) log.warn("link damaged", { peer: "ship", n });
  assert.equal(under.lines.length, MOST_LINES);
  const said = (fields: LogFields | undefined) => fields?.more;
  assert.equal(said(under.lines.at(-1)?.fields), "left out for a minute");
  assert.equal(said(under.lines.at(-2)?.fields), undefined);
});

Deno.test("other events, and those of other peers, are written all the same", () => {
  const { under, log } = calm();
  for (let n = 0; n < 1_000; n++) log.warn("link damaged", { peer: "ship", n });
  log.error("link damaged", { peer: "shore" });
  log.warn("link call refused");
  assert.deepEqual(under.lines.slice(MOST_LINES).map(({ event, fields }) => [event, fields]), [
    ["link damaged", { peer: "shore" }],
    ["link call refused", {}],
  ]);
});

Deno.test("when the minute is over the next line tells how many were left out", async () => {
  const { clock, under, log } = calm();
  for (let n = 0; n < MOST_LINES + 7; n++) log.warn("link damaged", { peer: "ship" });
  await clock.advance(MINUTE_MS);
  log.warn("link damaged", { peer: "ship" });
  log.warn("link damaged", { peer: "ship" });
  assert.deepEqual(under.lines.slice(MOST_LINES).map(({ fields }) => fields), [
    { peer: "ship", leftOut: 7 },
    { peer: "ship" },
  ]);
});

Deno.test("callers who are turned away, talk nonsense or forge addresses do not fill the log", async () => {
  const world = new World();
  const shore = world.shore({ peer: { profile: "halyard" } });
  await shore.links.start();
  const at = { host: SHORE.host, port: 5270 };
  const call = async (host: string) => {
    const calling = world.network.call(host, at);
    await world.clock.advance(1);
    return new RawPeer(await calling);
  };
  const stanza = new TextEncoder().encode("<m from='a@evil.example' to='b@shore.example'/>");
  for (let n = 0; n < 2 * MOST_LINES; n++) {
    (await call("10.9.9.9")).close();
    (await call(SHIP.host)).writeBytes(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
    const opening = [0xe2, 1, 0, 1, 2, 3, n, 1];
    const frame = Uint8Array.of(...opening, ...stanza);
    (await call(SHIP.host)).writeBytes(Uint8Array.of(frame.length, ...frame));
    await world.clock.advance(1);
  }
  const lines = new Map<string, number>();
  for (const { event } of shore.log.lines) lines.set(event, (lines.get(event) ?? 0) + 1);
  for (const event of ["link call refused", "link damaged", "link stanza refused"]) {
    assert.equal(lines.get(event), MOST_LINES, event);
  }
  await world.stop();
});
