import assert from "node:assert/strict";
import { seededRandom } from "../../base/mod.ts";
import { VirtualClock } from "../clock.ts";
import { hfModem } from "./air.ts";
import { HfChannel, type HfStation } from "./channel.ts";
import type { DPdu, DPduBody } from "./dpdu.ts";

const BODY: DPduBody = { kind: "link", signal: { kind: "accepted" } };

/** Says what it was told to, and notes when it hears what. */
class Parrot implements HfStation {
  readonly heard: string[] = [];
  readonly said: number[][] = [];
  #next: number[][] = [];

  constructor(readonly address: string, readonly to: string, readonly channel: HfChannel) {
    channel.attach(this);
  }

  say(...sizesBytes: number[]): void {
    this.#next.push(sizesBytes);
    this.channel.want(this);
  }

  compose(): DPdu[] {
    const sizes = this.#next.shift() ?? [];
    if (this.#next.length > 0) this.channel.want(this);
    this.said.push(sizes);
    return sizes.map((sizeBytes) => ({ from: this.address, to: this.to, sizeBytes, body: BODY }));
  }

  sent(airMs: number): void {
    this.heard.push(`sent at ${this.channel.nowMs} after ${airMs}`);
  }

  hear({ sizeBytes }: DPdu): void {
    this.heard.push(`${sizeBytes} at ${this.channel.nowMs}`);
  }

  heardOut(): void {
    this.heard.push(`out at ${this.channel.nowMs}`);
  }
}

/** 1,200 bit/s: a block is 0.6 s and 90 octets, the preamble 0.6 s, the turnaround 2 s. */
function setUp(options: { outages?: { fromMs: number; toMs: number }[]; lossRatio?: number } = {}) {
  const clock = new VirtualClock();
  const { outages = [], lossRatio = 0 } = options;
  const fading = { lossRatio, burstBlocks: 2 };
  const channel = new HfChannel(clock, { modem: hfModem(), outages, fading }, seededRandom(3));
  const a = new Parrot("1.2.3.4", "1.2.3.5", channel);
  const b = new Parrot("1.2.3.5", "1.2.3.4", channel);
  return { clock, channel, a, b };
}

Deno.test("D_PDUs come at the end of the block in which their last octet sits", async () => {
  const { clock, a, b } = setUp();
  a.say(40, 40, 40, 150);
  await clock.advance(60_000);
  // 80 octets end in the first block, 120 in the second, 270 fill the third.
  assert.deepEqual(b.heard, ["40 at 1200", "40 at 1200", "40 at 1800", "150 at 2400", "out at 2400"]);
  assert.deepEqual(a.heard, ["sent at 2400 after 2400"]);
});

Deno.test("the next transmission begins after the turnaround, and the other side goes first", async () => {
  const { clock, channel, a, b } = setUp();
  a.say(10);
  a.say(20);
  await clock.advance(500);
  b.say(30);
  await clock.advance(60_000);
  assert.deepEqual(a.heard, [
    "sent at 1200 after 1200",
    "30 at 4400",
    "out at 4400",
    "sent at 7600 after 1200",
  ]);
  const { turnarounds, transmissions, airMs, sizeBytes, byNode } = channel.counts;
  assert.deepEqual([turnarounds, transmissions, airMs, sizeBytes], [2, 3, 3_600, 60]);
  assert.deepEqual(byNode.get("1.2.3.4"), { airMs: 2_400, transmissions: 2, dPdus: 2, sizeBytes: 30 });
  assert.equal(channel.counts.utilisation, 3_600 / 60_500);
  assert.equal(channel.counts.idleMs, 60_500 - 7_600 - 2_000);
});

Deno.test("who has nothing to say after all passes the turn on", async () => {
  const { clock, channel, a, b } = setUp();
  channel.want(a);
  await clock.advance(0);
  assert.equal(channel.isBusy, false);
  channel.want(a);
  b.say(10);
  await clock.advance(1_200);
  assert.deepEqual(a.heard, ["10 at 1200", "out at 1200"]);
});

Deno.test("a transmission under way counts with what has passed of it, also after a reset", async () => {
  const { clock, channel, a } = setUp();
  a.say(180);
  await clock.advance(1_000);
  assert.equal(channel.counts.airMs, 1_000);
  assert.equal(channel.isBusy, true);
  channel.resetCounts();
  await clock.advance(2_000);
  const { airMs, elapsedMs, transmissions, idleMs } = channel.counts;
  assert.deepEqual([airMs, elapsedMs, transmissions, idleMs], [800, 2_000, 1, 0]);
  await clock.advance(2_000);
  assert.equal(channel.counts.idleMs, 4_000 - 800 - 2_000);
  a.say(1);
  await clock.advance(1_200);
  assert.equal(channel.counts.idleMs, 1_200);
});

Deno.test("what touches a block in an outage is lost, and all of what has lost its preamble", async () => {
  const { clock, channel, a, b } = setUp({
    outages: [{ fromMs: 1_300, toMs: 1_700 }, { fromMs: 10_000, toMs: 10_500 }],
  });
  a.say(80, 80, 80); // octets 0 to 80, 80 to 160, 160 to 240: only the second block is lost
  await clock.advance(10_000);
  assert.deepEqual(b.heard, ["80 at 1200", "out at 2400"]);
  a.say(10, 90);
  await clock.advance(10_000);
  assert.deepEqual(b.heard.slice(2), ["out at 11800"]);
  assert.deepEqual([channel.counts.blocks, channel.counts.lostBlocks], [5, 3]);
});

Deno.test("a channel is cut and mended by call", async () => {
  const { clock, channel, a, b } = setUp();
  channel.cut();
  a.say(10);
  await clock.advance(5_000);
  assert.equal(channel.isUp, false);
  channel.mend();
  assert.equal(channel.isUp, true);
  a.say(20);
  await clock.advance(5_000);
  assert.deepEqual(b.heard, ["out at 1200", "20 at 6200", "out at 6200"]);
});

Deno.test("an address is on a channel once", () => {
  const { channel } = setUp();
  assert.throws(
    () => new Parrot("1.2.3.4", "1.2.3.5", channel),
    /Cannot attach 1.2.3.4: the address is in use/,
  );
});

Deno.test("a transmission loses about its share of blocks to fading", async () => {
  const { clock, channel, a } = setUp({ lossRatio: 0.2 });
  for (let count = 0; count < 200; count++) a.say(10, 900);
  await clock.advance(10_000_000);
  const { blocks, lostBlocks } = channel.counts;
  assert.equal(blocks, 200 * 11);
  assert.ok(Math.abs(lostBlocks / blocks - 0.2) < 0.03, `${lostBlocks} of ${blocks}`);
});
