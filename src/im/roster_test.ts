import assert from "node:assert/strict";
import { DEFAULT_IM_LIMITS } from "./mod.ts";
import { error, inWorld, push, type World } from "./testing/world.ts";

const ROMEO = "romeo@ship.example";
const NURSE = "nurse@shore.example";

/** A roster request; `id` is always r1. */
function request(type: "get" | "set", content: string, to = "", ver?: string): string {
  const version = ver === undefined ? "" : ` ver='${ver}'`;
  const query = `<query xmlns='jabber:iq:roster'${version}>${content}</query>`;
  return `<iq type='${type}' id='r1'${to === "" ? "" : ` to='${to}'`}>${query}</iq>`;
}

const set = (content: string): string => request("set", content);
const DONE = `<iq type='result' id='r1' from='${ROMEO}' to='${ROMEO}/deck'/>`;

function refusal(type: string, condition: string, from = ROMEO): RegExp {
  return new RegExp(
    `^<iq type='error' id='r1' from='${from}' to='${ROMEO}/deck'><error type='${type}'><${condition} `,
  );
}

/** The version that the next push or result carries in full. */
function version(world: World): string {
  return String(world.storage.rosters.version("romeo"));
}

inWorld("2.2 the roster is sent whole, with groups, states and a version", (world) => {
  world.keeps("romeo", NURSE, {
    name: "Nurse",
    groups: ["Servants", "<&>"],
    subscription: "from",
    ask: true,
  });
  world.keeps("romeo", "z@shore.example", { approved: true });
  world.keeps("romeo", "hidden@shore.example", { listed: false, pendingIn: "<presence/>" });
  const romeo = world.connect("romeo", "deck");
  romeo.says(request("get", ""));
  assert.deepEqual(romeo.hears(), [
    `<iq type='result' id='r1' from='${ROMEO}' to='${ROMEO}/deck'><query xmlns='jabber:iq:roster' ver='N'>` +
    `<item jid='${NURSE}' name='Nurse' subscription='from' ask='subscribe'>` +
    "<group>Servants</group><group>&lt;&amp;></group></item>" +
    "<item jid='z@shore.example' subscription='none' approved='true'/></query></iq>",
  ]);
});

inWorld("2.3 adding a contact: stored, pushed to interested resources only, answered", (world) => {
  const deck = world.login("romeo", "deck");
  const cabin = world.login("romeo", "cabin");
  const bound = world.connect("romeo", "bound");
  deck.hears();
  deck.says(set(`<item jid='${NURSE}' name='Nurse' subscription='both'><group>Servants</group></item>`));
  const item = `<item jid='${NURSE}' name='Nurse' subscription='none'><group>Servants</group></item>`;
  assert.deepEqual(deck.hears(), [push(`${ROMEO}/deck`, item), DONE]);
  assert.deepEqual(cabin.hears(), [push(`${ROMEO}/cabin`, item)]);
  assert.deepEqual(bound.hears(), []);
  assert.equal(world.storage.rosters.get("romeo", NURSE)?.name, "Nurse");
  assert.deepEqual(world.sent(), []);
});

inWorld("2.4 an update replaces name and groups and leaves the subscription alone", (world) => {
  world.keeps("romeo", NURSE, { name: "Nurse", groups: ["Servants"], subscription: "both" });
  const romeo = world.login("romeo", "deck");
  world.sent();
  romeo.says(set(`<item jid='${NURSE}' name='' subscription='none'/>`));
  assert.deepEqual(romeo.hears(), [
    push(`${ROMEO}/deck`, `<item jid='${NURSE}' subscription='both'/>`),
    DONE,
  ]);
  assert.deepEqual(world.sent(), []);
});

inWorld("2.3 adding a contact whose request is pending keeps the request", (world) => {
  world.shoreSends(`<presence type='subscribe' from='${NURSE}' to='${ROMEO}'/>`);
  const romeo = world.login("romeo", "deck");
  romeo.says(set(`<item jid='${NURSE}'/>`));
  romeo.hears();
  romeo.says(`<presence type='subscribed' to='${NURSE}'/>`);
  assert.deepEqual(romeo.hears(), [push(`${ROMEO}/deck`, `<item jid='${NURSE}' subscription='from'/>`)]);
});

const REMOVALS: readonly (readonly [string, Parameters<World["keeps"]>[2], readonly string[]])[] = [
  ["none", {}, []],
  ["none, requested", { ask: true }, ["unsubscribe"]],
  ["none, request of the contact pending", { pendingIn: "<presence type='subscribe'/>" }, ["unsubscribed"]],
  ["to", { subscription: "to" }, ["unsubscribe"]],
  ["from", { subscription: "from" }, ["unavailable", "unsubscribed"]],
  ["both", { subscription: "both" }, ["unsubscribe", "unavailable", "unsubscribed"]],
];

for (const [state, item, sent] of REMOVALS) {
  inWorld(`2.5.2 removing a contact (${state}) sends ${sent.join(", ") || "nothing"}`, (world) => {
    world.keeps("romeo", NURSE, item);
    const romeo = world.login("romeo", "deck");
    world.sent();
    romeo.says(set(`<item jid='${NURSE}' subscription='remove'/>`));
    assert.deepEqual(romeo.hears(), [
      push(`${ROMEO}/deck`, `<item jid='${NURSE}' subscription='remove'/>`),
      DONE,
    ]);
    const from = (type: string) => type === "unavailable" ? `${ROMEO}/deck` : ROMEO;
    assert.deepEqual(
      world.sent(),
      sent.map((type) => `<presence type='${type}' from='${from(type)}' to='${NURSE}'/>`),
    );
    assert.equal(world.storage.rosters.get("romeo", NURSE), undefined);
  });
}

const LONG = "x".repeat(257);
const REFUSED: readonly (readonly [string, string, string, string])[] = [
  ["2.3.3 no item", "", "modify", "bad-request"],
  ["2.3.3 two items", "<item jid='a@b'/><item jid='c@d'/>", "modify", "bad-request"],
  ["2.3.3 something else than an item", "<contact jid='a@b'/>", "modify", "bad-request"],
  ["2.3.3 an item without jid", "<item name='Nurse'/>", "modify", "bad-request"],
  ["2.3.3 an item with a malformed jid", "<item jid='a@b@c'/>", "modify", "jid-malformed"],
  ["2.3.3 an item with a full jid", "<item jid='a@b/c'/>", "modify", "bad-request"],
  ["2.3.3 an oversized name", `<item jid='a@b' name='${LONG}'/>`, "modify", "not-acceptable"],
  ["2.3.3 an empty group", "<item jid='a@b'><group/></item>", "modify", "not-acceptable"],
  ["2.3.3 an oversized group", `<item jid='a@b'><group>${LONG}</group></item>`, "modify", "not-acceptable"],
  [
    "2.3.3 duplicate groups",
    "<item jid='a@b'><group>x</group><group>x</group></item>",
    "modify",
    "bad-request",
  ],
  [
    "too many groups",
    `<item jid='a@b'>${Array.from({ length: 21 }, (_, i) => `<group>g${i}</group>`).join("")}</item>`,
    "modify",
    "not-acceptable",
  ],
  ["oneself", `<item jid='${ROMEO}'/>`, "cancel", "not-allowed"],
  ["2.5.3 removing who is not there", "<item jid='a@b' subscription='remove'/>", "cancel", "item-not-found"],
];

for (const [what, content, type, condition] of REFUSED) {
  inWorld(`a roster set is refused: ${what} (${condition})`, (world) => {
    const romeo = world.login("romeo", "deck");
    const before = version(world);
    romeo.says(set(content));
    const [reply = "", ...rest] = romeo.hears();
    assert.match(reply, refusal(type, condition));
    assert.deepEqual(rest, []);
    assert.equal(version(world), before);
  });
}

inWorld("2.5.3 removing a contact of whom only a request is known is item-not-found", (world) => {
  world.shoreSends(`<presence type='subscribe' from='${NURSE}' to='${ROMEO}'/>`);
  const romeo = world.login("romeo", "deck");
  romeo.says(set(`<item jid='${NURSE}' subscription='remove'/>`));
  assert.match(romeo.hears().join(), refusal("cancel", "item-not-found"));
});

for (const type of ["get", "set"] as const) {
  inWorld(`2.3.3 a roster ${type} for somebody else's roster is answered as if there were none`, (world) => {
    const romeo = world.login("romeo", "deck");
    for (const username of ["benvolio", "nobody"]) {
      romeo.says(request(type, `<item jid='${NURSE}'/>`, `${username}@ship.example`));
      assert.deepEqual(romeo.hears(), [
        `<iq type='error' id='r1' from='${username}@ship.example' to='${ROMEO}/deck'>${
          error("cancel", "service-unavailable")
        }</iq>`,
      ]);
    }
    assert.equal(world.storage.rosters.get("benvolio", NURSE), undefined);
  });
}

inWorld(
  "a whole roster of the largest items that are allowed fits into what may wait for a client",
  (world) => {
    const romeo = world.login("romeo", "deck");
    const groups = (count: number) =>
      Array.from({ length: count }, (_, n) => `<group>${"&amp;".repeat(12)}${n}</group>`).join("");
    romeo.says(set(`<item jid='${NURSE}'>${groups(12)}</item>`));
    assert.match(romeo.hears().join(), /type='result'/);
    const before = version(world);
    romeo.says(set(`<item jid='${NURSE}'>${groups(13)}</item>`));
    assert.match(romeo.hears().join(), refusal("modify", "not-acceptable"));
    assert.equal(version(world), before);
    const { rosterItems, rosterItemSizeBytes } = DEFAULT_IM_LIMITS;
    assert.ok(rosterItems * rosterItemSizeBytes < 1_048_576);
  },
);

inWorld("a roster is bounded, hidden requests included", (world) => {
  world.keeps("romeo", "a@shore.example");
  world.keeps("romeo", "b@shore.example", { listed: false, pendingIn: "<presence type='subscribe'/>" });
  const romeo = world.login("romeo", "deck");
  romeo.says(set(`<item jid='${NURSE}'/>`));
  assert.match(romeo.hears().join(), refusal("wait", "resource-constraint"));
  romeo.says(set("<item jid='b@shore.example'/>"));
  assert.equal(romeo.hears().length, 2, "one that is kept already can be listed");
}, { limits: { rosterItems: 2 } });

inWorld("2.6.3 a client that has the newest version gets an empty result and nothing else", (world) => {
  world.keeps("romeo", NURSE);
  const romeo = world.connect("romeo", "deck");
  romeo.says(request("get", "", "", version(world)));
  assert.deepEqual(romeo.hears(), [DONE]);
});

inWorld(
  "2.6.3 a client that has an older version gets an empty result, then what changed, in order",
  (world) => {
    for (const name of ["a", "b", "c"]) world.keeps("romeo", `${name}@shore.example`);
    const old = version(world);
    const cabin = world.login("romeo", "cabin");
    cabin.says(set("<item jid='b@shore.example' name='Bea'/>"));
    cabin.says(set("<item jid='a@shore.example' subscription='remove'/>"));
    const romeo = world.connect("romeo", "deck");
    romeo.says(request("get", "", "", old));
    assert.deepEqual(romeo.hears(), [
      DONE,
      push(`${ROMEO}/deck`, "<item jid='b@shore.example' name='Bea' subscription='none'/>"),
      push(`${ROMEO}/deck`, "<item jid='a@shore.example' subscription='remove'/>"),
    ]);
  },
);

inWorld("2.6.3 the whole roster comes when it is smaller than the changes", (world) => {
  const old = version(world);
  const cabin = world.login("romeo", "cabin");
  for (const name of ["a", "b", "c"]) cabin.says(set(`<item jid='${name}@shore.example'/>`));
  for (const name of ["a", "b"]) cabin.says(set(`<item jid='${name}@shore.example' subscription='remove'/>`));
  const romeo = world.connect("romeo", "deck");
  romeo.says(request("get", "", "", old));
  assert.match(
    romeo.hears().join(),
    /<query .*><item jid='c@shore.example' subscription='none'\/><\/query><\/iq>$/,
  );
});

for (const ver of ["", "0x1", "-1", "999999999999", "1.5"]) {
  inWorld(`2.6.2 a version that we never gave ("${ver}") gets the whole roster`, (world) => {
    world.keeps("romeo", NURSE);
    const romeo = world.connect("romeo", "deck");
    romeo.says(request("get", "", "", ver));
    assert.match(romeo.hears().join(), /<query xmlns='jabber:iq:roster' ver='N'><item /);
  });
}

inWorld("a roster changes in the store while nobody is connected", (world) => {
  world.keeps("romeo", NURSE, { ask: true });
  world.shoreSends(`<presence type='subscribed' from='${NURSE}' to='${ROMEO}'/>`);
  assert.equal(world.storage.rosters.get("romeo", NURSE)?.subscription, "to");
  const romeo = world.connect("romeo", "deck");
  romeo.says(request("get", ""));
  assert.match(romeo.hears().join(), /subscription='to'/);
});
