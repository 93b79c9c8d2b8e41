import assert from "node:assert/strict";
import { openStorage } from "./sqlite.ts";
import { account, item, safeTurn, withPath } from "./testing/support.ts";

Deno.test("what is stored is there after closing and opening again", () =>
  withPath((path) => {
    const first = openStorage({ path, turn: safeTurn() });
    first.accounts.create(account("romeo", 1));
    first.rosters.put("romeo", item("juliet@example"));
    first.settings.set("secret", Uint8Array.of(7));
    first.close();
    const second = openStorage({ path, turn: safeTurn() });
    assert.deepEqual(second.accounts.list(), ["romeo"]);
    assert.deepEqual(second.rosters.items("romeo"), [item("juliet@example")]);
    assert.deepEqual(second.settings.get("secret"), Uint8Array.of(7));
    second.close();
  }));

Deno.test("an account that another process makes, changes or removes is so here at once", () =>
  withPath((path) => {
    const server = openStorage({ path, turn: safeTurn() });
    const turn = safeTurn();
    const command = openStorage({ path, turn });

    command.accounts.create(account("romeo", 1));
    turn.end();
    assert.deepEqual(server.accounts.get("romeo"), account("romeo", 1));
    server.rosters.put("romeo", item("juliet@example"));
    server.close();

    const again = openStorage({ path, turn: safeTurn() });
    assert.equal(again.rosters.items("romeo").length, 1);
    command.accounts.update(account("romeo", 2));
    turn.end();
    assert.deepEqual(again.accounts.get("romeo"), account("romeo", 2));
    command.accounts.remove("romeo");
    turn.end();
    assert.equal(again.accounts.has("romeo"), false);
    assert.deepEqual(again.rosters.items("romeo"), []);
    again.close();
    command.close();
  }));

Deno.test("a store that cannot be opened says which and why", () =>
  withPath((path) => {
    Deno.writeTextFileSync(path, "domain: ship.example\n".repeat(100));
    assert.throws(() => openStorage({ path, turn: safeTurn() }), {
      message: `Cannot open ${path}: file is not a database`,
    });
  }));
