import assert from "node:assert/strict";
import { inWorld, type World } from "./testing/world.ts";

const ROMEO = "romeo@ship.example";
const JULIET = "juliet@shore.example";

function probe(world: World, to: string, from = JULIET): string[] {
  world.sent();
  world.shoreSends(`<presence type='probe' id='q1' from='${from}' to='${to}'/>`);
  return world.sent();
}

inWorld("4.3.2 a subscriber's probe is answered with the whole last presence of each resource", (world) => {
  world.keeps("romeo", JULIET, { subscription: "from" });
  world.login("romeo", "deck", "<presence id='p1'><show>dnd</show><c xmlns='x'/></presence>");
  world.login("romeo", "cabin");
  world.connect("romeo", "bound");
  assert.deepEqual(probe(world, ROMEO), [
    `<presence id='p1' from='${ROMEO}/deck' to='${JULIET}'><show>dnd</show><c xmlns='x'/></presence>`,
    `<presence from='${ROMEO}/cabin' to='${JULIET}'/>`,
  ]);
});

inWorld(
  "4.3.2 a subscriber's probe of one who is offline is answered unavailable, since the last log-out",
  async (world) => {
    world.keeps("romeo", JULIET, { subscription: "both" });
    assert.deepEqual(probe(world, ROMEO), [
      `<presence type='unavailable' id='q1' from='${ROMEO}' to='${JULIET}'/>`,
    ], "nothing is remembered");
    world.login("romeo", "deck").breaks();
    await world.clock.advance(60_000);
    assert.deepEqual(probe(world, ROMEO), [
      `<presence type='unavailable' id='q1' from='${ROMEO}' to='${JULIET}'>` +
      "<delay xmlns='urn:xmpp:delay' from='ship.example' stamp='2026-07-01T10:00:00Z'/></presence>",
    ]);
  },
);

inWorld("the log-outs that are remembered are bounded", (world) => {
  world.keeps("romeo", JULIET, { subscription: "both" });
  world.login("romeo", "deck").breaks();
  world.login("benvolio", "bridge").breaks();
  assert.deepEqual(probe(world, ROMEO), [
    `<presence type='unavailable' id='q1' from='${ROMEO}' to='${JULIET}'/>`,
  ]);
}, { limits: { rememberedLogouts: 1 } });

for (const to of [ROMEO, `${ROMEO}/deck`, "nobody@ship.example", "nobody@ship.example/deck"]) {
  inWorld(`4.3.2 a stranger's probe of ${to} is answered unsubscribed, whether or not it exists`, (world) => {
    world.keeps("romeo", JULIET, { subscription: "to", approved: true });
    world.login("romeo", "deck");
    assert.deepEqual(probe(world, to), [
      `<presence type='unsubscribed' id='q1' from='${to.split("/")[0]}' to='${JULIET}'/>`,
    ]);
    assert.equal(world.storage.rosters.get("romeo", JULIET)?.approved, true, "a pre-approval stays");
  });
}

inWorld("4.3.2 a subscriber's probe of a full JID learns only whether that resource is there", (world) => {
  world.keeps("romeo", JULIET, { subscription: "from" });
  world.login("romeo", "deck", "<presence id='p1'><show>dnd</show></presence>");
  assert.deepEqual(probe(world, `${ROMEO}/deck`), [`<presence from='${ROMEO}/deck' to='${JULIET}'/>`]);
  assert.deepEqual(probe(world, `${ROMEO}/gone`), [
    `<presence type='unavailable' id='q1' from='${ROMEO}/gone' to='${JULIET}'/>`,
  ]);
});

inWorld("4.6.6 one who was sent directed presence may ask whether that resource is still there", (world) => {
  const room = "room@rooms.shore.example/romeo";
  const romeo = world.login("romeo", "deck");
  romeo.says(`<presence to='${room}'/>`);
  assert.deepEqual(probe(world, `${ROMEO}/deck`, room), [`<presence from='${ROMEO}/deck' to='${room}'/>`]);
  assert.deepEqual(probe(world, `${ROMEO}/deck`, "room@rooms.shore.example"), [
    `<presence from='${ROMEO}/deck' to='room@rooms.shore.example'/>`,
  ]);
  assert.deepEqual(probe(world, ROMEO, room), [
    `<presence type='unsubscribed' id='q1' from='${ROMEO}' to='${room}'/>`,
  ]);
  romeo.breaks();
  assert.deepEqual(probe(world, `${ROMEO}/deck`, room), [
    `<presence type='unsubscribed' id='q1' from='${ROMEO}' to='${room}'/>`,
  ]);
});

inWorld("a client may probe, though it should not", (world) => {
  const romeo = world.login("romeo", "deck");
  romeo.says(`<presence type='probe' to='${JULIET}'/>`);
  assert.deepEqual(world.sent(), [`<presence type='probe' from='${ROMEO}/deck' to='${JULIET}'/>`]);
});
