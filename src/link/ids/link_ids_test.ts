import assert from "node:assert/strict";
import fc from "fast-check";
import { type RandomSource, seededRandom } from "../../base/mod.ts";
import type { LinkIdStore } from "../../storage/mod.ts";
import { readXml, writeXml } from "../../xml/mod.ts";
import { arbitraryStanza } from "../testing/arbitrary.ts";
import { MemoryLinkIds } from "../testing/memory_link_ids.ts";
import { LinkIds, type LinkIdsOptions, MOST_ID_CHARS, MOST_LINK_IDS } from "./link_ids.ts";
import { stemOf } from "./stem.ts";

/** A life is called `aaaaa`, so the first id is `shpaaaaa-1`. */
const NO_RANDOM: RandomSource = { bytes: (sizeBytes) => new Uint8Array(sizeBytes) };
const UUID = "c4c1d6a0-93e1-4d2b-8f1e-2b8c9d3e4f50";
const OTHER = "0f8fad5b-d9cb-469f-a165-70867728950e";
const ROMEO = "from='romeo@ship.example/deck' to='juliet@shore.example'";
const JULIET = "from='juliet@shore.example/home' to='romeo@ship.example/deck'";

function ids(changes: Partial<LinkIdsOptions> = {}): LinkIds {
  return new LinkIds({ store: new MemoryLinkIds(), random: NO_RANDOM, stem: "shp", isOn: true, ...changes });
}

function out(link: LinkIds, xml: string): string {
  return writeXml(link.outgoing(readXml(xml)));
}

function back(link: LinkIds, xml: string): string {
  return writeXml(link.incoming(readXml(xml)));
}

/** A message of romeo's that has crossed by the id `shpaaaaa-1`. */
function said(changes: Partial<LinkIdsOptions> = {}): LinkIds {
  const link = ids(changes);
  assert.equal(
    out(link, `<message ${ROMEO} id='${UUID}'><body>Hi</body></message>`),
    `<message ${ROMEO} id='shpaaaaa-1'><body>Hi</body></message>`,
  );
  return link;
}

/** Elements that name an earlier message by its id, as clients on either side send them. */
const REFERENCES: readonly (readonly [xep: string, element: (id: string) => string])[] = [
  ["XEP-0184, a receipt", (id) => `<received xmlns='urn:xmpp:receipts' id='${id}'/>`],
  ["XEP-0333, a marker", (id) => `<displayed xmlns='urn:xmpp:chat-markers:0' id='${id}'/>`],
  ["XEP-0333, acknowledged", (id) => `<acknowledged xmlns='urn:xmpp:chat-markers:0' id='${id}'/>`],
  [
    "XEP-0308, a correction",
    (id) => `<body>Ho</body><replace xmlns='urn:xmpp:message-correct:0' id='${id}'/>`,
  ],
  ["XEP-0461, a reply", (id) => `<reply xmlns='urn:xmpp:reply:0' to='juliet@shore.example' id='${id}'/>`],
  [
    "XEP-0444, a reaction",
    (id) => `<reactions xmlns='urn:xmpp:reactions:0' id='${id}'><reaction>\u{1f44d}</reaction></reactions>`,
  ],
  ["XEP-0424, a retraction", (id) => `<retract xmlns='urn:xmpp:message-retract:1' id='${id}'/>`],
  [
    "XEP-0424 0.3, a retraction",
    (id) =>
      `<apply-to xmlns='urn:xmpp:fasten:0' id='${id}'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>`,
  ],
  ["XEP-0367, an attachment", (id) => `<attach-to xmlns='urn:xmpp:message-attaching:1' id='${id}'/>`],
  [
    "XEP-0297, forwarded",
    (id) =>
      `<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' id='${id}'><body>Hi</body>` +
      `<origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message></forwarded>`,
  ],
  ["one of tomorrow", (id) => `<wave xmlns='urn:xmpp:wave:7'><at id='${id}'/></wave>`],
];

for (const [xep, element] of REFERENCES) {
  Deno.test(`${xep}: romeo names his message, and juliet's client finds it`, () => {
    assert.equal(
      out(said(), `<message ${ROMEO} id='m2'>${element(UUID)}</message>`),
      `<message ${ROMEO} id='m2'>${element("shpaaaaa-1")}</message>`,
    );
  });

  Deno.test(`${xep}: juliet names romeo's message, and his client finds it`, () => {
    assert.equal(
      back(said(), `<message ${JULIET} id='m2'>${element("shpaaaaa-1")}</message>`),
      `<message ${JULIET} id='m2'>${element(UUID)}</message>`,
    );
  });

  Deno.test(`${xep}: what never crossed, or before, is named as it was`, () => {
    for (const id of [OTHER, "m1", "", "juliet-9", "Jultaaaa-4"]) {
      const xml = `<message ${ROMEO} id='m2'>${element(id)}</message>`;
      assert.equal(out(said(), xml), xml);
      assert.equal(back(said(), xml), xml);
    }
  });
}

/** Stanzas whose own id is given another, and those whose id is not; `N` stands for the id. */
const OWN: readonly (readonly [what: string, xml: string, isGiven: boolean])[] = [
  ["a message", `<message ${ROMEO} id='N'><body>Hi</body></message>`, true],
  [
    "with an origin id",
    `<message ${ROMEO} id='N'><origin-id xmlns='urn:xmpp:sid:0' id='N'/></message>`,
    true,
  ],
  ["in a room", `<message ${ROMEO} type='groupchat' id='N'><body>Hi</body></message>`, true],
  [
    "reflected by Prosody",
    `<message ${ROMEO} type='groupchat' id='N'><body>Hi</body><origin-id xmlns='urn:xmpp:sid:0' id='N'/>` +
    `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='5+j86lpTyRfVd02t7cgfaRWXEjxardsnTwEJ9OP4oBM='/>` +
    `<stanza-id xmlns='urn:xmpp:sid:0' by='bridge@ship.example' id='iKi_guS5e5uSFWapZFzUMDG1'/></message>`,
    true,
  ],
  [
    "out of the history of a room that hides nobody",
    `<message ${ROMEO} type='groupchat' id='N'><body>Hi</body><delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>` +
    `<addresses xmlns='http://jabber.org/protocol/address'><address type='ofrom' jid='a@ship.example'/></addresses>` +
    `<archived xmlns='urn:xmpp:mam:tmp' by='bridge@ship.example' id='1'/></message>`,
    true,
  ],
  ["presence", `<presence ${ROMEO} id='N'/>`, true],
  ["a request", `<iq ${ROMEO} type='get' id='N'><ping xmlns='urn:xmpp:ping'/></iq>`, true],
  ["a result", `<iq ${ROMEO} type='result' id='N'/>`, false],
  ["an error", `<message ${ROMEO} type='error' id='N'><body>Hi</body></message>`, false],
  ["OMEMO", `<message ${ROMEO} id='N'><encrypted xmlns='urn:xmpp:omemo:2'/></message>`, false],
  [
    "OMEMO of before",
    `<message ${ROMEO} id='N'><encrypted xmlns='eu.siacs.conversations.axolotl'/><store xmlns='urn:xmpp:hints'/></message>`,
    false,
  ],
  ["OX", `<message ${ROMEO} id='N'><openpgp xmlns='urn:xmpp:openpgp:0'>x</openpgp></message>`, false],
  [
    "something unknown",
    `<message ${ROMEO} id='N'><body>Hi</body><wave xmlns='urn:xmpp:wave:7'/></message>`,
    false,
  ],
  [
    "the id that a room gave",
    `<message ${ROMEO} id='r'><stanza-id xmlns='urn:xmpp:sid:0' id='N'/></message>`,
    false,
  ],
  [
    "the payload of a request",
    `<iq ${ROMEO} type='set' id='r'><jingle xmlns='urn:xmpp:jingle:1' sid='N'><x id='N'/></jingle></iq>`,
    false,
  ],
];

for (const [what, xml, isGiven] of OWN) {
  Deno.test(`the id of a stanza ${isGiven ? "is given a short one" : "stays"}: ${what}`, () => {
    const link = ids();
    const of = (id: string) => xml.replaceAll("'N'", `'${id}'`);
    const crossed = out(link, of(UUID));
    assert.equal(crossed, of(isGiven ? "shpaaaaa-1" : UUID));
    // An error that comes back holds what was sent.
    assert.equal(back(link, crossed), of(UUID));
  });
}

Deno.test("an error, and the reflection of a room, come back with the id that the client gave", () => {
  const link = said();
  for (const type of ["error", "groupchat"]) {
    assert.equal(
      back(link, `<message ${JULIET} type='${type}' id='shpaaaaa-1'><body>Hi</body></message>`),
      `<message ${JULIET} type='${type}' id='${UUID}'><body>Hi</body></message>`,
    );
  }
});

Deno.test("one id crosses as one, however many get it, and ids are counted", () => {
  const link = said();
  assert.match(out(link, `<message ${ROMEO} id='${UUID}'><body>Hi</body></message>`), / id='shpaaaaa-1'/);
  assert.match(out(link, `<message ${ROMEO} id='${OTHER}'><body>Hi</body></message>`), / id='shpaaaaa-2'/);
});

Deno.test("an id that is not longer than a short one stays", () => {
  assert.match(out(ids(), `<message ${ROMEO} id='123456789'/>`), / id='123456789'/);
  assert.match(out(ids(), `<message ${ROMEO} id='1234567890'/>`), / id='shpaaaaa-1'/);
});

Deno.test("a client's id that looks like one of ours gets one of its own", () => {
  const link = said();
  const message = (id: string) => `<message ${ROMEO} id='${id}'><body>Hi</body></message>`;
  assert.equal(out(link, message("shpaaaaa-1")), message("shpaaaaa-2"));
  assert.equal(back(link, message("shpaaaaa-2")), message("shpaaaaa-1"));
  assert.equal(back(link, message("shpaaaaa-1")), message(UUID));
});

Deno.test("an id of ours for which nobody knows any more is shown as such, and goes back as it came", () => {
  const link = ids();
  const receipt = (id: string) =>
    `<message ${JULIET}><received xmlns='urn:xmpp:receipts' id='${id}'/></message>`;
  assert.equal(back(link, receipt("shpzzzzz-4")), receipt("shpzzzzz-4~"));
  assert.equal(out(link, receipt("shpzzzzz-4~")), receipt("shpzzzzz-4"));
});

Deno.test("one that looks like an id so shown is shown as another, and goes back as it came", () => {
  for (const tail of ["", "~", "~~"]) {
    const link = said();
    const came = `<message ${JULIET} id='shpzzzzz-1${tail}'><body>Ho</body></message>`;
    assert.equal(back(link, came), came.replace(`-1${tail}'`, `-1${tail}~'`));
    const receipt =
      `<message ${ROMEO} id='r'><received xmlns='urn:xmpp:receipts' id='shpzzzzz-1${tail}~'/></message>`;
    assert.equal(out(link, receipt), receipt.replace("~'", "'"));
  }
});

Deno.test("an id of unusual length stays as it is and is not kept, whoever gave it", () => {
  const store = new MemoryLinkIds();
  const link = ids({ store });
  const long = "x".repeat(MOST_ID_CHARS + 1);
  for (const extra of ["", "<x xmlns='urn:unknown'/>"]) {
    const sent = `<message ${ROMEO} id='${long}'><body>Hi</body>${extra}</message>`;
    assert.equal(out(link, sent), sent);
    const came = `<message ${JULIET} id='${long}'><body>Ho</body>${extra}</message>`;
    assert.equal(back(link, came), came);
  }
  out(link, `<message ${ROMEO} id='shpaaaaa-1${"~".repeat(MOST_ID_CHARS)}'/>`);
  assert.equal(store.byOriginal(long), undefined);
  assert.equal(store.byShort("shpaaaaa-1"), undefined, "none was given");
  assert.match(out(link, `<message ${ROMEO} id='${long.slice(1)}'/>`), / id='shpaaaaa-1'/);
});

Deno.test("what the other side's client gave crosses back as it came: a room here reflects it", () => {
  const link = ids();
  const message = `<message ${JULIET} type='groupchat' id='${UUID}'><body>Hi</body></message>`;
  assert.equal(back(link, message), message);
  const reflected =
    `<message from='room@ship.example/juliet' to='juliet@shore.example/home' type='groupchat' ` +
    `id='${UUID}'><body>Hi</body></message>`;
  assert.equal(out(link, reflected), reflected);
});

/** Parts of a message that keep its id at full length, and that a room may leave out when it reflects it. */
const KEEPING: readonly (readonly [what: string, part: string])[] = [
  ["encrypted", "<encrypted xmlns='urn:xmpp:omemo:2'/>"],
  ["something unknown", "<wave xmlns='urn:xmpp:wave:7'/>"],
];

for (const [what, part] of KEEPING) {
  const whole = (to: string) =>
    `<message ${to} type='groupchat' id='${UUID}'><body>Hi</body>${part}</message>`;
  const thin = (to: string) => whole(to).replace(part, "");

  Deno.test(`what crossed at full length keeps its id without what it was for, too: ${what}`, () => {
    const link = ids();
    assert.equal(out(link, whole(ROMEO)), whole(ROMEO));
    assert.equal(out(link, thin(ROMEO)), thin(ROMEO));
  });

  Deno.test(`what came at full length is reflected with its id without what it was for, too: ${what}`, () => {
    const link = ids();
    assert.equal(back(link, whole(JULIET)), whole(JULIET));
    assert.equal(out(link, thin(ROMEO)), thin(ROMEO));
  });
}

Deno.test("the answer to a request, and an error, say nothing about whose the id is", () => {
  for (const type of ["iq type='result'", "message type='error'"]) {
    const link = ids();
    out(link, `<${type} ${ROMEO} id='${UUID}'/>`);
    back(link, `<${type} ${JULIET} id='${UUID}'/>`);
    assert.match(out(link, `<message ${ROMEO} id='${UUID}'/>`), / id='shpaaaaa-1'/);
  }
});

Deno.test("an id that a room also took for its own stays: by that others ask for it", () => {
  const link = ids();
  const own = `<origin-id xmlns='urn:xmpp:sid:0' id='${UUID}'/>`;
  const taken = `<stanza-id xmlns='urn:xmpp:sid:0' by='bridge@ship.example' id='${UUID}'/>`;
  for (const parts of [own + taken, taken + own, own]) {
    const xml = `<message ${ROMEO} type='groupchat' id='${UUID}'><body>Hi</body>${parts}</message>`;
    assert.equal(out(link, xml), xml);
  }
});

Deno.test("what another side gave passes through, whoever it was", () => {
  const link = ids();
  const message = `<message ${ROMEO} id='farbbbbb-2x'><body>Hi</body></message>`;
  assert.equal(out(link, message), message);
});

Deno.test("switched off, nothing new is given, and what was given is still understood both ways", () => {
  const store = new MemoryLinkIds();
  said({ store });
  const off = ids({ store, isOn: false });
  assert.match(
    out(off, `<message ${ROMEO} id='${OTHER}'><body>Hi</body></message>`),
    new RegExp(` id='${OTHER}'`),
  );
  const correction = (id: string) =>
    `<message ${ROMEO}><replace xmlns='urn:xmpp:message-correct:0' id='${id}'/></message>`;
  assert.equal(out(off, correction(UUID)), correction("shpaaaaa-1"));
  assert.equal(back(off, correction("shpaaaaa-1")), correction(UUID));
});

Deno.test("a process that was started again gives none that was given before, and knows those", () => {
  const store = new MemoryLinkIds();
  const random = seededRandom(1);
  const given = (link: LinkIds) =>
    readXml(out(link, `<message ${ROMEO} id='${crypto.randomUUID()}'/>`)).attrs.id ?? "";
  const lives = Array.from({ length: 5 }, () => ids({ store, random }));
  const all = lives.flatMap((link) => [given(link), given(link)]);
  assert.equal(new Set(all).size, all.length);
  assert.ok(
    all.every((id) => lives.at(-1)?.incoming(readXml(`<message id='${id}'/>`)).attrs.id?.length === 36),
  );
});

Deno.test(`more than ${MOST_LINK_IDS} ids are not kept: what is in use stays, the rest falls out`, () => {
  const all = new MemoryLinkIds();
  const bounds = new Set<number>();
  const store: LinkIdStore = {
    byOriginal: (id) => all.byOriginal(id),
    byShort: (id) => all.byShort(id),
    use: (short) => all.use(short),
    add(id, most) {
      bounds.add(most);
      all.add(id, 2);
    },
  };
  const random = seededRandom(5);
  // Each by a process of its own, since one does not ask the store again for what it has just used.
  const say = (id: string) => out(ids({ store, random }), `<message ${ROMEO} id='${id}'/>`);
  for (const id of ["the-first-of-all", "the-second-of-all", "the-first-of-all"]) say(id);
  const second = all.byOriginal("the-second-of-all")?.short ?? "";
  say("the-third-of-all");
  assert.deepEqual([...bounds], [MOST_LINK_IDS]);
  const kept = ["first", "second", "third"].map((nth) => all.byOriginal(`the-${nth}-of-all`) !== undefined);
  assert.deepEqual(kept, [true, false, true]);
  const named = ids({ store }).incoming(readXml(`<iq type='result' id='${second}'/>`));
  assert.equal(named.attrs.id, `${second}~`);
});

Deno.test("for what was just used the store is not asked again, though for no more than a few", () => {
  const all = new MemoryLinkIds();
  let asked = 0;
  const store: LinkIdStore = {
    byOriginal(id) {
      asked++;
      return all.byOriginal(id);
    },
    byShort: (id) => all.byShort(id),
    use: (short) => all.use(short),
    add: (id, most) => all.add(id, most),
  };
  const link = ids({ store });
  const say = (n: number) => out(link, `<message ${ROMEO} id='a-long-id-of-a-client-${n}'/>`);
  const first = say(0);
  assert.equal(say(0), first);
  assert.equal(asked, 1);
  for (let n = 1; n <= 64; n++) say(n);
  assert.equal(say(0), first);
  assert.equal(asked, 66);
});

Deno.test("what crosses and comes back is what it was, whatever it is", () => {
  const link = ids();
  fc.assert(fc.property(arbitraryStanza, fc.uuid(), ({ element }, uuid) => {
    const xml = writeXml(element).replaceAll("id='i1'", `id='${uuid}'`).replaceAll("id='m0'", `id='${UUID}'`);
    const crossed = out(link, xml);
    assert.ok(crossed.length <= xml.length);
    assert.equal(back(link, crossed), xml);
    assert.equal(out(link, xml), crossed);
  }));
});

Deno.test("different ids of clients stay different, whoever makes them up", () => {
  const made = fc.oneof(
    fc.uuid(),
    fc.tuple(fc.constantFrom("shpaaaaa", "shpbbbbb", "farccccc"), fc.nat(40)).map(([life, n]) =>
      `${life}-${n.toString(36)}`
    ),
    fc.tuple(fc.constantFrom("shpaaaaa-1~", "shpaaaaa-", "x"), fc.nat(9)).map(([id, n]) => `${id}${n}`),
  );
  fc.assert(fc.property(fc.uniqueArray(made, { maxLength: 60 }), (all) => {
    const link = ids();
    const crossed = all.map((id) => link.outgoing(readXml(`<message ${ROMEO} id='${id}'/>`)).attrs.id ?? "");
    assert.equal(new Set(crossed).size, all.length);
    const seen = crossed.map((id) =>
      link.incoming(readXml(`<message ${JULIET} type='error' id='${id}'/>`)).attrs.id
    );
    assert.deepEqual(seen, all);
  }));
});

Deno.test("the two sides of a link never begin their ids alike", () => {
  assert.equal(stemOf("ship.example", "shore.example").length, 3);
  assert.notEqual(stemOf("ship.example", "shore.example"), stemOf("shore.example", "ship.example"));
  const names = fc.tuple(fc.domain(), fc.domain()).filter(([a, b]) => a !== b);
  fc.assert(fc.property(names, ([a, b]) => assert.notEqual(stemOf(a, b), stemOf(b, a))));
  // A pair whose numbers are the same.
  assert.deepEqual([stemOf("a", "a"), stemOf("b", "a")].map((stem) => stem.length), [3, 3]);
});
