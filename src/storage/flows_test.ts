import assert from "node:assert/strict";
import { Turn } from "../base/mod.ts";
import { openStorage } from "./mod.ts";
import { withPath } from "./testing/support.ts";

function withFlows(test: (storage: ReturnType<typeof openStorage>) => void): void {
  const storage = openStorage({
    path: ":memory:",
    turn: new Turn((error) => {
      throw error;
    }),
  });
  try {
    test(storage);
  } finally {
    storage.close();
  }
}

const INCARNATION = Uint8Array.of(1, 2, 3, 4);
const TEXTS = [1, 2, 3].map((number) => ({ number, text: Uint8Array.of(number) }));

Deno.test("a flow that never was is not there", () => {
  withFlows((storage) => assert.equal(storage.flows("shore").sender.load(), undefined));
});

Deno.test("the peers are known that have not acknowledged what was sent", () => {
  withFlows((storage) => {
    const record = { incarnation: INCARNATION, acked: 3, confirmed: 3, sent: 3, base: 1, coding: 2 } as const;
    storage.flows("shore").sender.save({ ...record, sent: 5 });
    storage.flows("cape").sender.save(record);
    assert.deepEqual(storage.unacknowledged().map((row) => ({ ...row })), [{ peer: "shore", stanzas: 2 }]);
  });
});

Deno.test("both directions of each peer are kept apart, with their texts in order", () => {
  withFlows((storage) => {
    const { sender, receiver } = storage.flows("shore");
    sender.save({ incarnation: INCARNATION, acked: 1, confirmed: 3, sent: 3, base: 1, coding: 2 });
    receiver.save({
      incarnation: INCARNATION,
      received: 9,
      base: 7,
      retired: Uint8Array.of(9, 9, 9, 9),
      coding: 1,
    });
    for (const text of [...TEXTS].reverse()) sender.addText(text);
    assert.deepEqual(sender.load(), {
      record: { incarnation: INCARNATION, acked: 1, confirmed: 3, sent: 3, base: 1, coding: 2 },
      texts: TEXTS,
    });
    assert.deepEqual(receiver.load(), {
      record: {
        incarnation: INCARNATION,
        received: 9,
        base: 7,
        retired: Uint8Array.of(9, 9, 9, 9),
        coding: 1,
      },
      texts: [],
    });
    assert.equal(storage.flows("other").sender.load(), undefined);
  });
});

Deno.test("texts go from the oldest on, or all at once; the record is replaced", () => {
  withFlows((storage) => {
    const { sender } = storage.flows("shore");
    sender.save({ incarnation: INCARNATION, acked: 1, confirmed: 3, sent: 3, base: 1, coding: 2 });
    for (const text of TEXTS) sender.addText(text);
    sender.removeBelow(3);
    assert.deepEqual(sender.load()?.texts.map(({ number }) => number), [3]);
    sender.save({ incarnation: INCARNATION, acked: 3, confirmed: 3, sent: 3, base: 2, coding: 2 });
    assert.equal(sender.load()?.record.acked, 3);
    sender.clear();
    assert.deepEqual(sender.load()?.texts, []);
  });
});

Deno.test("of the states of one turn the last is kept, however often it changes", () => {
  withFlows((storage) => {
    const { sender } = storage.flows("shore");
    for (const sent of [1, 2, 3]) {
      sender.save({ incarnation: INCARNATION, acked: 0, confirmed: 0, sent, base: 1, coding: 1 });
    }
    assert.equal(storage.flows("shore").sender.load()?.record.sent, 3);
  });
});

Deno.test("a state that was changed outlives the store, and is committed with the texts of its turn", () =>
  withPath((path) => {
    const turn = new Turn((error) => {
      throw error;
    });
    const first = openStorage({ path, turn });
    first.flows("shore").sender.save({
      incarnation: INCARNATION,
      acked: 0,
      confirmed: 0,
      sent: 1,
      base: 1,
      coding: 1,
    });
    for (const text of TEXTS.slice(0, 1)) first.flows("shore").sender.addText(text);
    turn.end();
    const second = openStorage({ path, turn: new Turn(() => {}) });
    assert.equal(second.flows("shore").sender.load()?.record.sent, 1);
    assert.equal(second.flows("shore").sender.load()?.texts.length, 1);
    second.close();
    first.close();
  }));
