import assert from "node:assert/strict";
import { Jid } from "../stanza/mod.ts";
import { imFeature, imStreamFeatures } from "./mod.ts";
import { writeXml } from "../xml/mod.ts";
import { inWorld } from "./testing/world.ts";

const ROMEO = "romeo@ship.example";
const JULIET = "juliet@shore.example";

inWorld("an account that is removed leaves its contacts in good order, and its sessions end", (world) => {
  world.keeps("romeo", JULIET, { subscription: "both" });
  world.keeps("romeo", "benvolio@ship.example", { subscription: "both" });
  world.keeps("benvolio", ROMEO, { subscription: "both" });
  const romeo = world.login("romeo", "deck");
  const benvolio = world.login("benvolio", "bridge");
  romeo.hears();
  world.sent();
  world.im.accountRemoved("romeo");
  world.storage.accounts.remove("romeo");
  assert.deepEqual(world.sent(), [
    `<presence type='unavailable' from='${ROMEO}/deck' to='${JULIET}'/>`,
    `<presence type='unsubscribe' from='${ROMEO}' to='${JULIET}'/>`,
    `<presence type='unsubscribed' from='${ROMEO}' to='${JULIET}'/>`,
  ]);
  assert.deepEqual(benvolio.hears().filter((line) => line.startsWith("<presence")), [
    `<presence type='unavailable' from='${ROMEO}/deck' to='benvolio@ship.example'/>`,
    `<presence type='unsubscribe' from='${ROMEO}' to='benvolio@ship.example'/>`,
    `<presence type='unsubscribed' from='${ROMEO}' to='benvolio@ship.example'/>`,
  ]);
  assert.equal(world.storage.rosters.get("benvolio", ROMEO)?.subscription, "none");
  assert.equal(romeo.ended?.condition, "not-authorized");
  world.im.accountRemoved("romeo");
  assert.deepEqual(world.sent(), []);
  world.shoreSends(`<message id='m1' from='${JULIET}' to='${ROMEO}'><body>hi</body></message>`);
  assert.match(world.sent().join(), /<service-unavailable /);
});

inWorld("the contacts of an account that is removed while nobody is connected are told too", (world) => {
  world.keeps("romeo", JULIET, { subscription: "both" });
  world.keeps("romeo", "nurse@shore.example", { ask: true });
  world.keeps("romeo", "paris@shore.example", { pendingIn: "<presence/>", listed: false });
  world.keeps("romeo", "tybalt@shore.example");
  world.keeps("romeo", "benvolio@ship.example", { subscription: "both" });
  world.keeps("benvolio", ROMEO, { subscription: "both" });
  world.im.accountRemoved("romeo");
  world.storage.accounts.remove("romeo");
  assert.deepEqual(world.sent().sort(), [
    `<presence type='unsubscribe' from='${ROMEO}' to='${JULIET}'/>`,
    `<presence type='unsubscribe' from='${ROMEO}' to='nurse@shore.example'/>`,
    `<presence type='unsubscribed' from='${ROMEO}' to='${JULIET}'/>`,
    `<presence type='unsubscribed' from='${ROMEO}' to='paris@shore.example'/>`,
  ]);
  assert.equal(world.storage.rosters.get("benvolio", ROMEO)?.subscription, "none");
  for (const username of ["romeo", "nobody", ""]) world.im.accountRemoved(username);
  assert.deepEqual(world.sent(), []);
});

const MAY_SEE: readonly (readonly [string, string, boolean])[] = [
  ["the account itself", `${ROMEO}/deck`, true],
  ["a contact who sees its presence", `${JULIET}/balcony`, true],
  ["one who was sent directed presence", "room@rooms.shore.example/nick", true],
  ["another resource of one who was sent directed presence", "room@rooms.shore.example/other", true],
  ["a contact whose presence it sees", "nurse@shore.example", false],
  ["a stranger", "paris@shore.example", false],
];

for (const [who, requester, may] of MAY_SEE) {
  inWorld(`${may ? "may" : "may not"} know of an account: ${who}`, (world) => {
    world.keeps("romeo", JULIET, { subscription: "from" });
    world.keeps("romeo", "nurse@shore.example", { subscription: "to" });
    const romeo = world.login("romeo", "deck");
    romeo.says("<presence to='room@rooms.shore.example/nick'/>");
    assert.equal(world.im.maySee(Jid.of(ROMEO), Jid.of(requester)), may);
  });
}

Deno.test("instant messaging says what it implements and offers", () => {
  assert.deepEqual(imFeature.specifications.map(({ id }) => id), [
    "RFC 6121",
    "XEP-0160",
    "XEP-0203",
    "XEP-0334",
  ]);
  assert.deepEqual(imStreamFeatures().map(writeXml), [
    "<ver xmlns='urn:xmpp:features:rosterver'/>",
    "<sub xmlns='urn:xmpp:features:pre-approval'/>",
  ]);
});
