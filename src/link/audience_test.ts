import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Jid, type Stanza, stanzaOf } from "../stanza/mod.ts";
import { elementSizeBytes, readXml, writeXml } from "../xml/mod.ts";
import { audienceDigest, AudienceFolder, type Leaving, type Rosters } from "./audience.ts";
import { queueClass } from "./classes.ts";
import { ROUTINE } from "./terms.ts";
import { stanza } from "./testing/stanzas.ts";

const SHORE = "shore.example";
const FIVE = ["juliet", "nurse", "paris", "rosaline", "tybalt"];

/** Rosters of the ship, where Romeo is seen by `seenBy`, and of the shore, where `seers` see him. */
function rosters(
  seenBy: readonly string[],
  seers: readonly string[] = seenBy,
): Rosters & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    subscribersIn: (account, domain) =>
      account.local === "romeo" && domain === SHORE ? seenBy.map((name) => `${name}@${SHORE}`) : [],
    watchersOf: (contact) => `${contact}` === "romeo@ship.example" ? seers : [],
    tellAgain: (resource, domain) => void told.push(`${resource} ${domain}`),
  };
}

function waiting(xmls: readonly string[]): Leaving[] {
  return xmls.map((xml, order) => {
    const one = stanza(xml);
    const waiting = {
      order,
      stanza: one,
      sizeBytes: elementSizeBytes(one.element),
      class: queueClass(one),
      precedence: "routine",
      terms: ROUTINE,
      storeId: undefined,
    } as const;
    return { waiting, stanza: one };
  });
}

const to = (name: string, inside = "<show>away</show>") =>
  `<presence to='${name}@${SHORE}'>${inside}</presence>`;
const nobodyKnows = () => false;
const FOLDED = `<presence to='${SHORE}' from='romeo@ship.example/deck'><show>away</show>` +
  `<all xmlns='urn:halyard:0' d='${audienceDigest(FIVE.map((name) => `${name}@${SHORE}`))}'/></presence>`;

Deno.test("presence to all who see a user is one stanza", () => {
  const folded = new AudienceFolder(rosters(FIVE)).fold(
    waiting(FIVE.map((name) => to(name))),
    nobodyKnows,
    0,
  );
  assert.equal(folded?.members.length, 5);
  const { from, ...attrs } = folded?.element.attrs ?? {};
  assert.deepEqual([from, attrs], ["romeo@ship.example/deck", { to: SHORE }]);
  assert.equal(
    writeXml(folded?.element ?? readXml("<none/>")).replace(/<presence.*?>/, ""),
    FOLDED.replace(/<presence.*?>/, ""),
  );
});

const NOT_FOLDED: readonly (readonly [why: string, xmls: readonly string[], seenBy?: readonly string[]])[] = [
  ["one who sees the user is not told", FIVE.slice(1).map((name) => to(name))],
  ["one is told who does not see the user", [...FIVE.slice(1), "mercutio"].map((name) => to(name))],
  [
    "they are told different things",
    FIVE.map((name) => to(name, `<show>${name === "paris" ? "dnd" : "away"}</show>`)),
  ],
  ["something else is to leave between", [
    ...FIVE.slice(0, 2).map((name) => to(name)),
    "<message><body>x</body></message>",
    ...FIVE.slice(2).map((name) => to(name)),
  ]],
  ["it goes to resources", FIVE.map((name) => to(`${name}`).replace(SHORE, `${SHORE}/home`))],
  ["it joins a room", FIVE.map((name) => to(name, "<x xmlns='http://jabber.org/protocol/muc'/>"))],
  ["it is a subscription", FIVE.map((name) => `<presence type='subscribed' to='${name}@${SHORE}'/>`)],
  ["they are too few to be worth it", FIVE.slice(0, 3).map((name) => to(name)), FIVE.slice(0, 3)],
];

for (const [why, xmls, seenBy = FIVE] of NOT_FOLDED) {
  Deno.test(`each crosses by itself when ${why}`, () => {
    assert.equal(new AudienceFolder(rosters(seenBy)).fold(waiting(xmls), nobodyKnows, 0), undefined);
  });
}

Deno.test("one who knows it already may be told again", () => {
  const folder = new AudienceFolder(rosters(FIVE));
  const knows = ({ to: addressee }: Stanza) => addressee.local === "juliet";
  assert.equal(folder.fold(waiting(FIVE.slice(1).map((name) => to(name))), knows, 0)?.members.length, 4);
});

function arrived(xml: string): Stanza {
  const element = readXml(xml);
  const { from = "", to: address = "" } = element.attrs;
  return stanzaOf(element, Jid.of(from), Jid.of(address), { kind: "link", name: "ship" }, 0);
}

Deno.test("it is unfolded for exactly those who see the user", () => {
  const unfolded = new AudienceFolder(rosters([], FIVE)).unfold(arrived(FOLDED));
  assert(unfolded !== undefined && "presence" in unfolded);
  assert.deepEqual(
    unfolded.presence.map(({ element }) => writeXml(element)),
    FIVE.map((name) =>
      `<presence from='romeo@ship.example/deck' to='${name}@${SHORE}'><show>away</show></presence>`
    ),
  );
});

Deno.test("where the rosters disagree nobody is told, and the other side learns of it", () => {
  for (const seers of [FIVE.slice(1), [...FIVE, "mercutio"], []]) {
    const there = new AudienceFolder(rosters([], seers));
    const unfolded = there.unfold(arrived(FOLDED));
    assert(unfolded !== undefined && "answer" in unfolded && unfolded.answer !== undefined);
    assert.equal(queueClass(unfolded.answer), "message", "it is not dropped for lack of room like presence");
    const answer = writeXml(unfolded.answer.element);
    assert.match(
      answer,
      /^<presence type='error' from='shore\.example' to='romeo@ship\.example\/deck'><all /,
    );
    const here = rosters(FIVE);
    const folder = new AudienceFolder(here);
    const reopened: string[] = [];
    assert(folder.disagreed(arrived(answer), (account, contact) => reopened.push(`${account} ${contact}`)));
    assert.equal(reopened.length, 5);
    assert.deepEqual(here.told, ["romeo@ship.example/deck shore.example"]);
    // For a while each is told by himself.
    const queue = waiting(FIVE.map((name) => to(name)));
    assert.equal(folder.fold(queue, nobodyKnows, 60_000), undefined);
    assert.equal(folder.fold(queue, nobodyKnows, 6 * 3_600_000)?.members.length, 5);
  }
});

Deno.test("that somebody has gone is answered too where the rosters disagree", () => {
  const unfolded = new AudienceFolder(rosters([], [])).unfold(
    arrived(FOLDED.replace(" from", " type='unavailable' from")),
  );
  assert(unfolded !== undefined && "answer" in unfolded);
  assert.equal(unfolded.answer?.type, "error");
});

Deno.test("other stanzas are neither unfolded nor taken for a disagreement", () => {
  const folder = new AudienceFolder(rosters(FIVE));
  for (
    const xml of [
      "<presence from='juliet@shore.example/home' to='romeo@ship.example'/>",
      "<presence from='juliet@shore.example/home' to='ship.example'/>",
      "<presence type='error' from='shore.example' to='romeo@ship.example/deck'/>",
      "<presence type='error' from='juliet@shore.example' to='romeo@ship.example/deck'><all xmlns='urn:halyard:0'/></presence>",
    ]
  ) {
    assert.equal(folder.unfold(arrived(xml)), undefined);
    assert.equal(folder.disagreed(arrived(xml), () => {}), false);
  }
});

Deno.test("the digest does not depend on order, and other sets have others", () => {
  assert.equal(audienceDigest(["b@x", "a@x"]), audienceDigest(["a@x", "b@x"]));
  // For those who implement it: SHA-256 of "a@x\nb@x\n" begins so.
  assert.equal(audienceDigest(["a@x", "b@x"]), "uXNrYstotJ8");
  const sets = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}@x$/), { maxLength: 5 });
  fc.assert(fc.property(sets, sets, (one, other) => {
    const isSame = [...one].sort().join() === [...other].sort().join();
    assert.equal(audienceDigest(one) === audienceDigest(other), isSame);
  }));
});

Deno.test("presence that found no room is told again, as it is then, and once", () => {
  const here = rosters(FIVE);
  const folder = new AudienceFolder(here);
  for (
    const xml of [
      to("juliet"),
      to("nurse"),
      "<presence type='unavailable'/>",
      "<presence type='probe'/>",
      "<message/>",
    ]
  ) {
    folder.lost(stanza(xml));
  }
  folder.tellLost();
  folder.tellLost();
  assert.deepEqual(here.told, ["romeo@ship.example/deck shore.example"]);
});

Deno.test("switched off, nothing is folded", () => {
  const queue = waiting(FIVE.map((name) => to(name)));
  assert.equal(new AudienceFolder(rosters(FIVE), false).fold(queue, nobodyKnows, 0), undefined);
});
