import assert from "node:assert/strict";
import { CacheWorld, inWorld, POLICY } from "./testing_world.ts";

const JULIET = "juliet@shore.example";
const HOME = `${JULIET}/home`;
const VCARD = "<vCard xmlns='vcard-temp'/>";
const CARD = "<vCard xmlns='vcard-temp'><FN>Juliet</FN></vCard>";
const INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
const infoOf = (node: string) => INFO.replace("/>", ` node='${node}'/>`);
const VERSION = "<query xmlns='jabber:iq:version'/>";
const VER = "QgayPKawpkPSDYmwT/WM94uAlu0=";
/** The example of XEP-0115 section 5.2. */
const EXODUS = "<identity category='client' type='pc' name='Exodus 0.9.1'/>" +
  ["caps", "disco#info", "disco#items", "muc"].map((name) =>
    `<feature var='http://jabber.org/protocol/${name}'/>`
  ).join("");
const error = (condition: string) =>
  `<error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;

inWorld("what only seems to have the hash that was asked for is not believed of anybody else", (world) => {
  // The features of the example, two of them run together: the same text is hashed (XEP-0115 section 5.1).
  const forged = EXODUS.replace(/caps'\/><feature var='/, "caps&lt;");
  assert.notEqual(forged, EXODUS);
  world.ask("romeo/deck", HOME, infoOf(`x#${VER}`), "c1");
  world.shoreAnswers("romeo/deck", HOME, INFO.replace("/>", ` node='x#${VER}'>${forged}</query>`), "c1");
  world.crossed();
  world.ask("romeo/deck", "nurse@shore.example/x", infoOf(`x#${VER}`), "n1");
  assert.equal(world.crossed().length, 1);
});

inWorld("an account gets no more what others were told once `share` says so", (world, answers) => {
  world.ask("romeo/deck", JULIET, VCARD, "v1");
  world.shoreAnswers("romeo/deck", JULIET, CARD, "v1");
  const after = new CacheWorld(answers, { share: "account" });
  after.ask("benvolio/mess", JULIET, VCARD, "b1");
  assert.deepEqual(after.heard(), []);
  assert.equal(after.crossed().length, 1);
  after.caches.stop();
});

inWorld(
  "what is switched off is not answered out of what was kept before, whatever a rule asks",
  (world, answers) => {
    world.ask("romeo/deck", JULIET, VCARD, "v1");
    world.shoreAnswers("romeo/deck", JULIET, CARD, "v1");
    const after = new CacheWorld(answers, { lifeMs: { ...POLICY.lifeMs, vcard: 0 }, keepsOld: true });
    after.answersCached = true;
    after.ask("romeo/deck", JULIET, VCARD, "v2");
    assert.deepEqual(after.heard(), []);
    assert.equal(after.crossed().length, 1);
    after.caches.stop();
  },
);

inWorld("a large question is no question: it would be held in memory as often as it is asked", (world) => {
  const large = VCARD.replace("/>", `>${"<X/>".repeat(1_024)}</vCard>`);
  for (const id of ["v1", "v2"]) world.ask("romeo/deck", JULIET, large, id);
  assert.equal(world.crossed().length, 2);
  world.ask("romeo/deck", "shore.example", infoOf("x".repeat(4_096)), "d1");
  world.shoreAnswers("romeo/deck", "shore.example", error("item-not-found"), "d1", "error");
  assert.equal(world.caches.status()[0]?.entries, 0);
});

inWorld("a refusal of the one who asked is nobody else's, not even a server's", (world) => {
  for (const [address, payload] of [["rooms.shore.example", INFO], [HOME, VERSION]] as const) {
    world.ask("romeo/deck", address, payload, "r1");
    world.ask("benvolio/mess", address, payload, "b1");
    world.crossed();
    world.shoreAnswers("romeo/deck", address, error("forbidden"), "r1", "error");
    assert.equal(world.heard().length, 1);
    assert.match(world.crossed().join(), /id='b1'/);
    world.ask("romeo/cabin", address, payload, "r2");
    assert.match(world.heard().join(), /id='r2'.*<forbidden/);
    assert.deepEqual(world.crossed(), []);
  }
});
