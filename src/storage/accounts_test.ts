import assert from "node:assert/strict";
import { account, item, withStorage } from "./testing/support.ts";

Deno.test("an account comes back with all its keys, and the other accounts with theirs", () => {
  withStorage([], ({ accounts }) => {
    assert.equal(accounts.create(account("romeo", 1)), true);
    assert.equal(accounts.create(account("juliet", 2)), true);
    assert.deepEqual(accounts.get("romeo"), account("romeo", 1));
    assert.deepEqual(accounts.get("juliet"), account("juliet", 2));
    assert.equal(accounts.get("nurse"), undefined);
    assert.deepEqual([accounts.has("romeo"), accounts.has("nurse"), accounts.has("Romeo")], [
      true,
      false,
      false,
    ]);
  });
});

Deno.test("creating an account that exists is refused and leaves its keys alone", () => {
  withStorage([], ({ accounts }) => {
    accounts.create(account("romeo", 1));
    assert.equal(accounts.create(account("romeo", 2)), false);
    assert.deepEqual(accounts.get("romeo"), account("romeo", 1));
  });
});

Deno.test("updating replaces all keys of that account only, and keeps its roster", () => {
  withStorage(["romeo", "juliet"], ({ accounts, rosters }) => {
    rosters.put("romeo", item("nurse@example"));
    assert.equal(accounts.update(account("romeo", 7)), true);
    assert.deepEqual(accounts.get("romeo"), account("romeo", 7));
    assert.deepEqual(accounts.get("juliet"), account("juliet", 1));
    assert.deepEqual(rosters.items("romeo"), [item("nurse@example")]);
    assert.equal(accounts.update(account("nurse", 7)), false);
    assert.equal(accounts.has("nurse"), false);
  });
});

Deno.test("removing an account takes its roster and its offline messages with it", () => {
  const limits = { messages: 1, sizeBytes: 100 };
  withStorage(["romeo", "juliet"], ({ accounts, rosters, offline }) => {
    for (const owner of ["romeo", "juliet"]) {
      rosters.put(owner, item("nurse@example"));
      offline.add(owner, "<message/>", 1, limits);
    }
    assert.equal(accounts.remove("romeo"), true);
    assert.equal(accounts.remove("romeo"), false);

    accounts.create(account("romeo", 2));
    assert.deepEqual(rosters.items("romeo"), []);
    assert.deepEqual(offline.list("romeo"), []);
    assert.equal(offline.add("romeo", "<message/>", 1, limits), true, "the limits start afresh");
    assert.deepEqual(rosters.items("juliet"), [item("nurse@example")]);
    assert.equal(offline.list("juliet").length, 1);
  });
});

Deno.test("accounts are listed sorted by name", () => {
  withStorage(["romeo", "juliet", "älva", "nurse"], ({ accounts }) => {
    assert.deepEqual(accounts.list(), ["juliet", "nurse", "romeo", "älva"]);
  });
});
