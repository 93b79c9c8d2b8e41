import assert from "node:assert/strict";
import { type CloseReason, nullLog, seededRandom } from "../base/mod.ts";
import { VirtualClock } from "../sim/mod.ts";
import { Callers } from "./callers.ts";
import { LinkEngine } from "./flow/mod.ts";
import { MemoryStore } from "./flow/testing/memory_store.ts";
import type { TcpCarrierConfig } from "./mod.ts";
import type { Road } from "./road.ts";
import { Roads } from "./roads.ts";
import { TestNetwork } from "./testing/network.ts";
import { only, SHORE } from "./testing/world.ts";

const CARRIER: TcpCarrierConfig = {
  kind: "tcp",
  connect: { host: SHORE.host, port: 5270 },
  allowFrom: [only(SHORE)],
  connectTimeoutMs: 30_000,
  retryFirstMs: 2_000,
  retryMostMs: 60_000,
};

/** The roads to one peer: a carrier that can be called stands first, then whatever a test adds. */
function roads() {
  const clock = new VirtualClock();
  const network = new TestNetwork(clock);
  const events = { deliver: () => {}, peerRestarted: () => {}, resynchronised: () => {}, damaged: () => {} };
  const store = new MemoryStore();
  const engine = new LinkEngine({ store, random: seededRandom(1), coding: 0, ackDelayMs: 30_000, events });
  const callers = new Callers({
    peer: "shore",
    carriers: [{ rank: 0, carrier: CARRIER }],
    network: network.from("10.0.0.1"),
    clock,
    random: seededRandom(2),
    log: nullLog,
    onConnected: () => {},
    onChange: () => {},
  });
  const all = new Roads({ engine, callers, clock, oursStands: true, mustProve: false, onUse: () => {} });
  return { clock, network, engine, callers, all };
}

type Made = { -readonly [K in keyof Road]: Road[K] } & { reason?: CloseReason };

function road(engine: LinkEngine, kind: "stream" | "block", rank: number, more: Partial<Road> = {}): Made {
  const made: Made = {
    carrier: CARRIER,
    rank,
    isOurs: true,
    channel: engine.connected(kind),
    isOpen: true,
    isProven: true,
    room: undefined,
    waitMs: undefined,
    gatherMs: 0,
    isAnswerDue: false,
    prepare: () => {},
    withdraw: () => {},
    send: () => {},
    close(reason) {
      if (!made.isOpen) return;
      made.reason = reason;
      made.isOpen = false;
      made.closing = reason;
    },
    ...more,
  };
  return made;
}

Deno.test("an idle link rests, though there is a node that is always there; a stanza is first offered to the better one", async () => {
  const { clock, network, engine, callers, all } = roads();
  const [radio, node] = [road(engine, "stream", 0, { idleCloseMs: 60_000 }), road(engine, "block", 1)];
  all.add(node);
  all.add(radio);
  all.settle(false);
  assert.equal(all.inUse, radio);
  await clock.advance(60_000);
  all.settle(false);
  assert.equal(radio.reason, "idle");
  all.remove(radio, "idle");
  for (let n = 0; n < 60; n++) {
    await clock.advance(60_000);
    all.settle(false);
  }
  assert.deepEqual([all.isIdle, all.inUse, network.calls.length], [true, undefined, 0]);
  all.settle(true);
  assert.deepEqual([all.inUse, network.calls.length], [undefined, 1], "it is called first");
  await clock.advance(10_000);
  all.settle(true);
  assert.equal(all.inUse, node, "and when that is in vain the node has its turn");
  callers.stop();
});
