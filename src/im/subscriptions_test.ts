import assert from "node:assert/strict";
import { error, inWorld, push } from "./testing/world.ts";

const ROMEO = "romeo@ship.example";
const BENVOLIO = "benvolio@ship.example";
const JULIET = "juliet@shore.example";

inWorld(
  "3.1 a subscription between two local users: the stanza, then the roster push, then presence",
  (world) => {
    const romeo = world.login("romeo", "deck");
    const benvolio = world.login("benvolio", "bridge", "<presence id='b1'><show>away</show></presence>");

    romeo.says(`<presence type='subscribe' id='s1' to='${BENVOLIO}'/>`);
    const none = `<item jid='${BENVOLIO}' subscription='none' ask='subscribe'/>`;
    assert.deepEqual(romeo.hears(), [push(`${ROMEO}/deck`, none)]);
    const request = `<presence type='subscribe' id='s1' from='${ROMEO}' to='${BENVOLIO}'/>`;
    assert.deepEqual(benvolio.hears(), [request]);

    benvolio.says(`<presence type='subscribed' id='s2' to='${ROMEO}'/>`);
    assert.deepEqual(benvolio.hears(), [
      push(`${BENVOLIO}/bridge`, `<item jid='${ROMEO}' subscription='from'/>`),
    ]);
    assert.deepEqual(romeo.hears(), [
      `<presence type='subscribed' id='s2' from='${BENVOLIO}' to='${ROMEO}'/>`,
      push(`${ROMEO}/deck`, `<item jid='${BENVOLIO}' subscription='to'/>`),
      `<presence id='b1' from='${BENVOLIO}/bridge' to='${ROMEO}'><show>away</show></presence>`,
    ]);
  },
);

inWorld("3.1 a subscription across the link, seen from the user's side", (world) => {
  const romeo = world.login("romeo", "deck");
  romeo.says(`<presence type='subscribe' id='s1' to='${JULIET}/balcony'/>`);
  assert.deepEqual(
    world.sent(),
    [`<presence type='subscribe' id='s1' from='${ROMEO}' to='${JULIET}'/>`],
    "full addresses are made bare",
  );
  romeo.hears();
  world.shoreSends(`<presence type='subscribed' id='s2' from='${JULIET}' to='${ROMEO}'/>`);
  world.shoreSends(`<presence id='j1' from='${JULIET}/balcony' to='${ROMEO}'/>`);
  assert.deepEqual(romeo.hears(), [
    `<presence type='subscribed' id='s2' from='${JULIET}' to='${ROMEO}'/>`,
    push(`${ROMEO}/deck`, `<item jid='${JULIET}' subscription='to'/>`),
    `<presence id='j1' from='${JULIET}/balcony' to='${ROMEO}'/>`,
  ]);
  assert.deepEqual(world.sent(), []);
});

inWorld("3.1.2 a request that cannot be sent on comes back as an error", (world) => {
  const romeo = world.login("romeo", "deck");
  romeo.says("<presence type='subscribe' id='s1' to='juliet@nowhere.example'/>");
  const [pushed, refusal = "", ...rest] = romeo.hears();
  assert.match(
    refusal,
    /^<presence type='error' id='s1' from='juliet@nowhere.example' to='romeo@ship.example'>/,
  );
  assert.match(refusal, /<remote-server-not-found /);
  assert.match(pushed ?? "", /ask='subscribe'/);
  assert.deepEqual(rest, []);
});

inWorld("3.1.3 a request waits for the next log-in, and for every one until it is answered", (world) => {
  const request =
    `<presence type='subscribe' id='s1' from='${JULIET}' to='${ROMEO}'><status>?</status></presence>`;
  world.shoreSends(request);
  world.shoreSends(`<presence type='subscribe' id='s2' from='${JULIET}' to='${ROMEO}'/>`);
  for (const resource of ["deck", "cabin"]) {
    const client = world.connect("romeo", resource);
    client.says("<presence/>");
    assert.equal(client.hears().filter((line) => line === request).length, 1, resource);
  }
  const romeo = world.login("romeo", "hold");
  romeo.says(`<presence type='unsubscribed' to='${JULIET}'/>`);
  assert.deepEqual(world.sent(), [`<presence type='unsubscribed' from='${ROMEO}' to='${JULIET}'/>`]);
  const next = world.connect("romeo", "mast");
  next.says("<presence/>");
  assert.deepEqual(next.hears().filter((line) => line.includes("subscribe")), []);
  assert.equal(world.storage.rosters.get("romeo", JULIET), undefined, "nothing is kept of a refused request");
});

inWorld("3.1.3 a request does not show in the roster", (world) => {
  world.shoreSends(`<presence type='subscribe' from='${JULIET}' to='${ROMEO}'/>`);
  const romeo = world.connect("romeo", "deck");
  romeo.says("<iq id='r' type='get'><query xmlns='jabber:iq:roster'/></iq>");
  assert.deepEqual(romeo.hears(), [
    `<iq type='result' id='r' from='${ROMEO}' to='${ROMEO}/deck'><query xmlns='jabber:iq:roster' ver='N'/></iq>`,
  ]);
});

inWorld("3.1.3 a request goes to available resources, an approval to interested ones", (world) => {
  const available = world.connect("romeo", "available");
  available.says("<presence/>");
  const interested = world.connect("romeo", "interested");
  interested.says("<iq id='r' type='get'><query xmlns='jabber:iq:roster'/></iq>");
  available.hears();
  interested.hears();
  world.shoreSends(`<presence type='subscribe' from='${JULIET}' to='${ROMEO}'/>`);
  assert.equal(available.hears().length, 1);
  assert.equal(interested.hears().length, 0);
  available.says(`<presence type='subscribe' to='${JULIET}'/>`);
  interested.hears();
  world.shoreSends(`<presence type='subscribed' from='${JULIET}' to='${ROMEO}'/>`);
  assert.equal(available.hears().length, 0);
  assert.equal(interested.hears().length, 2, "the approval and the push");
});

inWorld("3.1.3 a request that is too long is kept without its extensions", (world) => {
  const status = `<status>${"x".repeat(200)}</status>`;
  world.shoreSends(`<presence type='subscribe' id='s1' from='${JULIET}' to='${ROMEO}'>${status}</presence>`);
  assert.equal(
    world.storage.rosters.get("romeo", JULIET)?.pendingIn,
    `<presence type='subscribe' id='s1' from='${JULIET}' to='${ROMEO}'/>`,
  );
}, { limits: { pendingRequestLength: 200 } });

inWorld("3.1.3 a request with long attributes is kept without them", (world) => {
  const long = "x".repeat(200_000);
  world.shoreSends(
    `<presence type='subscribe' foo='${long}' id='${long}' from='${JULIET}' to='${ROMEO}'/>`,
  );
  assert.equal(
    world.storage.rosters.get("romeo", JULIET)?.pendingIn,
    `<presence type='subscribe' from='${JULIET}' to='${ROMEO}'/>`,
  );
});

inWorld("3.1.3 a request that cannot be read any more is shown without its words", (world) => {
  world.keeps("romeo", JULIET, { pendingIn: "<presence", listed: false });
  const romeo = world.connect("romeo", "deck");
  romeo.says("<presence/>");
  assert.equal(romeo.hears().at(-1), `<presence type='subscribe' from='${JULIET}' to='${ROMEO}'/>`);
});

inWorld("3.1.3 many requests are shown a few at a time, as the network takes them", (world) => {
  for (let n = 0; n < 150; n++) {
    world.shoreSends(`<presence type='subscribe' from='c${n}@shore.example' to='${ROMEO}'/>`);
  }
  const romeo = world.connect("romeo", "deck");
  romeo.says("<presence/>");
  const requests = () => romeo.hears().filter((line) => line.includes("'subscribe'"));
  assert.equal(requests().length, 64);
  romeo.says("<presence type='unsubscribed' to='c99@shore.example'/>");
  romeo.flush();
  assert.equal(requests().length, 64);
  romeo.flush();
  assert.equal(requests().length, 21, "without the one that was answered meanwhile");
  romeo.flush();
  assert.equal(requests().length, 0);
});

inWorld("3.1.3 one who leaves is shown no more requests", (world) => {
  for (let n = 0; n < 100; n++) {
    world.shoreSends(`<presence type='subscribe' from='c${n}@shore.example' to='${ROMEO}'/>`);
  }
  const romeo = world.login("romeo", "deck");
  romeo.says("<presence type='unavailable'/>");
  romeo.hears();
  romeo.flush();
  assert.deepEqual(romeo.hears(), []);
});

inWorld("a request to a full roster is refused, and so is one of the user's own", (world) => {
  world.keeps("romeo", "nurse@shore.example");
  const romeo = world.login("romeo", "deck");
  world.shoreSends(`<presence type='subscribe' id='s1' from='${JULIET}' to='${ROMEO}'/>`);
  assert.deepEqual(world.sent(), [
    `<presence type='error' id='s1' from='${ROMEO}' to='${JULIET}'>${
      error("wait", "resource-constraint")
    }</presence>`,
  ]);
  romeo.says(`<presence type='subscribe' id='s2' to='${JULIET}'/>`);
  assert.match(romeo.hears().join(), /^<presence type='error' id='s2' .*<resource-constraint /);
  assert.deepEqual(world.sent(), []);
  romeo.says("<presence type='subscribe' id='s3' to='nurse@shore.example'/>");
  assert.equal(world.sent().length, 1, "a contact who is in the roster already needs no room");
}, { limits: { rosterItems: 1 } });

inWorld(
  "3.2.2 cancelling: unavailable from each resource, then unsubscribed, then the roster push",
  (world) => {
    world.keeps("romeo", JULIET, { subscription: "from" });
    const romeo = world.login("romeo", "deck");
    world.login("romeo", "cabin");
    world.sent();
    romeo.hears();
    romeo.says(`<presence type='unsubscribed' id='s1' to='${JULIET}'/>`);
    assert.deepEqual(world.sent(), [
      `<presence type='unavailable' from='${ROMEO}/deck' to='${JULIET}'/>`,
      `<presence type='unavailable' from='${ROMEO}/cabin' to='${JULIET}'/>`,
      `<presence type='unsubscribed' id='s1' from='${ROMEO}' to='${JULIET}'/>`,
    ]);
    assert.deepEqual(romeo.hears(), [
      push(`${ROMEO}/deck`, `<item jid='${JULIET}' subscription='none'/>`),
    ]);
  },
);

inWorld(
  "3.3.3 a contact unsubscribes: delivery, push, unavailable from each resource, unsubscribed",
  (world) => {
    world.keeps("romeo", JULIET, { subscription: "both" });
    const romeo = world.login("romeo", "deck");
    world.sent();
    const unsubscribe = `<presence type='unsubscribe' id='s1' from='${JULIET}' to='${ROMEO}'/>`;
    world.shoreSends(unsubscribe);
    assert.deepEqual(romeo.hears(), [
      unsubscribe,
      push(`${ROMEO}/deck`, `<item jid='${JULIET}' subscription='to'/>`),
    ]);
    assert.deepEqual(world.sent(), [
      `<presence type='unavailable' from='${ROMEO}/deck' to='${JULIET}'/>`,
      `<presence type='unsubscribed' id='s1' from='${ROMEO}' to='${JULIET}'/>`,
    ]);
  },
);

inWorld(
  "3.4 two local users who have approved each other in advance are subscribed at once, pushes in order",
  (world) => {
    const romeo = world.login("romeo", "deck");
    const benvolio = world.login("benvolio", "bridge");
    benvolio.says(`<presence type='subscribed' to='${ROMEO}'/>`);
    assert.deepEqual(benvolio.hears(), [
      push(`${BENVOLIO}/bridge`, `<item jid='${ROMEO}' subscription='none' approved='true'/>`),
    ]);
    assert.deepEqual(romeo.hears(), [], "a pre-approval tells the contact nothing");
    romeo.says(`<presence type='subscribe' id='s1' to='${BENVOLIO}'/>`);
    assert.deepEqual(romeo.hears(), [
      push(`${ROMEO}/deck`, `<item jid='${BENVOLIO}' subscription='none' ask='subscribe'/>`),
      `<presence type='subscribed' id='s1' from='${BENVOLIO}' to='${ROMEO}'/>`,
      push(`${ROMEO}/deck`, `<item jid='${BENVOLIO}' subscription='to'/>`),
      `<presence from='${BENVOLIO}/bridge' to='${ROMEO}'/>`,
    ]);
  },
);

inWorld("8.5.1 subscription stanzas to an account that does not exist are ignored", (world) => {
  for (const type of ["subscribe", "subscribed", "unsubscribe", "unsubscribed"]) {
    world.shoreSends(`<presence type='${type}' from='${JULIET}' to='nobody@ship.example'/>`);
  }
  assert.deepEqual(world.sent(), []);
});

for (const type of ["subscribed", "unsubscribe", "unsubscribed"]) {
  inWorld(`8.5.3.2.2 ${type} to a full JID without resource is ignored`, (world) => {
    world.keeps("romeo", JULIET, { subscription: "both" });
    const romeo = world.login("romeo", "deck");
    world.shoreSends(`<presence type='${type}' from='${JULIET}' to='${ROMEO}/gone'/>`);
    assert.deepEqual(romeo.hears(), []);
    assert.equal(world.storage.rosters.get("romeo", JULIET)?.subscription, "both");
  });
}

inWorld("3.1.3 a request to a full JID counts as one to the account", (world) => {
  const romeo = world.login("romeo", "deck");
  world.shoreSends(`<presence type='subscribe' from='${JULIET}/balcony' to='${ROMEO}/gone'/>`);
  assert.deepEqual(romeo.hears(), [`<presence type='subscribe' from='${JULIET}' to='${ROMEO}'/>`]);
});

inWorld("a user cannot subscribe to himself", (world) => {
  const romeo = world.login("romeo", "deck");
  romeo.says(`<presence type='subscribe' id='s1' to='${ROMEO}'/>`);
  assert.match(romeo.hears().join(), /^<presence type='error' id='s1' .*<not-allowed /);
});
