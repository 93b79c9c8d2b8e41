import assert from "node:assert/strict";
import { seededRandom } from "../../base/mod.ts";
import { Deflater, Inflater } from "../../deflate/mod.ts";
import type { Channel } from "./channel.ts";
import { CODE_2 } from "./code2.ts";
import { crc32 } from "./crc32.ts";
import { DICTIONARY_2 } from "./dictionary2.ts";
import { LinkEngine } from "./engine.ts";
import type { CarrierKind, Coding } from "./frame.ts";
import { MemoryStore } from "./testing/memory_store.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

Deno.test("dictionary 2 and its code never change: they are named on the wire", () => {
  assert.deepEqual([DICTIONARY_2.length, crc32(DICTIONARY_2)], [6_367, 4_068_411_674]);
  assert.deepEqual([crc32(CODE_2.literalLengths), crc32(CODE_2.distanceLengths)], [
    2_601_953_871,
    1_245_392_136,
  ]);
});

Deno.test("the code of coding 2 gives every bit a meaning and every symbol a code", () => {
  for (const [lengths, symbols] of [[CODE_2.literalLengths, 286], [CODE_2.distanceLengths, 30]] as const) {
    const used = lengths.filter((length) => length > 0);
    assert.equal(used.length, symbols);
    assert.equal(used.reduce((sum, length) => sum + 2 ** (15 - length), 0), 2 ** 15);
  }
});

Deno.test("text costs less by the code of coding 2, and comes back by no other", () => {
  const text = encoder.encode("\u0010Alongside at 0600, fuel and water please");
  const [plain, own] = [new Deflater(DICTIONARY_2), new Deflater(DICTIONARY_2, CODE_2)].map((deflater) =>
    deflater.block(text)
  );
  assert.ok(plain !== undefined && own !== undefined);
  assert.deepEqual([text.length, plain.length, own.length], [41, 31, 27]);
  assert.deepEqual(new Inflater(DICTIONARY_2, CODE_2).block(own, 100), text);
  assert.throws(() => assert.deepEqual(new Inflater(DICTIONARY_2).block(own, 100), text));
});

/** A side that can be restarted in another coding. */
class Side {
  readonly store = new MemoryStore();
  engine = this.restart(1);
  channel: Channel | undefined;
  resynchronised = 0;
  sentBytes = 0;

  restart(coding: Coding): LinkEngine {
    this.channel = undefined;
    return this.engine = new LinkEngine({
      store: this.store,
      random: seededRandom(3),
      coding,
      ackDelayMs: 0,
      events: {
        deliver: ({ text }) => void this.store.delivered.push(decoder.decode(text)),
        peerRestarted() {},
        resynchronised: () => void this.resynchronised++,
        damaged(error) {
          throw error;
        },
      },
    });
  }
}

/** Lets both say all they have to say. */
function exchange(kind: CarrierKind, ship: Side, shore: Side): void {
  for (let round = 0; round < 4; round++) {
    for (const [from, to] of [[ship, shore], [shore, ship]] as const) {
      from.channel ??= from.engine.connected(kind);
      to.channel ??= to.engine.connected(kind);
      from.engine.use(from.channel);
      for (
        const { octets, handle } of from.channel.flush(round, {
          textBytes: 9_999,
          blockBytes: 300,
          blocks: 9,
        })
      ) {
        from.sentBytes += octets.length;
        to.channel.receive(octets, round);
        if (kind === "block") from.channel.outcome(handle, true);
      }
    }
  }
}

for (const kind of ["stream", "block"] as const) {
  Deno.test(`${kind}: a side that shortens is read by one that does not, also after both have restarted`, () => {
    const [ship, shore] = [new Side(), new Side()];
    const said: string[] = [];
    const sizes: number[] = [];
    for (let life = 0; life < 3; life++) {
      ship.restart(2);
      shore.restart(1);
      for (let n = 0; n < 3; n++) {
        const text = `<message id='abcdefgh-${said.length}'><body>number ${n}</body></message>`;
        said.push(text);
        ship.engine.accept(encoder.encode(text));
        shore.engine.accept(encoder.encode(text));
        const before = ship.sentBytes;
        exchange(kind, ship, shore);
        sizes.push(ship.sentBytes - before);
      }
    }
    assert.deepEqual([shore.store.delivered, ship.store.delivered], [said, said]);
    assert.deepEqual([ship.resynchronised, shore.resynchronised], [0, 0]);
    // Who hears of the other's restart on blocks says once more what it has: its own may not have been heard.
    assert.ok(Math.max(...sizes.slice(1)) < 40, `${sizes}`);
  });

  Deno.test(`${kind}: when the coding is changed the flow goes on in the new one, and nothing is lost`, () => {
    const [ship, shore] = [new Side(), new Side()];
    const said: string[] = [];
    for (const coding of [1, 2, 0, 2, 1, 1] as const) {
      // What was numbered before the restart crosses after it.
      said.push(`<m id='${said.length}'/>`, `<m id='${said.length + 1}'/>`);
      for (const text of said.slice(-2)) ship.engine.accept(encoder.encode(text));
      ship.restart(coding);
      shore.restart(1);
      exchange(kind, ship, shore);
      assert.equal(ship.store.sender.load()?.record.coding, coding);
      assert.equal(shore.store.receiver.load()?.record.coding, coding);
    }
    assert.deepEqual(shore.store.delivered, said);
    assert.equal(shore.resynchronised, 0);
  });
}
