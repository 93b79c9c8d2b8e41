import assert from "node:assert/strict";
import { Jid } from "../stanza/mod.ts";
import { inWorld } from "./testing/world.ts";

const ROMEO = Jid.of("romeo@ship.example");

inWorld("bind takes the resource that the client wants, prepared", (world) => {
  assert.deepEqual(world.im.bind(ROMEO, "Deck"), { jid: Jid.of("romeo@ship.example/Deck") });
});

for (const wanted of [undefined, ""]) {
  inWorld(`bind chooses a short random resource when the client wants ${JSON.stringify(wanted)}`, (world) => {
    const chosen = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const answer = world.im.bind(ROMEO, wanted);
      assert.ok("jid" in answer);
      assert.match(answer.jid.resource, /^[\w-]{6}$/);
      chosen.add(answer.jid.resource);
      world.connect("romeo", answer.jid.resource);
    }
    assert.equal(chosen.size, 3);
  });
}

inWorld("bind refuses a resource that is none", (world) => {
  const answer = world.im.bind(ROMEO, "\u0007");
  assert.ok("error" in answer);
  assert.equal(answer.error.condition, "bad-request");
});

inWorld("bind refuses an account that was removed since it logged in", (world) => {
  const answer = world.im.bind(Jid.of("nobody@ship.example"), "deck");
  assert.ok("error" in answer);
  assert.equal(answer.error.condition, "not-allowed");
});

inWorld("bind refuses one session more than an account may have, but not the replacement of one", (world) => {
  world.connect("romeo", "a");
  world.connect("romeo", "b");
  for (const wanted of ["c", undefined]) {
    const answer = world.im.bind(ROMEO, wanted);
    assert.ok("error" in answer);
    assert.equal(answer.error.condition, "resource-constraint");
    assert.equal(answer.error.text, "This account has 2 sessions already; 2 are allowed");
  }
  assert.ok("jid" in world.im.bind(ROMEO, "a"));
  assert.ok("jid" in world.im.bind(Jid.of("benvolio@ship.example"), "c"), "other accounts have their own");
}, { limits: { sessionsPerAccount: 2 } });

inWorld("the older session of the same full JID ends with conflict, and says farewell first", (world) => {
  world.keeps("romeo", "juliet@shore.example", { subscription: "from" });
  const older = world.login("romeo", "deck", "<presence id='old'/>");
  world.sent();
  const newer = world.connect("romeo", "deck");
  assert.equal(older.ended?.condition, "conflict");
  newer.says("<presence id='new'/>");
  assert.deepEqual(world.sent(), [
    "<presence type='unavailable' from='romeo@ship.example/deck' to='juliet@shore.example'/>",
    "<presence id='new' from='romeo@ship.example/deck' to='juliet@shore.example'/>",
  ]);
  older.breaks();
  assert.deepEqual(world.sent(), [], "the end of the older one is none of the newer one");
  world.shoreSends(
    "<message from='juliet@shore.example' to='romeo@ship.example/deck'><body>hi</body></message>",
  );
  assert.equal(newer.hears().some((line) => line.startsWith("<message")), true);
});

inWorld("what a session says after its end is not heard", (world) => {
  const romeo = world.login("romeo", "deck");
  romeo.breaks();
  romeo.says("<message to='juliet@shore.example'><body>hi</body></message>");
  assert.deepEqual(world.sent(), []);
});
