import assert from "node:assert/strict";
import { xml } from "../xml/mod.ts";
import { type Client, error, inWorld, type World } from "./testing/world.ts";

const ROMEO = "romeo@ship.example";
const JULIET = "juliet@shore.example/balcony";

/**
 * RFC 6121 section 8.5.4, table 1. What each of the four kinds of message comes to: `O` stored, `E` refused,
 * `S` ignored, `D` delivered to the one meant, `M` to the most available, `A` to all without negative
 * priority.
 */
const TABLE = `
  ACCOUNT DOES NOT EXIST
    bare           | S/E | S/E  |  E  |  S
    full           | S/E | S/E  | S/E | S/E
  ACCOUNT EXISTS, BUT NO ACTIVE RESOURCES
    bare           | O/E | O/E  |  E  |  S
    full no match  | S/E | O/E  | S/E | S/E
  1+ NEGATIVE RESOURCES BUT ZERO NON-NEGATIVE RESOURCES
    bare           | O/E | O/E  |  E  |  S
    full match     |  D  |  D   |  D  |  D
    full no match  | S/E | O/E  | S/E | S/E
  1 NON-NEGATIVE RESOURCE
    bare           |  D  |  D   |  E  |  D
    full match     |  D  |  D   |  D  |  D
    full no match  | S/E |  D   | S/E | S/E
  1+ NON-NEGATIVE RESOURCES
    bare           | M/A | M/A* |  E  |  A
    full match     |  D  | D/A* |  D  |  D
    full no match  | S/E | M/A* | S/E | S/E
`;

/** Resources and their priorities under each heading of the table. */
const RESOURCES: Record<string, Record<string, number>> = {
  "ACCOUNT DOES NOT EXIST": {},
  "ACCOUNT EXISTS, BUT NO ACTIVE RESOURCES": {},
  "1+ NEGATIVE RESOURCES BUT ZERO NON-NEGATIVE RESOURCES": { low: -1, lower: -2 },
  "1 NON-NEGATIVE RESOURCE": { low: -1, high: 0 },
  "1+ NON-NEGATIVE RESOURCES": { low: -1, middle: 0, high: 3, peer: 3 },
};

const TYPES = ["normal", "chat", "groupchat", "headline"] as const;

interface Row {
  readonly condition: string;
  readonly address: string;
  readonly type: string;
  readonly allowed: string;
}

function* rows(): Generator<Row> {
  let condition = "";
  for (const line of TABLE.trim().split("\n").map((text) => text.trim())) {
    const [address = "", ...cells] = line.split("|").map((cell) => cell.trim());
    if (cells.length === 0) condition = line;
    for (const [i, type] of TYPES.entries()) {
      const allowed = cells[i];
      if (allowed !== undefined) yield { condition, address, type, allowed };
    }
  }
}

function message(type: string, to: string): string {
  const attr = type === "normal" ? "" : ` type='${type}'`;
  return `<message${attr} id='m1' from='${JULIET}' to='${to}'><body>hi</body></message>`;
}

function receiver(address: string, account: string, priorities: Record<string, number>): string {
  if (address === "bare") return account;
  return address === "full match" ? `${account}/${Object.keys(priorities)[0]}` : `${account}/gone`;
}

/** What became of a message, in the letters of the table; `hearers` are the resources that got it. */
function outcome(world: World, hearers: readonly string[], priorities: Record<string, number>): string {
  if (world.storage.offline.list("romeo").length > 0) return "O";
  if (world.sent().some((line) => line.includes("<service-unavailable"))) return "E";
  if (hearers.length === 0) return "S";
  const willing = Object.keys(priorities).filter((name) => (priorities[name] ?? 0) >= 0);
  const highest = willing.filter((name) => priorities[name] === 3);
  if (hearers.length === 1) return "D";
  return String(hearers) === String(willing) ? "A" : String(hearers) === String(highest) ? "M" : "?";
}

for (const { condition, address, type, allowed } of rows()) {
  inWorld(`8.5.4 ${condition.toLowerCase()}, ${address}, ${type}: ${allowed}`, (world) => {
    const priorities = RESOURCES[condition] ?? {};
    const clients = new Map<string, Client>();
    for (const [name, priority] of Object.entries(priorities)) {
      clients.set(name, world.login("romeo", name, `<presence><priority>${priority}</priority></presence>`));
    }
    for (const client of clients.values()) client.hears();
    const account = condition === "ACCOUNT DOES NOT EXIST" ? "nobody@ship.example" : ROMEO;
    const to = receiver(address, account, priorities);
    world.shoreSends(message(type, to));
    const hearers = [...clients].filter(([, client]) => {
      const heard = client.hears();
      if (heard.length > 0) assert.deepEqual(heard, [message(type, to)], "delivered once and unchanged");
      return heard.length > 0;
    }).map(([name]) => name);
    assert.ok(
      allowed.split("/").map((letter) => letter.replace("*", "")).includes(
        outcome(world, hearers, priorities),
      ),
      `${outcome(world, hearers, priorities)} is not ${allowed}`,
    );
  });
}

inWorld("8.5.3.1 a connected resource gets what is sent to its full JID without being available", (world) => {
  const romeo = world.connect("romeo", "deck");
  for (const type of [...TYPES, "error"]) world.shoreSends(message(type, `${ROMEO}/deck`));
  assert.equal(romeo.hears().length, 5);
});

for (const address of ["bare", "full no match"]) {
  inWorld(`8.5.2.1.1 a message of type error is ignored (${address})`, (world) => {
    const romeo = world.login("romeo", "deck");
    world.shoreSends(message("error", receiver(address, ROMEO, {})));
    world.shoreSends(message("error", receiver(address, "benvolio@ship.example", {})));
    world.shoreSends(message("error", receiver(address, "nobody@ship.example", {})));
    assert.deepEqual(romeo.hears(), []);
    assert.deepEqual(world.sent(), []);
    assert.deepEqual(world.storage.offline.list("benvolio"), []);
  });
}

inWorld("5.2.2 a message of unknown type counts as normal", (world) => {
  const romeo = world.login("romeo", "deck");
  world.shoreSends(`<message type='shout' from='${JULIET}' to='${ROMEO}'><body>hi</body></message>`);
  assert.equal(romeo.hears().length, 1);
});

inWorld("a message that no session takes any more is kept, not lost", (world) => {
  const romeo = world.login("romeo", "deck");
  romeo.full = true;
  world.shoreSends(message("chat", ROMEO));
  world.shoreSends(message("chat", `${ROMEO}/deck`));
  world.shoreSends(message("groupchat", `${ROMEO}/deck`));
  assert.equal(world.storage.offline.list("romeo").length, 2);
  assert.equal(world.sent().length, 1, "groupchat is refused");
});

inWorld("the refusal of a message names its sender, its id and the condition", (world) => {
  world.shoreSends(message("groupchat", ROMEO));
  assert.deepEqual(world.sent(), [
    `<message type='error' id='m1' from='${ROMEO}' to='${JULIET}'>${
      error("cancel", "service-unavailable")
    }</message>`,
  ]);
});

function iq(type: string, to: string, payload = "<ping xmlns='urn:xmpp:ping'/>"): string {
  return `<iq type='${type}' id='i1' from='${JULIET}' to='${to}'>${payload}</iq>`;
}

function iqError(from: string, condition = "service-unavailable", type = "cancel"): string {
  return `<iq type='error' id='i1' from='${from}' to='${JULIET}'>${error(type, condition)}</iq>`;
}

for (const to of ["nobody@ship.example", "nobody@ship.example/deck", `${ROMEO}/gone`]) {
  inWorld(`8.5.1 and 8.5.3.2.3 an iq to ${to} is refused`, (world) => {
    world.login("romeo", "deck");
    world.shoreSends(iq("get", to));
    assert.deepEqual(world.sent(), [iqError(to)]);
    world.shoreSends(iq("result", to));
    world.shoreSends(iq("error", to));
    assert.deepEqual(world.sent(), [], "answers are not answered");
  });
}

inWorld("8.5.2.1.3 an iq to the bare JID is answered by the server, and never delivered", (world) => {
  const romeo = world.login("romeo", "deck");
  for (const type of ["get", "result", "error"]) world.shoreSends(iq(type, ROMEO));
  assert.deepEqual(world.sent(), [iqError(ROMEO)]);
  assert.deepEqual(romeo.hears(), []);
});

inWorld("8.5.2.2.3 an iq to an account without resources is answered by extensions in its name", (world) => {
  world.shoreSends(iq("get", ROMEO));
  world.shoreSends(iq("set", ROMEO));
  assert.deepEqual(world.sent(), [
    `<iq type='result' id='i1' from='${ROMEO}' to='${JULIET}'><pong/></iq>`,
    iqError(ROMEO),
  ]);
  world.shoreSends(iq("get", "nobody@ship.example"));
  assert.deepEqual(world.sent(), [iqError("nobody@ship.example")]);
}, {
  features: [{
    specifications: [],
    accountIq: { "get {urn:xmpp:ping}ping": () => ({ result: xml("pong") }) },
  }],
});

const SHARED: readonly (readonly [string, (world: World) => Client, boolean])[] = [
  ["nothing shared", (world) => world.login("romeo", "deck"), false],
  ["the user sees the sender", (world) => withRoster(world, "to"), false],
  ["the sender sees the user", (world) => withRoster(world, "from"), true],
  ["they see each other", (world) => withRoster(world, "both"), true],
  ["directed presence to the sender", (world) => directed(world, JULIET), true],
  ["directed presence to the sender's account", (world) => directed(world, "juliet@shore.example"), true],
  [
    "directed presence to another resource of the sender",
    (world) => directed(world, "juliet@shore.example/x"),
    true,
  ],
];

function withRoster(world: World, subscription: "to" | "from" | "both"): Client {
  world.keeps("romeo", "juliet@shore.example", { subscription });
  return world.login("romeo", "deck");
}

function directed(world: World, to: string): Client {
  const romeo = world.login("romeo", "deck");
  romeo.says(`<presence to='${to}'/>`);
  return romeo;
}

for (const [what, login, delivered] of SHARED) {
  const fate = delivered ? "delivered" : "refused";
  inWorld(`8.5.3.1 an iq request to a full JID, ${what}: ${fate}`, (world) => {
    const romeo = login(world);
    world.sent();
    romeo.hears();
    for (const type of ["get", "set"]) world.shoreSends(iq(type, `${ROMEO}/deck`));
    assert.equal(romeo.hears().length, delivered ? 2 : 0);
    assert.equal(world.sent().length, delivered ? 0 : 2);
    for (const type of ["result", "error"]) world.shoreSends(iq(type, `${ROMEO}/deck`));
    assert.equal(romeo.hears().length, 2, "answers are always delivered");
  });
}

inWorld("a request that is none does not tell who has an account", (world) => {
  for (const username of ["romeo", "nobody"]) {
    const to = `${username}@ship.example`;
    for (const content of ["", "<query xmlns='jabber:iq:roster'/><query xmlns='jabber:iq:roster'/>"]) {
      world.shoreSends(
        `<iq type='get' id='q' from='juliet@shore.example/balcony' to='${to}'>${content}</iq>`,
      );
      assert.match(world.sent().join(), /<service-unavailable /);
    }
  }
});

inWorld("an iq between two resources of one account is delivered", (world) => {
  const deck = world.login("romeo", "deck");
  const cabin = world.login("romeo", "cabin");
  deck.says(`<iq type='get' id='i1' to='${ROMEO}/cabin'><ping xmlns='urn:xmpp:ping'/></iq>`);
  assert.equal(cabin.hears().length, 1);
});

inWorld("a stanza to the domain itself, or to another, is not taken", (world) => {
  assert.throws(() => world.shoreSends(message("chat", "ship.example")), /not taken/);
  world.shoreSends(message("chat", "juliet@shore.example"));
  assert.equal(world.sent().length, 1);
});
