import assert from "node:assert/strict";
import type { ServerStatus } from "../server.ts";
import { statusLines } from "./status_view.ts";

Deno.test("status tells what is kept of each peer's answers, and what that has saved", () => {
  const status: ServerStatus = {
    domain: "ship.example",
    version: "1.0.0",
    startedMs: 0,
    nowMs: 60_000,
    clients: 2,
    peers: [{
      name: "shore",
      domains: ["shore.example"],
      state: "up",
      carrier: "tcp",
      sinceMs: 0,
      lastHeardMs: 30_000,
      queue: { stanzas: 0, sizeBytes: 0, oldestAgeMs: undefined, airtimeMs: undefined },
      bytes: { rawOut: 100, linkOut: 50, rawIn: 0, linkIn: 0 },
      stanzas: { out: 1, in: 0 },
      savings: [],
      refused: 0,
    }],
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
