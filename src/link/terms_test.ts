import assert from "node:assert/strict";
import { Metrics, nullLog } from "../base/mod.ts";
import { dateTime, NS, type Stanza } from "../stanza/mod.ts";
import { DEFAULT_XML_LIMITS } from "../xml/mod.ts";
import { Outbox } from "./outbox.ts";
import { Tally } from "./tally.ts";
import { stanza } from "./testing/stanzas.ts";
import { MemoryQueueStore, type Side, World } from "./testing/world.ts";

const MINUTE_MS = 60_000;
const SHIM = "http://jabber.org/protocol/shim";

function marked(body: string, precedence: string): string {
  return `<message id='${body}' type='chat'><body>${body}</body><headers xmlns='${SHIM}'>` +
    `<header name='Precedence'>${precedence}</header></headers></message>`;
}

/** A message that is worthless a minute from now, and what is to be done about it then. */
function brief(world: World, action: string, id: string = action): string {
  const value = dateTime(world.clock.nowMs() + MINUTE_MS);
  return `<message id='${id}' type='chat'><body>${id}</body><amp xmlns='${NS.AMP}'>` +
    `<rule action='${action}' condition='expire-at' value='${value}'/></amp></message>`;
}

function answers(side: Side): string[] {
  return side.routed.map(({ id, type, element }) => {
    const status = element.getChild("amp", NS.AMP)?.attrs.status;
    const error = element.getChild("error");
    const conditions = error?.children.map((child) => typeof child === "string" ? "" : child.name) ?? [];
    return [id, type || "normal", status ?? "-", ...conditions.filter((name) => name !== "text")].join(" ");
  });
}

Deno.test("a flash message overtakes what waits, also what waited over a restart", async () => {
  const world = new World();
  const store = new MemoryQueueStore();
  const first = world.ship({ store });
  await first.links.start();
  for (
    const [body, level] of [["a", "routine"], ["b", "flash"], ["c", "priority"], ["d", "routine"]] as const
  ) {
    first.send(marked(body, level));
  }
  assert.deepEqual(first.status.queue.byPrecedence, { flash: 1, immediate: 0, priority: 1, routine: 2 });
  await first.links.stop();
  const [ship, shore] = [world.ship({ store }), world.shore()];
  await ship.links.start();
  assert.deepEqual(ship.status.queue.byPrecedence, { flash: 1, immediate: 0, priority: 1, routine: 2 });
  ship.send(marked("e", "immediate"));
  await shore.links.start();
  await world.clock.advance(MINUTE_MS);
  assert.deepEqual(shore.bodies, ["b", "e", "c", "a", "d"]);
  assert.equal(store.rows.length, 0);
  await world.stop();
});

Deno.test("a peer's setting bounds what may be claimed", async () => {
  const world = new World();
  const queue = {
    stanzas: 10,
    sizeBytes: 10_000,
    ageMs: MINUTE_MS,
    iqAgeMs: MINUTE_MS,
    highestPrecedence: "priority",
  } as const;
  const ship = world.ship({ peer: { queue } });
  await ship.links.start();
  ship.send(marked("a", "flash"));
  assert.deepEqual(ship.status.queue.byPrecedence, { flash: 0, immediate: 0, priority: 1, routine: 0 });
  await world.stop();
});

Deno.test("what is stale dies in the queue, and its sender hears what he asked for", async () => {
  const world = new World();
  const ship = world.ship();
  await ship.links.start();
  for (const action of ["drop", "error", "alert", "notify"]) ship.send(brief(world, action));
  await world.clock.advance(MINUTE_MS - 1_000);
  assert.deepEqual([ship.status.queue.stanzas, ship.routed.length], [4, 0]);
  await world.clock.advance(1_000);
  assert.deepEqual(answers(ship), [
    "error error error undefined-condition failed-rules",
    "alert normal alert",
  ]);
  assert.equal(ship.status.queue.stanzas, 1, "a notice does not keep the message from waiting on");
  assert.equal(ship.store.rows.length, 1);
  const shore = world.shore();
  await shore.links.start();
  await world.clock.advance(10 * MINUTE_MS);
  assert.deepEqual(shore.bodies, ["notify"]);
  assert.deepEqual(answers(ship).slice(2), ["notify normal notify"]);
  assert.equal(
    ship.metrics.value("halyard_link_lost_stanzas_total", { peer: "shore", reason: "expired" }),
    3,
  );
  await world.stop();
});

Deno.test("what is stale when it comes does not even wait, and after a restart neither", async () => {
  const world = new World();
  const store = new MemoryQueueStore();
  const ship = world.ship({ store });
  await ship.links.start();
  const late = brief(world, "error", "late");
  const stays = brief(world, "error", "stays");
  ship.send(stays);
  await ship.links.stop();
  await world.clock.advance(2 * MINUTE_MS);
  const again = world.ship({ store });
  await again.links.start();
  again.send(late);
  assert.deepEqual(answers(again), [
    "stays error error undefined-condition failed-rules",
    "late error error undefined-condition failed-rules",
  ]);
  assert.deepEqual([again.status.queue.stanzas, store.rows.length], [0, 0]);
  await world.stop();
});

Deno.test("what is worthless when it is taken is not taken, however late the timer is", () => {
  let nowMs = 1_000_000;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, after: () => () => {} };
  const answered: Stanza[] = [];
  const outbox = new Outbox({
    peer: {
      name: "shore",
      domains: ["shore.example"],
      rules: [],
      queue: { stanzas: 9, sizeBytes: 9_999, ageMs: MINUTE_MS, iqAgeMs: 1_000 },
    },
    store: new MemoryQueueStore(),
    limits: DEFAULT_XML_LIMITS,
    answer: (stanza) => void answered.push(stanza),
    status: () => {
      throw new Error("nobody is told anything");
    },
    tally: new Tally("shore", new Metrics()),
    clock,
    log: nullLog,
  });
  const link = { isUp: true, roomBytes: 0 };
  outbox.accept(stanza("<iq type='get' id='1'/>", nowMs), link);
  outbox.accept(stanza("<message id='2'><body>x</body></message>", nowMs), link);
  nowMs += 1_000;
  const refused = () => answered.map(({ id }) => id);
  assert.equal(outbox.take(1, () => false), undefined);
  assert.deepEqual([refused(), outbox.stanzas], [["1"], 1]);
  assert.deepEqual(outbox.take(1)?.stanzas.map(({ stanza }) => stanza.id), ["2"]);
  assert.deepEqual([refused(), outbox.stanzas], [["1"], 0]);
});

Deno.test("what was about to leave and is overtaken by much is on disk all the same", async () => {
  const world = new World();
  const [ship, shore] = [world.ship(), world.shore()];
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(1_000);
  ship.send("<message><body>small</body></message>");
  assert.equal(ship.store.rows.length, 0, "it leaves in this turn");
  for (let n = 0; n < 30; n++) ship.send(marked("x".repeat(200), "flash"));
  assert.ok(ship.store.rows.some(({ xml }) => xml.includes("small")), "it does not any more");
  await world.clock.advance(1_000);
  assert.equal(shore.bodies.at(-1), "small");
  assert.equal(ship.store.rows.length, 0);
  await world.stop();
});
