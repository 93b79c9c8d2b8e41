import assert from "node:assert/strict";
import { openStorage } from "./mod.ts";
import { safeTurn, withPath, withStorage } from "./testing/support.ts";

const FIRST = { short: "shpaaaaa-1", original: "c4c1d6a0-93e1", owner: "romeo@ship.example" };
const SECOND = { short: "shpaaaaa-2", original: "0f8fad5b-d9cb", owner: "romeo@ship.example" };
const THIRD = { short: "shpaaaaa-3", original: "9b2d0f66-11aa", owner: "benvolio@ship.example" };

Deno.test("an id is found by either of its forms, on its own link", () => {
  withStorage([], (storage) => {
    const shore = storage.linkIds("shore");
    shore.add(FIRST, 10);
    assert.deepEqual({ ...shore.byShort(FIRST.short) }, FIRST);
    assert.deepEqual({ ...shore.byOriginal(FIRST.original) }, FIRST);
    assert.equal(shore.byShort(FIRST.original), undefined);
    assert.equal(storage.linkIds("buoy").byShort(FIRST.short), undefined);
  });
});

Deno.test("of more ids than are to be kept, those fall out that were not used for longest", () => {
  withStorage([], (storage) => {
    const shore = storage.linkIds("shore");
    storage.linkIds("buoy").add(FIRST, 2);
    shore.add(FIRST, 2);
    shore.add(SECOND, 2);
    shore.use(FIRST.short);
    shore.add(THIRD, 2);
    const kept = [FIRST, SECOND, THIRD].map(({ short }) => shore.byShort(short)?.original);
    assert.deepEqual(kept, [FIRST.original, undefined, THIRD.original]);
    assert.equal(storage.linkIds("buoy").byShort(FIRST.short)?.original, FIRST.original);
  });
});

Deno.test("ids outlive the program", () =>
  withPath((path) => {
    const first = openStorage({ path, turn: safeTurn() });
    first.linkIds("shore").add(FIRST, 10);
    first.close();
    const second = openStorage({ path, turn: safeTurn() });
    assert.equal(second.linkIds("shore").byShort(FIRST.short)?.original, FIRST.original);
    second.close();
  }));
