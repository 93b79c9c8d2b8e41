import assert from "node:assert/strict";
import { DAY_MS, inWorld } from "./testing_world.ts";

const JULIET = "juliet@shore.example";
const HOME = `${JULIET}/home`;
const ROOM = "deck@rooms.shore.example";
const VCARD = "<vCard xmlns='vcard-temp'/>";
const CARD = "<vCard xmlns='vcard-temp'><FN>Juliet</FN></vCard>";
const VERSION = "<query xmlns='jabber:iq:version'/>";
const INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
const REFUSAL =
  "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
const info = (inside: string) => `<query xmlns='http://jabber.org/protocol/disco#info'>${inside}</query>`;

inWorld("a rule may have what was answered last, however old, for whom it was answered", async (world) => {
  world.ask("romeo/deck", JULIET, VCARD, "v1");
  world.shoreAnswers("romeo/deck", JULIET, CARD, "v1");
  world.ask("romeo/deck", HOME, VERSION, "s1");
  world.shoreAnswers("romeo/deck", HOME, REFUSAL, "s1", "error");
  await world.clock.advance(2 * DAY_MS);
  world.answersCached = true;
  world.crossed();
  world.heard();
  world.ask("benvolio/mess", JULIET, VCARD, "b1");
  assert.deepEqual(world.crossed(), []);
  assert.deepEqual(world.heard(), [
    `<iq type='result' id='b1' from='${JULIET}' to='benvolio@ship.example/mess'>${CARD}</iq>`,
  ]);
  // He does not see her.
  world.ask("mercutio/plank", JULIET, VCARD, "m1");
  // An old refusal is not repeated.
  world.ask("romeo/deck", HOME, VERSION, "s2");
  assert.deepEqual(world.crossed().map((line) => / id='(\w+)'/.exec(line)?.[1]), ["m1", "s2"]);
}, { keepsOld: true });

inWorld("what was kept for one is not told to those who only wait with him", async (world) => {
  const publicRoom = info("<identity category='conference' type='text'/><feature var='muc_hidden'/>");
  world.ask("romeo/deck", ROOM, INFO, "r1");
  world.shoreAnswers("romeo/deck", ROOM, publicRoom, "r1");
  await world.clock.advance(2 * DAY_MS);
  world.crossed();
  world.heard();
  world.ask("mercutio/plank", ROOM, INFO, "m1");
  world.ask("romeo/deck", ROOM, INFO, "r2");
  assert.deepEqual(world.crossed().map((line) => / id='(\w+)'/.exec(line)?.[1]), ["m1"]);
  world.answersCached = true;
  // The link gives up, and romeo is told what he was told before.
  world.linkSays(
    `<iq type='result' id='m1' from='${ROOM}' to='mercutio@ship.example/plank'>${info("")}</iq>`,
  );
  assert.deepEqual(world.heard().map((line) => / id='(\w+)'/.exec(line)?.[1]), ["m1", "r2"]);
  assert.deepEqual(world.crossed(), []);
}, { keepsOld: true });

inWorld("an answer that cannot be read any more is asked for again", (world, answers) => {
  world.ask("romeo/deck", JULIET, VCARD, "v1");
  world.shoreAnswers("romeo/deck", JULIET, CARD, "v1");
  const [kept] = answers.list("shore");
  answers.put("shore", kept ?? assert.fail("nothing is kept"), "<iq");
  world.crossed();
  world.answersCached = true;
  world.ask("romeo/deck", JULIET, VCARD, "v2");
  assert.equal(world.crossed().length, 1);
  world.shoreAnswers("romeo/deck", JULIET, CARD, "v2");
  world.heard();
  world.ask("romeo/deck", JULIET, VCARD, "v3");
  assert.match(world.heard().join(), /id='v3'.*<FN>Juliet/);
});
