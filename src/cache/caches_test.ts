import assert from "node:assert/strict";
import { MOST_PENDING, MOST_WAITING, MOST_WAITING_IN_ALL } from "./pending.ts";
import { CacheWorld, inWorld } from "./testing_world.ts";

const JULIET = "juliet@shore.example";
const HOME = `${JULIET}/home`;
const ROOM = "deck@rooms.shore.example";
const VCARD = "<vCard xmlns='vcard-temp'/>";
const CARD = "<vCard xmlns='vcard-temp'><FN>Juliet</FN></vCard>";
const INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
const infoOf = (node: string) => `<query xmlns='http://jabber.org/protocol/disco#info' node='${node}'/>`;
const VERSION = "<query xmlns='jabber:iq:version'/>";
const VER = "QgayPKawpkPSDYmwT/WM94uAlu0=";
/** The example of XEP-0115 section 5.2. */
const EXODUS = "<identity category='client' type='pc' name='Exodus 0.9.1'/>" +
  ["caps", "disco#info", "disco#items", "muc"].map((name) =>
    `<feature var='http://jabber.org/protocol/${name}'/>`
  ).join("");
const info = (inside: string, node = "") =>
  `<query xmlns='http://jabber.org/protocol/disco#info'${node && ` node='${node}'`}>${inside}</query>`;
const error = (condition: string, type = "cancel") =>
  `<error type='${type}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;

inWorld(
  "the first request crosses as it came, the second is answered with its own id and address",
  (world) => {
    world.ask("romeo/deck", JULIET, VCARD, "v1");
    assert.deepEqual(world.crossed(), [
      `<iq type='get' id='v1' from='romeo@ship.example/deck' to='${JULIET}'>${VCARD}</iq>`,
    ]);
    world.shoreAnswers("romeo/deck", JULIET, CARD, "v1");
    assert.deepEqual(world.heard(), [
      `<iq type='result' id='v1' from='${JULIET}' to='romeo@ship.example/deck'>${CARD}</iq>`,
    ]);
    world.ask("benvolio/mess", JULIET, VCARD, "b9");
    assert.deepEqual(world.crossed(), []);
    assert.deepEqual(world.heard(), [
      `<iq type='result' id='b9' from='${JULIET}' to='benvolio@ship.example/mess'>${CARD}</iq>`,
    ]);
    const [status] = world.caches.status();
    assert.equal(status?.entries, 1);
    assert.deepEqual(status?.kinds.map(({ savedBytes: _, ...rest }) => rest), [
      { kind: "vcard", hits: 1, merged: 0, asked: 1 },
    ]);
    assert((status?.kinds[0]?.savedBytes ?? 0) > 150);
    assert.equal(world.metrics.value("halyard_cache_hits_total", { peer: "shore", kind: "vcard" }), 1);
  },
);

inWorld("of equal requests on their way one crosses, and all are answered", (world) => {
  world.ask("romeo/deck", JULIET, VCARD, "v1");
  world.ask("romeo/cabin", JULIET, VCARD, "v1");
  world.ask("benvolio/mess", JULIET, VCARD, "v1");
  assert.equal(world.crossed().length, 1);
  world.shoreAnswers("romeo/deck", JULIET, CARD, "v1");
  assert.deepEqual(world.heard().map((line) => /to='(\w+)@ship.example\/(\w+)'/.exec(line)?.slice(1)), [
    ["romeo", "deck"],
    ["romeo", "cabin"],
    ["benvolio", "mess"],
  ]);
});

inWorld("one who may not see the contact neither gets what others were told, nor gives them his", (world) => {
  world.ask("romeo/deck", JULIET, VCARD, "v1");
  world.ask("mercutio/plank", JULIET, VCARD, "m1");
  assert.equal(world.crossed().length, 2, "not merged");
  world.shoreAnswers("mercutio/plank", JULIET, error("forbidden", "auth"), "m1", "error");
  world.shoreAnswers("romeo/deck", JULIET, CARD, "v1");
  world.heard();
  world.ask("benvolio/mess", JULIET, VCARD, "b1");
  world.ask("mercutio/plank", JULIET, VCARD, "m2");
  assert.deepEqual(world.crossed(), []);
  const [benvolio = "", mercutio = ""] = world.heard();
  assert.match(benvolio, /<FN>Juliet/);
  assert.match(mercutio, /type='error' id='m2'.*<forbidden/);
});

inWorld(
  "with `share: account` an answer serves the account that asked, and nobody else",
  (world) => {
    world.ask("romeo/deck", JULIET, VCARD, "v1");
    world.ask("benvolio/mess", JULIET, VCARD, "b1");
    world.shoreAnswers("romeo/deck", JULIET, CARD, "v1");
    world.ask("romeo/cabin", JULIET, VCARD, "v2");
    assert.equal(world.crossed().length, 2);
    assert.equal(world.heard().length, 2);
  },
  { share: "account" },
);

inWorld("capabilities are shared by all contacts with the same hash, if it is right", (world) => {
  world.ask("romeo/deck", HOME, infoOf(`https://exodus#${VER}`), "c1");
  world.shoreAnswers("romeo/deck", HOME, info(EXODUS, `https://exodus#${VER}`), "c1");
  world.crossed();
  world.heard();
  world.ask("mercutio/plank", "nurse@shore.example/x", infoOf(`urn:other#${VER}`), "m1");
  assert.deepEqual(world.crossed(), []);
  assert.deepEqual(world.heard(), [
    `<iq type='result' id='m1' from='nurse@shore.example/x' to='mercutio@ship.example/plank'>` +
    `<query xmlns='http://jabber.org/protocol/disco#info' node='urn:other#${VER}'>${EXODUS}</query></iq>`,
  ]);
});

inWorld("what does not have the hash that was asked for is not believed of anybody else", (world) => {
  const poison = info(`${EXODUS}<feature var='urn:poison'/>`, `x#${VER}`);
  world.ask("romeo/deck", HOME, infoOf(`x#${VER}`), "c1");
  world.ask("mercutio/plank", "nurse@shore.example/x", infoOf(`x#${VER}`), "m1");
  assert.equal(world.crossed().length, 1);
  world.shoreAnswers("romeo/deck", HOME, poison, "c1");
  assert.equal(world.heard().length, 1, "Mercutio does not hear of it");
  assert.deepEqual(world.crossed(), [
    `<iq type='get' id='m1' from='mercutio@ship.example/plank' to='nurse@shore.example/x'>${
      infoOf(`x#${VER}`)
    }</iq>`,
  ]);
  world.shoreAnswers("mercutio/plank", "nurse@shore.example/x", info(EXODUS, `x#${VER}`), "m1");
  assert.equal(world.heard().length, 1);
});

inWorld("presence with a hash answers for the client that sent it, for those who see it", (world) => {
  world.ask("romeo/deck", "nurse@shore.example/x", infoOf(`x#${VER}`), "c1");
  world.shoreAnswers("romeo/deck", "nurse@shore.example/x", info(EXODUS), "c1");
  world.shoreSends(
    `<presence from='${HOME}' to='romeo@ship.example'><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='x' ver='${VER}'/></presence>`,
  );
  world.crossed();
  world.heard();
  world.ask("benvolio/mess", HOME, INFO, "b1");
  assert.deepEqual(world.crossed(), []);
  assert.match(world.heard()[0] ?? "", /id='b1'.*<query xmlns='[^']*'><identity/);
  world.ask("mercutio/plank", HOME, INFO, "m1");
  assert.equal(world.crossed().length, 1);
});

inWorld("without a hash the answer of a client lasts as long as its session", (world) => {
  world.ask("romeo/deck", HOME, INFO, "c1");
  world.shoreAnswers("romeo/deck", HOME, info(EXODUS), "c1");
  world.ask("romeo/deck", HOME, VERSION, "s1");
  world.shoreAnswers("romeo/deck", HOME, "<query xmlns='jabber:iq:version'><name>Psi</name></query>", "s1");
  world.crossed();
  world.ask("benvolio/mess", HOME, INFO, "b1");
  world.ask("benvolio/mess", HOME, VERSION, "b2");
  // The same text answers for its hash.
  world.ask("mercutio/plank", "nurse@shore.example/x", infoOf(`x#${VER}`), "m1");
  assert.deepEqual(world.crossed(), []);
  world.shoreSends(`<presence type='unavailable' from='${JULIET}/other' to='romeo@ship.example'/>`);
  world.ask("benvolio/mess", HOME, VERSION, "b3");
  assert.deepEqual(world.crossed(), []);
  world.shoreSends(`<presence type='unavailable' from='${JULIET}' to='romeo@ship.example'/>`);
  world.ask("benvolio/mess", HOME, INFO, "b4");
  world.ask("benvolio/mess", HOME, VERSION, "b5");
  assert.equal(world.crossed().length, 2);
  assert.equal(world.caches.status()[0]?.voided, 2);
});

const PHOTO = (hash: string) =>
  `<presence from='${HOME}' to='romeo@ship.example'><x xmlns='vcard-temp:x:update'><photo>${hash}</photo></x></presence>`;
/** SHA-1 of the octets "abc". */
const ABC = "a9993e364706816aba3e25717850c26c9cd0d89d";

inWorld("another photo hash in presence voids a vCard, the same one does not", (world) => {
  const card = "<vCard xmlns='vcard-temp'><PHOTO><BINVAL>YWJj</BINVAL></PHOTO></vCard>";
  world.ask("romeo/deck", JULIET, VCARD, "v1");
  world.shoreAnswers("romeo/deck", JULIET, card, "v1");
  world.shoreSends(PHOTO(ABC));
  world.crossed();
  world.ask("romeo/deck", JULIET, VCARD, "v2");
  assert.deepEqual(world.crossed(), []);
  world.shoreSends(PHOTO(""));
  world.ask("romeo/deck", JULIET, VCARD, "v3");
  assert.equal(world.crossed().length, 1);
  // The answer on its way may be the one of before: it is not kept, and nobody waits for it any more.
  world.shoreSends(PHOTO("00"));
  world.ask("benvolio/mess", JULIET, VCARD, "b1");
  assert.equal(world.crossed().length, 1);
  world.shoreAnswers("romeo/deck", JULIET, card, "v3");
  world.ask("romeo/deck", JULIET, VCARD, "v4");
  assert.deepEqual(world.crossed(), [], "it waits for Benvolio's");
});

const pubsub = (inside: string) => `<pubsub xmlns='http://jabber.org/protocol/pubsub'>${inside}</pubsub>`;
const dataRequest = (id: string) => pubsub(`<items node='urn:xmpp:avatar:data'><item id='${id}'/></items>`);
const dataAnswer = (id: string, data: string) =>
  pubsub(
    `<items node='urn:xmpp:avatar:data'><item id='${id}'><data xmlns='urn:xmpp:avatar:data'>${data}</data></item></items>`,
  );

inWorld("an avatar is kept by its hash, if it has it", (world) => {
  world.ask("romeo/deck", JULIET, dataRequest(ABC), "a1");
  world.shoreAnswers("romeo/deck", JULIET, dataAnswer(ABC, "YWJj"), "a1");
  world.ask("mercutio/plank", JULIET, dataRequest(ABC), "m1");
  assert.equal(world.crossed().length, 1);
  world.ask("romeo/deck", JULIET, dataRequest("00"), "a2");
  world.shoreAnswers("romeo/deck", JULIET, dataAnswer("00", "YWJj"), "a2");
  world.ask("romeo/deck", JULIET, dataRequest("00"), "a3");
  assert.equal(world.crossed().length, 2, "what has another hash is not kept");
});

inWorld("an event that somebody has another avatar voids what was known of it", (world) => {
  const ask = (id: string) =>
    world.ask("romeo/deck", JULIET, pubsub("<items node='urn:xmpp:avatar:metadata' max_items='1'/>"), id);
  const event = (id: string) =>
    world.shoreSends(
      `<message from='${JULIET}' to='romeo@ship.example'><event xmlns='http://jabber.org/protocol/pubsub#event'>` +
        `<items node='urn:xmpp:avatar:metadata'><item id='${id}'/></items></event></message>`,
    );
  ask("a1");
  world.shoreAnswers(
    "romeo/deck",
    JULIET,
    pubsub(`<items node='urn:xmpp:avatar:metadata'><item id='${ABC}'/></items>`),
    "a1",
  );
  event(ABC);
  ask("a2");
  assert.equal(world.crossed().length, 1);
  event("00");
  ask("a3");
  assert.equal(world.crossed().length, 1);
});

inWorld("what a server offers is for everybody; what it lists only for who asked", (world) => {
  const items = "<query xmlns='http://jabber.org/protocol/disco#items'/>";
  for (const [number, payload] of [INFO, items].entries()) {
    world.ask("romeo/deck", "shore.example", payload, `r${number}`);
    world.shoreAnswers("romeo/deck", "shore.example", payload, `r${number}`);
    world.ask("romeo/cabin", "shore.example", payload, `r${number}`);
    world.ask("mercutio/plank", "shore.example", payload, `m${number}`);
  }
  assert.deepEqual(world.crossed().map((line) => /id='(\w+)'/.exec(line)?.[1]), ["r0", "r1", "m1"]);
});

const room = (feature: string) =>
  info(`<identity category='conference' type='text'/><feature var='${feature}'/>`);

inWorld("a room that anybody may find is one for all, a hidden one is not", (world) => {
  for (const [feature, crossings] of [["muc_public", 1], ["muc_hidden", 3]] as const) {
    const address = feature === "muc_public" ? ROOM : `hold@rooms.shore.example`;
    world.ask("romeo/deck", address, INFO, "r1");
    world.ask("mercutio/plank", address, INFO, "m1");
    world.ask("benvolio/mess", address, INFO, "b1");
    world.shoreAnswers("romeo/deck", address, room(feature), "r1");
    assert.equal(world.crossed().length, crossings, feature);
  }
});

inWorld("a lasting refusal counts for a while, one of the moment does not", (world) => {
  world.ask("romeo/deck", HOME, VERSION, "s1");
  world.shoreAnswers("romeo/deck", HOME, error("service-unavailable"), "s1", "error");
  world.ask("benvolio/mess", HOME, VERSION, "b1");
  assert.equal(world.crossed().length, 1);
  assert.match(world.heard()[1] ?? "", /type='error' id='b1'/);
  world.ask("romeo/deck", JULIET, VCARD, "v1");
  world.shoreAnswers("romeo/deck", JULIET, error("resource-constraint", "wait"), "v1", "error");
  world.ask("romeo/deck", JULIET, VCARD, "v2");
  assert.equal(world.crossed().length, 2);
});

inWorld("what the link says is said to all who wait, and is not kept", (world) => {
  world.ask("romeo/deck", JULIET, VCARD, "v1");
  world.ask("benvolio/mess", JULIET, VCARD, "b1");
  world.linkSays(
    `<iq type='error' id='v1' from='${JULIET}' to='romeo@ship.example/deck'>${
      error("remote-server-timeout", "wait")
    }</iq>`,
  );
  assert.equal(world.heard().length, 2);
  assert.deepEqual(world.caches.status()[0]?.kinds.map(({ asked }) => asked), [0], "it did not cross");
  world.ask("romeo/deck", JULIET, VCARD, "v2");
  assert.equal(world.crossed().length, 2);
});

inWorld("what is nobody else's business, or true only now, crosses every time", (world) => {
  const payloads = [
    "<time xmlns='urn:xmpp:time'/>",
    "<ping xmlns='urn:xmpp:ping'/>",
    "<query xmlns='jabber:iq:private'/>",
    "<query xmlns='http://jabber.org/protocol/disco#info'><x/></query>",
    pubsub("<items node='urn:xmpp:bookmarks:1'/>"),
  ];
  for (const [number, payload] of payloads.entries()) {
    for (const id of ["a", "b"]) {
      world.ask("romeo/deck", JULIET, payload, `${id}${number}`);
      world.shoreAnswers("romeo/deck", JULIET, payload, `${id}${number}`);
    }
  }
  world.ask("romeo/deck", JULIET, CARD, "s1", "set");
  assert.equal(world.crossed().length, 11);
  assert.equal(world.heard().length, 10);
  assert.equal(world.caches.status()[0]?.entries, 0);
});

inWorld("last activity is told out of presence, where that is known", (world) => {
  const ask = (to: string, id: string) => world.ask("romeo/deck", to, "<query xmlns='jabber:iq:last'/>", id);
  world.lastActivity = 90;
  ask(JULIET, "l1");
  assert.deepEqual(world.heard(), [
    `<iq type='result' id='l1' from='${JULIET}' to='romeo@ship.example/deck'><query xmlns='jabber:iq:last' seconds='90'/></iq>`,
  ]);
  ask(HOME, "l2");
  ask("shore.example", "l3");
  world.lastActivity = undefined;
  ask(JULIET, "l4");
  assert.equal(world.crossed().length, 3);
});

inWorld("no more wait, and no more are remembered, than is bounded; what is more just crosses", (world) => {
  for (let n = 0; n <= MOST_WAITING + 1; n++) world.ask(`romeo/r${n}`, JULIET, VCARD, "v");
  assert.equal(world.crossed().length, 2);
  for (let n = 0; n < MOST_PENDING; n++) world.ask("romeo/deck", `n${n}@shore.example`, VCARD, `n${n}`);
  world.crossed();
  world.ask("romeo/deck", "last@shore.example", VCARD, "x1");
  world.ask("romeo/cabin", "last@shore.example", VCARD, "x2");
  assert.equal(world.crossed().length, 2, "not merged");
  world.shoreAnswers("romeo/deck", "last@shore.example", CARD, "x1");
  assert.equal(world.heard().length, 1, "it finds its way all the same");
});

inWorld("no more wait in all than is bounded, and those who were answered make room", (world) => {
  const questions = MOST_WAITING_IN_ALL / MOST_WAITING;
  for (let n = 0; n < questions; n++) {
    for (let r = 0; r <= MOST_WAITING; r++) world.ask(`romeo/r${r}`, `n${n}@shore.example`, VCARD, "v");
  }
  assert.equal(world.crossed().length, questions);
  const ask = (jid: string) => {
    for (const resource of ["deck", "cabin"]) world.ask(`romeo/${resource}`, jid, VCARD, "x");
    return world.crossed().length;
  };
  assert.equal(ask("last@shore.example"), 2);
  world.shoreAnswers("romeo/r0", "n0@shore.example", CARD, "v");
  assert.equal(world.heard().length, MOST_WAITING + 1);
  assert.equal(ask("again@shore.example"), 1);
});

inWorld("whoever waits is answered when the time is up", async (world) => {
  world.ask("romeo/deck", JULIET, VCARD, "v1");
  world.ask("benvolio/mess", JULIET, VCARD, "b1");
  await world.clock.advance(1_000);
  const heard = world.heard();
  assert.equal(heard.length, 2);
  for (const line of heard) assert.match(line, /type='error'.*<remote-server-timeout/);
  // An answer that comes later goes to who asked first, who may still know what to do with it.
  world.shoreAnswers("romeo/deck", JULIET, CARD, "v1");
  assert.equal(world.heard().length, 1);
}, { waitMs: 1_000 });

inWorld("answers are kept over a restart", (world, answers) => {
  world.ask("romeo/deck", JULIET, VCARD, "v1");
  world.shoreAnswers("romeo/deck", JULIET, CARD, "v1");
  const after = new CacheWorld(answers);
  after.ask("benvolio/mess", JULIET, VCARD, "b1");
  assert.deepEqual(after.crossed(), []);
  assert.match(after.heard()[0] ?? "", /<FN>Juliet/);
  assert.equal(after.caches.status()[0]?.entries, 1);
});
