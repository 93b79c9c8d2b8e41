import assert from "node:assert/strict";
import { inWorld } from "./testing/world.ts";

const ROMEO = "romeo@ship.example";
const BENVOLIO = "benvolio@ship.example";
const JULIET = "juliet@shore.example";
const ROOM = "room@rooms.shore.example/romeo";

inWorld("4.2.2 initial presence goes to subscribers, to one's own resources and to oneself", (world) => {
  world.keeps("romeo", JULIET, { subscription: "from" });
  world.keeps("romeo", "nurse@shore.example", { subscription: "to" });
  world.keeps("romeo", BENVOLIO, { subscription: "both" });
  const benvolio = world.login("benvolio", "bridge");
  const cabin = world.login("romeo", "cabin");
  world.sent();
  benvolio.hears();
  const deck = world.connect("romeo", "deck");
  deck.says("<presence id='p1'><show>away</show><priority>5</priority></presence>");
  const to = (address: string) =>
    `<presence id='p1' from='${ROMEO}/deck' to='${address}'><show>away</show><priority>5</priority></presence>`;
  assert.deepEqual(world.sent(), [to(JULIET)]);
  assert.deepEqual(benvolio.hears(), [to(BENVOLIO)]);
  assert.deepEqual(cabin.hears(), [to(ROMEO)]);
  const [self, ...others] = deck.hears();
  assert.equal(self, to(ROMEO), "the resource hears of itself first");
  assert.equal(
    others[0],
    `<presence from='${ROMEO}/cabin' to='${ROMEO}'/>`,
    "then of the user's other resources",
  );
});

inWorld(
  "4.3.1 a log-in probes local contacts, and only the resource that logs in hears the answer",
  (world) => {
    world.keeps("romeo", BENVOLIO, { subscription: "to" });
    world.keeps("benvolio", ROMEO, { subscription: "from" });
    const cabin = world.login("romeo", "cabin");
    world.login("benvolio", "bridge", "<presence id='b1'><status>on watch</status></presence>");
    world.login("benvolio", "mess", "<presence id='b2'/>");
    cabin.hears();
    const deck = world.login("romeo", "deck");
    deck.says("<presence type='unavailable'/>");
    deck.hears();
    cabin.hears();
    deck.says("<presence/>");
    const to = `to='${ROMEO}/deck'`;
    assert.deepEqual(deck.hears().slice(-2), [
      `<presence id='b1' from='${BENVOLIO}/bridge' ${to}><status>on watch</status></presence>`,
      `<presence id='b2' from='${BENVOLIO}/mess' ${to}/>`,
    ]);
    assert.equal(cabin.hears().length, 1, "of the new resource, nothing else");
  },
);

inWorld("4.3.2 a roster that says more than the contact's is mended by the answer to a probe", (world) => {
  world.keeps("romeo", BENVOLIO, { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  assert.equal(world.storage.rosters.get("romeo", BENVOLIO)?.subscription, "none");
  romeo.says("<presence type='unavailable'/>", "<presence/>");
  assert.equal(romeo.hears().filter((line) => line.includes(BENVOLIO)).length, 0);
});

inWorld("4.4.2 an update goes to subscribers and one's own resources", (world) => {
  world.keeps("romeo", JULIET, { subscription: "from" });
  const romeo = world.login("romeo", "deck");
  world.sent();
  romeo.says("<presence id='p2'><show>dnd</show></presence>");
  assert.deepEqual(world.sent(), [
    `<presence id='p2' from='${ROMEO}/deck' to='${JULIET}'><show>dnd</show></presence>`,
  ]);
  assert.deepEqual(romeo.hears(), [
    `<presence id='p2' from='${ROMEO}/deck' to='${ROMEO}'><show>dnd</show></presence>`,
  ]);
});

inWorld("an update that says the same again is delivered here but not repeated on the link", (world) => {
  world.keeps("romeo", JULIET, { subscription: "from" });
  world.keeps("romeo", BENVOLIO, { subscription: "from" });
  const benvolio = world.login("benvolio", "bridge");
  const romeo = world.login("romeo", "deck", "<presence id='p1'><show>away</show></presence>");
  world.sent();
  benvolio.hears();
  romeo.says("<presence id='p2'><show>away</show></presence>");
  assert.deepEqual(world.sent(), []);
  assert.equal(benvolio.hears().length, 1);
  assert.equal(world.metrics.value("halyard_presence_dropped_total", { why: "repeat" }), 1);
  romeo.says("<presence id='p3'><show>dnd</show></presence>");
  assert.equal(world.sent().length, 1, "news goes out");
  world.im.linkDown("shore", ["shore.example"]);
  romeo.says("<presence id='p4'><show>dnd</show></presence>");
  assert.equal(world.sent().length, 1, "what the far side knew may be lost with the link");
  world.im.linkUp("shore", ["shore.example"]);
  romeo.says("<presence id='p5'><show>dnd</show></presence>");
  assert.equal(world.sent().length, 1, "a new epoch knows nothing");
  romeo.says("<presence id='p6'><show>dnd</show></presence>");
  assert.equal(world.sent().length, 0);
});

inWorld("a repetition does go out after a subscriber was told something else", (world) => {
  world.keeps("romeo", JULIET, { subscription: "from" });
  const romeo = world.login("romeo", "deck");
  romeo.says(`<presence type='unavailable' to='${JULIET}'/>`);
  world.sent();
  romeo.says("<presence/>");
  assert.deepEqual(world.sent(), [`<presence from='${ROMEO}/deck' to='${JULIET}'/>`]);
});

inWorld("4.5.2 a farewell goes out whole, and to those who were sent directed presence", (world) => {
  world.keeps("romeo", JULIET, { subscription: "from" });
  const romeo = world.login("romeo", "deck");
  const cabin = world.login("romeo", "cabin");
  romeo.says(`<presence to='${ROOM}'/>`);
  world.sent();
  romeo.hears();
  cabin.hears();
  romeo.says("<presence id='p9' type='unavailable'><status>watch over</status></presence>");
  const to = (address: string) =>
    `<presence id='p9' type='unavailable' from='${ROMEO}/deck' to='${address}'><status>watch over</status></presence>`;
  assert.deepEqual(world.sent(), [to(ROOM), to(JULIET)]);
  assert.deepEqual(romeo.hears(), [to(ROMEO)]);
  assert.deepEqual(cabin.hears(), [to(ROMEO)]);
  romeo.says("<presence type='unavailable'/>");
  assert.deepEqual(world.sent(), [], "one who is gone cannot go");
});

inWorld("4.5.2 when a connection breaks the server says farewell", (world) => {
  world.keeps("romeo", JULIET, { subscription: "from" });
  const romeo = world.login("romeo", "deck");
  romeo.says(`<presence to='${ROOM}'/>`);
  world.sent();
  romeo.breaks();
  romeo.breaks();
  assert.deepEqual(world.sent(), [
    `<presence type='unavailable' from='${ROMEO}/deck' to='${ROOM}'/>`,
    `<presence type='unavailable' from='${ROMEO}/deck' to='${JULIET}'/>`,
  ]);
});

inWorld("a resource that was never available leaves without a word", (world) => {
  world.keeps("romeo", JULIET, { subscription: "from" });
  world.connect("romeo", "deck").breaks();
  assert.deepEqual(world.sent(), []);
});

inWorld("4.5.2 available presence after unavailable is initial presence again", (world) => {
  world.keeps("romeo", JULIET, { subscription: "from" });
  const romeo = world.login("romeo", "deck");
  romeo.says("<presence type='unavailable'/>");
  world.sent();
  romeo.says("<presence/>");
  assert.equal(world.sent().length, 1, "not a repetition");
});

inWorld(
  "4.6.3 directed presence: to a subscriber it is not noted, to others it is, until taken back",
  (world) => {
    world.keeps("romeo", JULIET, { subscription: "from" });
    const romeo = world.login("romeo", "deck");
    world.sent();
    romeo.says(`<presence id='d1' to='${JULIET}'><show>chat</show></presence>`);
    romeo.says(`<presence to='${ROOM}'/>`, `<presence to='nurse@shore.example'/>`);
    romeo.says(`<presence type='unavailable' to='nurse@shore.example'/>`);
    assert.deepEqual(world.sent(), [
      `<presence id='d1' from='${ROMEO}/deck' to='${JULIET}'><show>chat</show></presence>`,
      `<presence from='${ROMEO}/deck' to='${ROOM}'/>`,
      `<presence from='${ROMEO}/deck' to='nurse@shore.example'/>`,
      `<presence type='unavailable' from='${ROMEO}/deck' to='nurse@shore.example'/>`,
    ]);
    romeo.says("<presence><show>away</show></presence>");
    assert.deepEqual(world.sent(), [
      `<presence from='${ROMEO}/deck' to='${JULIET}'><show>away</show></presence>`,
    ], "updates do not go there");
    romeo.breaks();
    assert.deepEqual(world.sent().map((line) => line.match(/ to='([^']*)'/)?.[1]), [ROOM, JULIET]);
  },
);

inWorld("4.6.3 directed presence works without initial presence", (world) => {
  world.keeps("romeo", JULIET, { subscription: "from" });
  const romeo = world.connect("romeo", "deck");
  romeo.says(`<presence to='${JULIET}'/>`);
  romeo.breaks();
  assert.deepEqual(world.sent(), [
    `<presence from='${ROMEO}/deck' to='${JULIET}'/>`,
    `<presence type='unavailable' from='${ROMEO}/deck' to='${JULIET}'/>`,
  ]);
});

inWorld("4.6.1 one who has gone is not told that we go", (world) => {
  const romeo = world.login("romeo", "deck");
  romeo.says(`<presence to='${ROOM}'/>`);
  world.receive(
    `<presence type='unavailable' from='${ROOM}' to='${ROMEO}/deck'/>`,
    { kind: "link", name: "shore" },
  );
  world.sent();
  romeo.breaks();
  assert.deepEqual(world.sent(), []);
});

inWorld("directed presence is bounded", (world) => {
  const romeo = world.login("romeo", "deck");
  romeo.says("<presence to='a@shore.example'/>", "<presence to='b@shore.example'/>");
  romeo.says("<presence to='a@shore.example'><show>away</show></presence>");
  assert.equal(world.sent().length, 3, "again to the same one");
  romeo.says("<presence id='d3' to='c@shore.example'/>");
  assert.match(
    romeo.hears().join(),
    /^<presence type='error' id='d3' from='c@shore.example' .*<resource-constraint /,
  );
  assert.deepEqual(world.sent(), []);
}, { limits: { directedPresences: 2 } });

for (const priority of ["-128", "127", "0", "+5", " 7 "]) {
  inWorld(`4.7.2.3 a priority of "${priority}" is taken`, (world) => {
    const romeo = world.connect("romeo", "deck");
    romeo.says(`<presence><priority>${priority}</priority></presence>`);
    assert.equal(romeo.hears().length, 1);
  });
}

inWorld("4.7.2.3 a priority in another namespace is none", (world) => {
  const romeo = world.connect("romeo", "deck");
  romeo.says("<presence><priority xmlns='urn:other'>high</priority></presence>");
  assert.equal(romeo.hears().length, 1);
});

for (const priority of ["-129", "128", "high", "", "1.5", "0x10", "99999999999"]) {
  inWorld(`4.7.2.3 a priority of "${priority}" is refused`, (world) => {
    world.keeps("romeo", JULIET, { subscription: "from" });
    const romeo = world.connect("romeo", "deck");
    romeo.says(`<presence id='p1'><priority>${priority}</priority></presence>`);
    assert.match(romeo.hears().join(), /^<presence type='error' id='p1' .*<bad-request /);
    assert.deepEqual(world.sent(), []);
  });
}

for (
  const [xml, condition] of [
    ["<presence id='p1' type='subscribe'/>", "bad-request"],
    ["<presence id='p1' type='probe'/>", "bad-request"],
    ["<presence id='p1' type='hello'/>", "bad-request"],
    ["<presence id='p1' type='hello' to='juliet@shore.example'/>", "bad-request"],
  ] as const
) {
  inWorld(`${xml} is answered ${condition}`, (world) => {
    const romeo = world.login("romeo", "deck");
    romeo.says(xml);
    assert.match(romeo.hears().join(), new RegExp(`^<presence type='error' id='p1' .*<${condition} `));
    assert.deepEqual(world.sent(), []);
  });
}

inWorld(
  "8.5.2.1.2 presence to the bare JID reaches available resources, to a full JID that resource",
  (world) => {
    const deck = world.login("romeo", "deck", "<presence><priority>-5</priority></presence>");
    const cabin = world.login("romeo", "cabin");
    const bound = world.connect("romeo", "bound");
    deck.hears();
    world.shoreSends(`<presence from='${JULIET}/balcony' to='${ROMEO}'/>`);
    assert.deepEqual([deck, cabin, bound].map((client) => client.hears().length), [1, 1, 0]);
    world.shoreSends(`<presence from='${JULIET}/balcony' to='${ROMEO}/bound'/>`);
    assert.deepEqual([deck, cabin, bound].map((client) => client.hears().length), [0, 0, 1]);
    world.shoreSends(`<presence from='${JULIET}/balcony' to='${ROMEO}/gone'/>`);
    world.shoreSends(`<presence from='${JULIET}/balcony' to='nobody@ship.example'/>`);
    world.shoreSends(`<presence type='hello' from='${JULIET}/balcony' to='${ROMEO}'/>`);
    assert.deepEqual([deck, cabin, bound].map((client) => client.hears().length), [0, 0, 0]);
    assert.deepEqual(world.sent(), []);
  },
);

inWorld("presence of type error is delivered", (world) => {
  const romeo = world.login("romeo", "deck");
  const failure = `<presence type='error' from='${JULIET}' to='${ROMEO}'><error type='cancel'/></presence>`;
  world.shoreSends(failure);
  assert.deepEqual(romeo.hears(), [failure]);
});

inWorld("a client that breaks while presence is sent to it says farewell like any other", (world) => {
  world.keeps("romeo", BENVOLIO, { subscription: "both" });
  world.keeps("benvolio", ROMEO, { subscription: "both" });
  const benvolio = world.login("benvolio", "bridge");
  const romeo = world.login("romeo", "deck");
  benvolio.hears();
  const send = benvolio.send.bind(benvolio);
  benvolio.send = (element) => {
    benvolio.end({ condition: "policy-violation" });
    return send(element);
  };
  romeo.says("<presence><show>away</show></presence>");
  assert.deepEqual(romeo.hears(), [
    `<presence from='${ROMEO}/deck' to='${ROMEO}'><show>away</show></presence>`,
    `<presence type='unavailable' from='${BENVOLIO}/bridge' to='${ROMEO}'/>`,
  ]);
});
