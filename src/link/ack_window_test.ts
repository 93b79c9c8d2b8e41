import assert from "node:assert/strict";
import { AckWindow } from "./ack_window.ts";
import { ACK_AFTER_SIZE_BYTES } from "./flow/mod.ts";

/**
 * Sends as much as the window lets, over a link of that rate, and returns the longest backlog below it, in seconds.
 * @param ratio what compression leaves of text
 */
function backlogSeconds(rateBps: number, ratio: number): number {
  const window = new AckWindow();
  const octetMs = ratio * 8_000 / rateBps;
  let [nowMs, freeAtMs, last] = [0, 0, 0];
  const underWay: { readonly last: number; readonly arrivesMs: number }[] = [];
  let longestMs = 0;
  while (nowMs < 900_000) {
    while (window.roomBytes > 0) {
      freeAtMs = Math.max(freeAtMs, nowMs) + 500 * octetMs;
      window.sent({ last: ++last, textBytes: 500, linkBytes: 500 }, nowMs);
      underWay.push({ last, arrivesMs: freeAtMs });
    }
    if (nowMs > 300_000) longestMs = Math.max(longestMs, freeAtMs - nowMs);
    const first = underWay.shift();
    assert(first !== undefined, "the link is never idle");
    nowMs = Math.max(nowMs, first.arrivesMs);
    window.acknowledged(first.last, nowMs);
  }
  return longestMs / 1_000;
}

for (const rateBps of [2_400, 9_600, 64_000, 1_000_000]) {
  Deno.test(`at ${rateBps} bit/s, which nobody has told it, at most a few seconds lie below the window`, () => {
    const seconds = backlogSeconds(rateBps, 0.35);
    assert.ok(seconds <= 8, `${seconds} s`);
    assert.ok(rateBps > 500_000 || seconds >= 1, `${seconds} s: it is kept busy`);
    const worst = backlogSeconds(rateBps, 1);
    assert.ok(worst <= 16, `${worst} s of what cannot be compressed`);
  });
}

Deno.test("a fast link gets a wide window", () => {
  const window = new AckWindow();
  for (let number = 1; number <= 10; number++) {
    window.sent({ last: number, textBytes: window.roomBytes, linkBytes: 1 }, number * 100);
    window.acknowledged(number, number * 100 + 50);
  }
  assert.equal(window.roomBytes, 1_048_576);
});

Deno.test("a pause says nothing about the link: an acknowledgement may wait for company", () => {
  const window = new AckWindow();
  const before = window.roomBytes;
  window.sent({ last: 1, textBytes: 100, linkBytes: 50 }, 0);
  window.acknowledged(1, 30_000);
  assert.equal(window.roomBytes, before);
});

Deno.test("a stanza larger than the window goes when nothing else is under way", () => {
  const window = new AckWindow();
  window.sent({ last: 1, textBytes: 100_000, linkBytes: 40_000 }, 0);
  assert.equal(window.linkBytes, 40_000);
  assert.equal(window.roomBytes, 0);
  window.acknowledged(1, 60_000);
  assert.ok(window.roomBytes >= ACK_AFTER_SIZE_BYTES, "so much is acknowledged without waiting for a timer");
  assert.equal(window.linkBytes, 0);
});
