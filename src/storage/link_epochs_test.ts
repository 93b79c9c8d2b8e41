import assert from "node:assert/strict";
import { openStorage } from "./mod.ts";
import { safeTurn, withPath, withStorage } from "./testing/support.ts";

Deno.test("a link that never was authenticated has no epochs", () => {
  withStorage([], (storage) => assert.deepEqual(storage.linkEpochs("shore").load(), { out: 0, in: 0 }));
});

Deno.test("each direction of each peer has its own epoch, up to 40 bits, and none ever sinks", () => {
  withStorage([], (storage) => {
    const shore = storage.linkEpochs("shore");
    shore.saveOut(5);
    shore.saveIn(2 ** 40 - 1);
    storage.linkEpochs("buoy").saveOut(9);
    shore.saveOut(4);
    assert.deepEqual(shore.load(), { out: 5, in: 2 ** 40 - 1 });
    assert.deepEqual(storage.linkEpochs("buoy").load(), { out: 9, in: 0 });
    shore.saveOut(6);
    assert.equal(shore.load().out, 6);
  });
});

Deno.test("epochs outlive the program", () =>
  withPath((path) => {
    const first = openStorage({ path, turn: safeTurn() });
    first.linkEpochs("shore").saveOut(7);
    first.close();
    const second = openStorage({ path, turn: safeTurn() });
    assert.deepEqual(second.linkEpochs("shore").load(), { out: 7, in: 0 });
    second.close();
  }));
