import assert from "node:assert/strict";
import {
  available,
  BENVOLIO,
  BOTH,
  delay,
  JULIET,
  knowJuliet,
  login,
  MINUTE_MS,
  PROBE,
  ROMEO,
  SHORE,
  unavailable,
} from "./testing/juliet.ts";
import { error, inWorld } from "./testing/world.ts";

inWorld("the first log-in probes each remote contact once, bare to bare", (world) => {
  world.keeps("romeo", JULIET, BOTH);
  world.keeps("romeo", "nurse@shore.example", { subscription: "from" });
  assert.deepEqual(login(world).sent.filter((line) => line.includes("probe")), [PROBE]);
});

inWorld("a second log-in with 20 known contacts sends the user's own presence and nothing else", (world) => {
  const contacts = Array.from({ length: 20 }, (_, i) => `contact${i + 10}@shore.example`);
  for (const jid of contacts) world.keeps("romeo", jid, BOTH);
  const first = world.login("romeo", "deck");
  assert.equal(world.sent().filter((line) => line.includes("type='probe'")).length, 20);
  for (const [i, jid] of contacts.entries()) {
    world.shoreSends(
      i % 2 === 0 ? `<presence id='p${i}' from='${jid}/x' to='${ROMEO}'/>` : unavailable(jid),
    );
  }
  first.breaks();
  world.sent();
  const second = world.connect("romeo", "cabin");
  second.says("<presence/>");
  assert.deepEqual(world.sent(), contacts.map((jid) => `<presence from='${ROMEO}/cabin' to='${jid}'/>`));
  const shown = second.hears().filter((line) => line.includes("from='contact"));
  assert.deepEqual(
    shown.filter((line) => !line.includes("unavailable")),
    contacts.filter((_, i) => i % 2 === 0).map((jid, i) =>
      `<presence id='p${2 * i}' from='${jid}/x' to='${ROMEO}'/>`
    ),
  );
  assert.equal(shown.filter((line) => line.includes("unavailable")).length, 10);
  assert.equal(world.metrics.value("halyard_presence_probes_spared_total", { why: "fresh" }), 20);
});

inWorld("fresh presence is shown at once, with its id and all, and nothing is sent", (world) => {
  knowJuliet(world);
  const { seen, sent } = login(world);
  assert.deepEqual(seen, [available()]);
  assert.deepEqual(sent, []);
});

inWorld(
  "a contact who is known to be offline is shown so, since when, and nothing is sent",
  async (world) => {
    world.keeps("romeo", JULIET, BOTH);
    world.login("romeo", "deck").breaks();
    world.shoreSends(unavailable());
    await world.clock.advance(MINUTE_MS);
    const { seen, sent } = login(world);
    assert.deepEqual(seen, [
      `<presence type='unavailable' from='${JULIET}' to='${ROMEO}'>${delay("10:00:00")}</presence>`,
    ]);
    assert.deepEqual(sent, []);
  },
);

inWorld("presence is learned while nobody is connected", (world) => {
  knowJuliet(world);
  world.shoreSends(available(ROMEO, "balcony", "j2"));
  assert.deepEqual(login(world).seen, [available(ROMEO, "balcony", "j2")]);
});

inWorld(
  "what happened to change before any probe was answered is shown, but does not spare the probe",
  (world) => {
    world.keeps("romeo", JULIET, BOTH);
    world.shoreSends(available());
    const { seen, sent } = login(world);
    assert.deepEqual(seen, [available()]);
    assert.deepEqual(sent, [PROBE], "she may have other resources");
  },
);

inWorld("a resource that leaves does not mean offline before a probe was answered", (world) => {
  world.keeps("romeo", JULIET, BOTH);
  world.shoreSends(available());
  world.shoreSends(unavailable(`${JULIET}/balcony`));
  assert.deepEqual(login(world).sent, [PROBE]);
});

inWorld(
  "while a probe is outstanding nobody sends another; the answer reaches all who may see it",
  (world) => {
    world.keeps("romeo", JULIET, BOTH);
    world.keeps("benvolio", JULIET, { subscription: "to" });
    const romeo = world.login("romeo", "deck");
    world.sent();
    const benvolio = world.login("benvolio", "bridge");
    const mercutio = world.login("mercutio", "mast");
    romeo.says("<presence type='unavailable'/>", "<presence/>");
    assert.deepEqual(world.sent().filter((line) => line.includes("type='probe'")), []);
    romeo.hears();
    world.shoreSends(available());
    world.shoreSends(available(ROMEO, "chamber", "j2"));
    assert.deepEqual(romeo.hears(), [available(), available(ROMEO, "chamber", "j2")]);
    assert.deepEqual(benvolio.hears(), [available(BENVOLIO), available(BENVOLIO, "chamber", "j2")]);
    assert.deepEqual(mercutio.hears(), []);
    world.shoreSends(available());
    assert.deepEqual(benvolio.hears(), [], "only what is new to them");
  },
);

inWorld("one who logs in between two answers to a probe misses neither", (world) => {
  world.keeps("romeo", JULIET, BOTH);
  world.keeps("benvolio", JULIET, { subscription: "to" });
  world.login("romeo", "deck");
  world.shoreSends(available());
  const { client, seen } = login(world, "benvolio");
  assert.deepEqual(seen, [available(BENVOLIO)]);
  world.shoreSends(available(ROMEO, "chamber", "j2"));
  assert.deepEqual(client.hears(), [available(BENVOLIO, "chamber", "j2")]);
});

inWorld("a late answer reaches all who watch, too", async (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  world.keeps("benvolio", JULIET, { subscription: "to" });
  world.login("romeo", "deck");
  const benvolio = world.login("benvolio", "bridge");
  await world.clock.advance(60 * MINUTE_MS);
  world.shoreSends(available());
  assert.deepEqual(benvolio.hears(), [available(BENVOLIO)]);
});

inWorld("whose probe was lost with the link gets the answer to the next one's", (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  world.keeps("benvolio", JULIET, { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  world.im.linkDown("shore", SHORE);
  world.login("benvolio", "bridge");
  world.sent();
  world.im.linkUp("shore", SHORE);
  assert.deepEqual(world.sent(), [], "benvolio's probe was in the queue");
  world.shoreSends(available(BENVOLIO));
  assert.deepEqual(romeo.hears(), [available()]);
});

inWorld("the answer that the contact is offline reaches all who wait", (world) => {
  world.keeps("romeo", JULIET, BOTH);
  world.keeps("benvolio", JULIET, { subscription: "to" });
  world.login("romeo", "deck");
  const benvolio = world.login("benvolio", "bridge");
  world.shoreSends(unavailable());
  assert.deepEqual(benvolio.hears(), [unavailable(JULIET, BENVOLIO)]);
  assert.deepEqual(login(world, "benvolio").sent, []);
});

inWorld("when the prober turns out not to be subscribed, the next one who waits asks himself", (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  world.keeps("benvolio", JULIET, { subscription: "to" });
  world.login("romeo", "deck");
  world.login("benvolio", "bridge");
  world.sent();
  world.shoreSends(`<presence type='unsubscribed' from='${JULIET}' to='${ROMEO}'/>`);
  assert.deepEqual(world.sent(), [`<presence type='probe' from='${BENVOLIO}' to='${JULIET}'/>`]);
});

inWorld("an unanswered probe may be repeated after its time", async (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  world.login("romeo", "deck").breaks();
  await world.clock.advance(2 * MINUTE_MS - 1);
  assert.deepEqual(login(world).sent, []);
  await world.clock.advance(1);
  assert.deepEqual(login(world).sent, [PROBE]);
}, { policy: { probeTimeoutMs: 2 * MINUTE_MS } });

inWorld("a user is shown a contact by his own roster only", (world) => {
  knowJuliet(world);
  world.keeps("benvolio", JULIET, { subscription: "from" });
  assert.deepEqual(login(world, "benvolio").seen, []);
  assert.deepEqual(login(world, "mercutio").seen, []);
});

inWorld("a probe that cannot be sent is forgotten, and its bounce is not shown to the client", (world) => {
  world.keeps("romeo", "juliet@nowhere.example", { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  assert.deepEqual(romeo.hears(), []);
  romeo.says("<presence type='unavailable'/>", "<presence/>");
  assert.equal(romeo.hears().filter((line) => line.includes("error")).length, 0);
  assert.equal(world.metrics.value("halyard_presence_probes_total"), 2);
});

inWorld(
  "presence cache: subscribed gives the entitlement, and the contact's server sends presence by itself",
  (world) => {
    world.keeps("romeo", JULIET, { ask: true });
    world.login("romeo", "deck").breaks();
    world.shoreSends(`<presence type='subscribed' from='${JULIET}' to='${ROMEO}'/>`);
    assert.deepEqual(world.sent(), []);
    world.shoreSends(available());
    assert.deepEqual(login(world).seen, [available()]);
  },
);

inWorld("a policy may forbid probes of what is stale", (world) => {
  knowJuliet(world);
  world.im.linkUp("shore", SHORE);
  assert.deepEqual(login(world).sent, []);
  assert.equal(world.metrics.value("halyard_presence_probes_spared_total", { why: "stale" }), 1);
}, { policy: { probeStale: false } });

inWorld("knowledge is kept as long as one entitled user is left", (world) => {
  world.keeps("benvolio", JULIET, { subscription: "to" });
  knowJuliet(world);
  login(world, "benvolio").client.breaks();
  world.shoreSends(`<presence type='unsubscribed' from='${JULIET}' to='${ROMEO}'/>`);
  assert.deepEqual(login(world, "benvolio").seen, [available(BENVOLIO)]);
  world.shoreSends(`<presence type='unsubscribed' from='${JULIET}' to='${BENVOLIO}'/>`);
  world.keeps("mercutio", JULIET, { subscription: "to" });
  assert.deepEqual(login(world, "mercutio").seen, []);
});

inWorld("an error for a probe ends what was shown of the contact, for everybody", (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  world.keeps("benvolio", JULIET, { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  const benvolio = world.login("benvolio", "bridge");
  world.shoreSends(available());
  for (const client of [romeo, benvolio]) client.hears();
  world.im.linkUp("shore", SHORE);
  const failure = error("cancel", "service-unavailable");
  world.shoreSends(`<presence type='error' from='${JULIET}' to='${ROMEO}'>${failure}</presence>`);
  assert.deepEqual(romeo.hears(), [unavailable()], "not the error: no client has asked");
  assert.deepEqual(benvolio.hears(), [unavailable(JULIET, BENVOLIO)]);
});

/** Errors from Juliet's server that say nothing of where she is, and do not answer Romeo's probe. */
const HARMLESS: readonly (readonly [what: string, to: string, attrs: string])[] = [
  ["to a client's own presence", `${ROMEO}/deck`, " id='p1'"],
  ["to a bare address, but with the id of a client's stanza", ROMEO, " id='p1'"],
  ["to a user who has not asked", BENVOLIO, ""],
];

for (const [what, to, attrs] of HARMLESS) {
  inWorld(`an error ${what} is delivered, and changes nothing of what is known`, (world) => {
    world.keeps("benvolio", JULIET, { subscription: "to" });
    knowJuliet(world);
    const romeo = world.login("romeo", "deck");
    const benvolio = world.login("benvolio", "bridge");
    world.im.linkUp("shore", SHORE);
    const content = error("cancel", "service-unavailable");
    const failure = `<presence type='error'${attrs} from='${JULIET}' to='${to}'>${content}</presence>`;
    world.shoreSends(failure);
    assert.deepEqual([...romeo.hears(), ...benvolio.hears()], [failure]);
    world.shoreSends(available());
    romeo.breaks();
    assert.deepEqual(login(world).seen, [available()]);
  });
}

inWorld("a contact's server that bounces one presence of a client does not void the contact", (world) => {
  for (const username of ["romeo", "benvolio"]) world.keeps(username, JULIET, BOTH);
  knowJuliet(world);
  const romeo = world.login("romeo", "deck");
  romeo.says(`<presence to='${JULIET}' id='p1'><x xmlns='urn:x'/></presence>`);
  const content = error("modify", "policy-violation");
  const bounce = `<presence type='error' id='p1' from='${JULIET}' to='${ROMEO}/deck'>${content}</presence>`;
  world.shoreSends(bounce);
  assert.deepEqual(romeo.hears(), [bounce]);
  assert.deepEqual(login(world, "benvolio").seen, [available(BENVOLIO)]);
});

inWorld("the presence that is remembered is bounded in size too", (world) => {
  for (const name of ["a", "b", "c"]) {
    world.keeps("romeo", `${name}@shore.example`, { subscription: "to" });
    const status = `<status>${"x".repeat(1_000)}</status>`;
    world.shoreSends(`<presence from='${name}@shore.example/x' to='${ROMEO}'>${status}</presence>`);
  }
  const romeo = world.connect("romeo", "deck");
  romeo.says("<presence/>");
  const seen = romeo.hears().flatMap((line) => line.match(/from='(\w)@shore/)?.[1] ?? []);
  assert.deepEqual(seen, ["b", "c"]);
}, { limits: { cachedSizeBytes: 2_500 } });

inWorld("the cache is bounded: contacts whom nobody used for longest are forgotten", (world) => {
  for (const name of ["a", "b", "c"]) {
    world.keeps("romeo", `${name}@shore.example`, { subscription: "to" });
    world.shoreSends(`<presence from='${name}@shore.example/x' to='${ROMEO}'/>`);
  }
  const romeo = world.connect("romeo", "deck");
  romeo.says("<presence/>");
  assert.equal(romeo.hears().some((line) => line.includes("a@shore.example")), false);
}, { limits: { cachedContacts: 2 } });
