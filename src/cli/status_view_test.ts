import assert from "node:assert/strict";
import type { PeerStatus, ServerStatus } from "../server.ts";
import { peerLines, statusLines } from "./status_view.ts";

const PEER: PeerStatus = {
  name: "shore",
  domains: ["shore.example"],
  state: "down",
  carrier: undefined,
  sinceMs: 0,
  lastHeardMs: undefined,
  queue: {
    stanzas: 3,
    sizeBytes: 600,
    byPrecedence: { flash: 1, immediate: 0, priority: 0, routine: 2 },
    oldestAgeMs: 5_000,
    airtimeMs: 4_000,
  },
  bytes: { rawOut: 0, linkOut: 0, rawIn: 0, linkIn: 0 },
  stanzas: { out: 0, in: 0 },
  savings: [{ rule: "superseded", why: "newer", stanzas: 2, savedBytes: 300 }],
  refused: 0,
};

Deno.test("the status says what waits, by level where there are several", () => {
  const lines = peerLines(PEER, 60_000);
  assert.equal(lines[0], "shore (shore.example): link down since 1 min, last heard never");
  assert.equal(
    lines[1],
    "  waiting: 3 stanzas (1 flash, 2 routine), 600 B, oldest 5 s, about 4 s on the air",
  );
  assert.equal(lines[4], "  superseded: 2 stanzas, 300 B saved (newer)");
  const byPrecedence = { flash: 0, immediate: 0, priority: 0, routine: 3 };
  const routine = peerLines({ ...PEER, queue: { ...PEER.queue, byPrecedence } }, 60_000);
  assert.equal(routine[1], "  waiting: 3 stanzas, 600 B, oldest 5 s, about 4 s on the air");
});

Deno.test("status tells what is kept of each peer's answers, and what that has saved", () => {
  const status: ServerStatus = {
    domain: "ship.example",
    version: "1.0.0",
    startedMs: 0,
    nowMs: 60_000,
    clients: 2,
    peers: [{ ...PEER, savings: [] }],
    caches: [{
      peer: "shore",
      entries: 3,
      sizeBytes: 2_048,
      voided: 1,
      kinds: [{ kind: "vcard", hits: 4, merged: 2, asked: 1, savedBytes: 4_096 }],
    }],
    metrics: {},
  };
  const [, , , , , , cache, kind] = statusLines(status);
  assert.equal(cache, "  cache: 3 answers, 2.0 KiB, 1 voided");
  assert.equal(kind, "    vcard: 4 answered here, 2 merged, 1 crossed, 4.0 KiB saved");
});
