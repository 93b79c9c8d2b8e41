import assert from "node:assert/strict";
import { AckWindow } from "./ack_window.ts";

/** Sends as much as the window lets, over a link of that rate, and returns the longest backlog below it, in seconds. */
function backlogSeconds(rateBps: number): number {
  const window = new AckWindow();
  const octetMs = 8_000 / rateBps;
  let [nowMs, freeAtMs, last] = [0, 0, 0];
  const underWay: { readonly last: number; readonly arrivesMs: number }[] = [];
  const backlogsMs: number[] = [];
  while (nowMs < 3_600_000) {
    while (window.roomBytes > 0) {
      freeAtMs = Math.max(freeAtMs, nowMs) + 500 * octetMs;
      window.sent(++last, 500, nowMs);
      underWay.push({ last, arrivesMs: freeAtMs });
    }
    if (nowMs > 600_000) backlogsMs.push(freeAtMs - nowMs);
    const first = underWay.shift();
    assert(first !== undefined, "the link is never idle");
    nowMs = Math.max(nowMs, first.arrivesMs);
    window.acknowledged(first.last, nowMs);
  }
  return Math.max(...backlogsMs) / 1_000;
}

for (const rateBps of [2_400, 9_600, 64_000]) {
  Deno.test(`at ${rateBps} bit/s, which nobody has told it, at most a few seconds lie below the window`, () => {
    const seconds = backlogSeconds(rateBps);
    assert.ok(seconds <= 10, `${seconds} s`);
  });
}

Deno.test("a fast link gets a wide window", () => {
  const window = new AckWindow();
  for (let number = 1; number <= 10; number++) {
    window.sent(number, window.roomBytes, number * 100);
    window.acknowledged(number, number * 100 + 50);
  }
  assert.equal(window.roomBytes, 1_048_576);
});

Deno.test("a pause says nothing about the link: an acknowledgement may wait for company", () => {
  const window = new AckWindow();
  const before = window.roomBytes;
  window.sent(1, 100, 0);
  window.acknowledged(1, 30_000);
  assert.equal(window.roomBytes, before);
});

Deno.test("a stanza larger than the window goes when nothing else is under way", () => {
  const window = new AckWindow();
  window.sent(1, 100_000, 0);
  assert.equal(window.roomBytes, 0);
  window.acknowledged(1, 60_000);
  assert.ok(window.roomBytes >= 2_048);
});
