import assert from "node:assert/strict";
import { base64 } from "../base/mod.ts";
import { Jid } from "../stanza/mod.ts";
import { readXml } from "../xml/mod.ts";
import { confirmedBy, stateOfPresence } from "./known_presence.ts";
import { available, JULIET, login, MINUTE_MS, PROBE, ROMEO, SHORE, unavailable } from "./testing/juliet.ts";
import { inWorld, type World } from "./testing/world.ts";

const NURSE = "nurse@shore.example";
const BENVOLIO = "benvolio@ship.example";
const POLICY = { asksByDomain: true, isToldLate: true } as const;

const question = (id: string, known = "") =>
  `<iq type='get' id='${id}' from='ship.example' to='shore.example'>` +
  `<known xmlns='urn:halyard:0'${known === "" ? "/>" : `>${known}</known>`}</iq>`;

/** The id of the only question that was sent since the last look. */
function askedId(world: World): string {
  const [sent = "", ...more] = world.sent().filter((line) => line.includes("<known"));
  assert.deepEqual(more, []);
  return /^<iq type='get' id='([^']+)'/.exec(sent)?.[1] ?? assert.fail(`no question: ${sent}`);
}

function answer(world: World, id: string, confirmed = ""): void {
  const known = `<known xmlns='urn:halyard:0'>${confirmed}</known>`;
  world.receive(`<iq type='result' id='${id}' from='shore.example' to='ship.example'>${known}</iq>`, {
    kind: "link",
    name: "shore",
  });
}

/** A world whose router knows the hop for answers. */
function inQuestioning(name: string, body: (world: World) => void | Promise<void>): void {
  inWorld(name, body, { policy: POLICY });
}

inQuestioning("one question takes the place of all probes, whoever logs in and sees whomever", (world) => {
  for (const jid of [JULIET, NURSE]) world.keeps("romeo", jid, { subscription: "to" });
  world.keeps("benvolio", JULIET, { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  world.login("benvolio", "mess");
  const sent = world.sent();
  const [, id = ""] = /id='([^']+)'/.exec(sent.join()) ?? [];
  assert.deepEqual(sent, [question(id)]);
  world.shoreSends(available());
  answer(world, id);
  assert.deepEqual(romeo.hears(), [available()]);
  world.login("romeo", "cabin");
  assert.deepEqual(world.sent(), [], "the nurse, of whom nothing was said, is not there");
});

inQuestioning(
  "a server that has restarted is told what is known, and what it does not confirm is gone",
  (world) => {
    world.keeps("romeo", JULIET, { subscription: "to" });
    world.keeps("romeo", NURSE, { subscription: "to" });
    const romeo = world.login("romeo", "deck");
    world.shoreSends(available());
    world.shoreSends(`<presence from='${NURSE}/attic' to='${ROMEO}'/>`);
    answer(world, askedId(world));
    romeo.hears();
    world.im.linkUp("shore", SHORE);
    const states = [available(), `<presence from='${NURSE}/attic'/>`].map(readXml)
      .flatMap((presence) => [...stateOfPresence(presence.attrs.from ?? "", presence)]);
    const sent = world.sent();
    const [, id = ""] = /id='([^']+)'/.exec(sent.join()) ?? [];
    assert.deepEqual(sent, [question(id, base64(Uint8Array.from(states)))]);
    answer(world, id, base64(Uint8Array.of(0x40)));
    assert.deepEqual(romeo.hears(), [unavailable()]);
    world.login("romeo", "cabin");
    assert.deepEqual(world.sent(), []);
  },
);

inQuestioning("presence that came since counts more than the answer", (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  world.shoreSends(available());
  answer(world, askedId(world));
  world.im.linkUp("shore", SHORE);
  world.shoreSends(available().replace("away", "dnd"));
  romeo.hears();
  answer(world, askedId(world), base64(Uint8Array.of(0)));
  assert.deepEqual(romeo.hears(), []);
});

inQuestioning("an answer to a question from before the restart is no answer", (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  world.login("romeo", "deck");
  world.shoreSends(available());
  const old = askedId(world);
  world.im.linkUp("shore", SHORE);
  const id = askedId(world);
  const romeo = login(world).client;
  assert.throws(() => answer(world, old), /not taken/);
  answer(world, id, base64(Uint8Array.of(0)));
  assert.deepEqual(romeo.hears(), [unavailable()]);
});

inQuestioning("neither is one to a question that this server asked before a restart of its own", (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  world.login("romeo", "deck");
  world.shoreSends(available());
  answer(world, askedId(world));
  const askAfterRestart = () => {
    world.restart();
    world.im.linkUp("shore", SHORE);
    world.login("romeo", "deck");
    return askedId(world);
  };
  const old = askAfterRestart();
  const id = askAfterRestart();
  assert.throws(() => answer(world, old, base64(Uint8Array.of(0))), /not taken/);
  answer(world, id, base64(Uint8Array.of(0x80)));
  assert.deepEqual(login(world).seen, [available()]);
});

inQuestioning("who does not know the question is sent probes", (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  world.login("romeo", "deck");
  const id = askedId(world);
  const error =
    "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
  world.receive(`<iq type='error' id='${id}' from='shore.example' to='ship.example'>${error}</iq>`, {
    kind: "link",
    name: "shore",
  });
  assert.deepEqual(world.sent(), [PROBE]);
  assert.deepEqual(login(world, "romeo").sent, [], "it is outstanding");
});

inQuestioning("after a long break that lost nothing all is shown again, and nothing asked", async (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  const romeo = world.login("romeo", "deck");
  world.shoreSends(available());
  answer(world, askedId(world));
  romeo.hears();
  world.im.linkDown("shore", SHORE);
  await world.clock.advance(1);
  assert.deepEqual(romeo.hears(), [unavailable()], "the link was down for long when it was said to be");
  await world.clock.advance(600 * MINUTE_MS);
  world.im.linkUp("shore", SHORE, true);
  assert.deepEqual(romeo.hears(), [available()]);
  assert.deepEqual(world.sent(), []);
  assert.deepEqual(login(world).seen, [available()], "without a mark: it is true");
});

inQuestioning(
  "what comes before the link is said to be up does away with nothing that was hidden",
  async (world) => {
    world.keeps("romeo", JULIET, { subscription: "to" });
    const romeo = world.login("romeo", "deck");
    for (const resource of ["balcony", "attic"]) world.shoreSends(available(ROMEO, resource));
    answer(world, askedId(world));
    world.im.linkDown("shore", SHORE);
    await world.clock.advance(1);
    world.shoreSends(available(ROMEO, "balcony").replace("away", "dnd"));
    romeo.hears();
    world.im.linkUp("shore", SHORE, true);
    assert.deepEqual(romeo.hears(), [available(ROMEO, "attic")]);
    assert.equal(login(world).seen.length, 2);
  },
);

inQuestioning(
  "one who was offline when the link went down, and has come since, is there alone",
  async (world) => {
    world.keeps("romeo", JULIET, { subscription: "to" });
    world.login("romeo", "deck");
    world.shoreSends(available());
    answer(world, askedId(world));
    world.shoreSends(unavailable(`${JULIET}/balcony`));
    world.im.linkDown("shore", SHORE);
    await world.clock.advance(1);
    world.shoreSends(available(ROMEO, "attic"));
    world.im.linkUp("shore", SHORE, true);
    assert.deepEqual(login(world).seen, [available(ROMEO, "attic")]);
  },
);

inQuestioning(
  "what was hidden does not come back when the other side has restarted, or says otherwise",
  async (world) => {
    world.keeps("romeo", JULIET, { subscription: "to" });
    const romeo = world.login("romeo", "deck");
    world.shoreSends(available());
    answer(world, askedId(world));
    for (const isResumed of [true, false]) {
      world.im.linkDown("shore", SHORE);
      await world.clock.advance(1);
      if (isResumed) world.shoreSends(unavailable(`${JULIET}/balcony`));
      world.im.linkUp("shore", SHORE, isResumed);
      romeo.hears();
      const { seen } = login(world);
      assert.equal(seen.filter((line) => !line.includes("unavailable")).length, 0);
      if (isResumed) world.shoreSends(available());
    }
  },
);

/** The other end of the question: the ship is asked. */
function asked(world: World, known: string, from = "shore.example"): ReturnType<World["sent"]> {
  const payload = readXml(`<known xmlns='urn:halyard:0'>${known}</known>`);
  const stanza = {
    kind: "iq",
    type: "get",
    id: "q",
    from: Jid.of(from),
    to: Jid.of("ship.example"),
    element: readXml("<iq/>"),
    origin: { kind: "link", name: "shore" },
    receivedMs: 0,
  } as const;
  const handler = Object.values(world.im.serverIq)[0];
  const result = handler?.(stanza, payload);
  assert(result !== undefined);
  return "error" in result ? [result.error.condition] : [result.result?.getText() ?? "", ...world.sent()];
}

inQuestioning("asked, the server tells what is not in the list, to those who see it", (world) => {
  for (const jid of [JULIET, NURSE]) world.keeps("romeo", jid, { subscription: "from" });
  world.keeps("benvolio", JULIET, { subscription: "both" });
  world.keeps("mercutio", JULIET, { subscription: "to" });
  const away = "<presence><show>away</show></presence>";
  for (const name of ["romeo", "benvolio", "mercutio"]) world.login(name, "deck", away);
  world.sent();
  const say = (from: string, to: string) =>
    `<presence from='${from}/deck' to='${to}'><show>away</show></presence>`;
  const all = [say(ROMEO, JULIET), say(ROMEO, NURSE), say(BENVOLIO, JULIET)];
  assert.deepEqual(asked(world, ""), ["", ...all]);
  assert.deepEqual(asked(world, "-"), ["", ...all]);
  const state = (jid: string, xml: string) => [...stateOfPresence(`${jid}/deck`, readXml(xml))];
  const known = base64(Uint8Array.from([...state(BENVOLIO, "<presence/>"), ...state(ROMEO, away)]));
  assert.deepEqual(asked(world, known), [base64(Uint8Array.of(0x40)), say(BENVOLIO, JULIET)]);
  assert.deepEqual(asked(world, "!"), ["bad-request"]);
  assert.deepEqual(asked(world, "AAA="), ["bad-request"]);
  assert.deepEqual(asked(world, "", JULIET), ["forbidden"]);
});

Deno.test("a state is what people see of a resource; ids, addresses and capabilities have no part in it", () => {
  const state = (inside: string, jid = "a@b/c") =>
    base64(stateOfPresence(jid, readXml(`<presence>${inside}</presence>`)));
  const plain = state("<show>away</show>");
  assert.equal(
    state("<show>away</show><priority>0</priority><c xmlns='http://jabber.org/protocol/caps'/>"),
    plain,
  );
  const others = [
    "",
    "<show>dnd</show>",
    "<show>away</show><status>x</status>",
    "<show>away</show><priority>1</priority>",
  ];
  assert.equal(
    new Set([plain, state("<show>away</show>", "a@b/d"), ...others.map((inside) => state(inside))]).size,
    6,
  );
});

Deno.test("only an answer of the right length confirms anything", () => {
  const of = (text: string) => readXml(`<iq><known xmlns='urn:halyard:0'>${text}</known></iq>`);
  assert.deepEqual(confirmedBy(of("oA=="), 3), [true, false, true]);
  assert.deepEqual(confirmedBy(of(""), 0), []);
  for (const text of ["", "oKA=", "?"]) assert.equal(confirmedBy(of(text), 3), undefined);
  assert.equal(confirmedBy(readXml("<iq/>"), 0), undefined);
});

inQuestioning(
  "what was hidden when something was missed is told to be unknown: the other side has told it",
  async (world) => {
    world.keeps("romeo", JULIET, { subscription: "to" });
    world.login("romeo", "deck");
    world.shoreSends(available());
    answer(world, askedId(world));
    world.im.linkDown("shore", SHORE);
    await world.clock.advance(1);
    world.im.linkUp("shore", SHORE, false);
    assert.deepEqual(world.sent(), [question("p2", "-")]);
  },
);

inQuestioning("so is what came without a question, was hidden, and then missed", async (world) => {
  world.keeps("romeo", JULIET, { subscription: "to" });
  world.shoreSends(available());
  world.im.linkDown("shore", SHORE);
  await world.clock.advance(1);
  world.im.linkUp("shore", SHORE, false);
  assert.deepEqual(login(world).sent, [question("p1", "-")]);
});
