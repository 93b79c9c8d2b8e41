import assert from "node:assert/strict";
import { seededRandom } from "../../base/mod.ts";
import { LinkEngine } from "./engine.ts";
import type { Coding } from "./frame.ts";
import { MemoryStore } from "./testing/memory_store.ts";

const encoder = new TextEncoder();

function engineOf(coding: Coding) {
  const events = { deliver: () => {}, peerRestarted: () => {}, resynchronised: () => {}, damaged: () => {} };
  const engine = new LinkEngine({
    store: new MemoryStore(),
    random: seededRandom(1),
    coding,
    ackDelayMs: 30_000,
    events,
  });
  const channel = engine.connected("block");
  engine.use(channel);
  return { engine, channel };
}

const WORDS =
  "position course speed wind sea state north weather report all well request confirm eta fuel water".split(
    " ",
  );

/** Stanzas as people write them. */
function chat(n: number): string {
  const words = Array.from({ length: 5 + n % 17 }, (_, at) => WORDS[(n * 7 + at * 13) % WORDS.length]).join(
    " ",
  );
  return `<message from='romeo@ship.example/deck' to='juliet@shore.example' type='chat' id='m${n}'><body>${words} ${n}</body></message>`;
}

/** Text that compression can do little about, and of very different sizes. */
function noise(n: number): string {
  let state = n * 7_919 + 1;
  const size = [30, 900, 60, 250][n % 4] ?? 0;
  const body = Array.from({ length: size }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"[state % 64];
  });
  return `<message><body>${body.join("")}</body></message>`;
}

const KINDS: readonly (readonly [what: string, text: (n: number) => string])[] = [["chat", chat], [
  "noise",
  noise,
]];

for (const [what, text] of KINDS) {
  for (const coding of [0, 1] as const) {
    for (const blockBytes of [233, 500, 2_000]) {
      Deno.test(`blocks of ${blockBytes} octets are full of ${what}, coding ${coding}, and no larger unless one stanza is`, () => {
        const { engine, channel } = engineOf(coding);
        for (let n = 0; n < 300; n++) engine.accept(encoder.encode(text(n)));
        const sizes: number[] = [];
        for (let last = 0; last < 300;) {
          const [block] = channel.flush(0, { textBytes: 1_000_000, blockBytes, blocks: 1 });
          assert(block !== undefined, "there is more to say");
          const isOne = block.last === last + 1;
          assert.ok(
            block.octets.length <= blockBytes || isOne,
            `${block.octets.length} octets of several stanzas`,
          );
          last = block.last;
          sizes.push(block.octets.length);
          channel.outcome(block.handle, true);
        }
        const fitting = sizes.slice(0, -1).filter((size) => size <= blockBytes);
        const share = fitting.reduce((sum, size) => sum + size, 0) / (fitting.length * blockBytes);
        const expected = blockBytes === 2_000
          ? (what === "chat" ? 0.8 : 0.65)
          : blockBytes === 500 && what === "chat"
          ? 0.6
          : 0.25;
        assert.ok(fitting.length === 0 || share >= expected, `filled to ${share.toFixed(2)}`);
      });
    }
  }
}

Deno.test("a stanza larger than a block goes alone, and does not spoil the block before it", () => {
  const { engine, channel } = engineOf(1);
  engine.accept(encoder.encode(chat(1)));
  engine.accept(
    encoder.encode(`<message><body>${noise(1).repeat(3).replace(/<[^>]*>/g, "")}</body></message>`),
  );
  engine.accept(encoder.encode(chat(2)));
  const blocks = channel.flush(0, { textBytes: 1_000_000, blockBytes: 300, blocks: 5 });
  assert.deepEqual(blocks.map(({ last }) => last), [1, 2, 3]);
  const [first, second, third] = blocks.map(({ octets }) => octets.length);
  assert.ok((first ?? 999) <= 300 && (second ?? 0) > 300 && (third ?? 999) <= 300);
});

Deno.test("the text of a block is bounded, however well it compresses", () => {
  const { engine, channel } = engineOf(1);
  for (let n = 0; n < 4_000; n++) {
    engine.accept(encoder.encode(`<message><body>${"all is well ".repeat(20)}</body></message>`));
  }
  let last = 0;
  for (const block of channel.flush(0, { textBytes: 1_000_000, blockBytes: 2_000, blocks: 4 })) {
    assert.ok(block.textBytes <= 65_536, `${block.textBytes} octets of text`);
    assert.ok(block.octets.length <= 2_000);
    assert.ok(block.last > last);
    last = block.last;
  }
});
