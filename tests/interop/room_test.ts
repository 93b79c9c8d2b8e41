import assert from "node:assert/strict";
import { canUseProsody } from "./prosody.ts";
import { ROOM, type RoomChoice, RoomWorld } from "./room_world.ts";
import { canUseSlixmpp, type ClientEvent, type SlixmppClient } from "./slixmpp.ts";

const IN_ROOM = { to: ROOM, kind: "groupchat" };
/** What a side of a link gives: stem and life, and a counter. */
const GIVEN = /^[\w-]{8}-[0-9a-z]+$/;
/** Elements by which a message names an earlier one (XEP-0308, 0461, 0444, 0424 today and before, 0333). */
const REFERENCES = ["replace", "reply", "reactions", "retract", "apply-to", "displayed"] as const;
/** Reactions and markers have no body. */
const WITH_BODY: Readonly<Record<string, { readonly body: string }>> = {
  replace: { body: "Softly" },
  reply: { body: "So say I" },
  retract: { body: "This was taken back" },
  "apply-to": { body: "This was taken back" },
};
const BOTH = { ship: true, shore: true } as const;

type Play = (world: RoomWorld, romeo: SlixmppClient, juliet: SlixmppClient) => Promise<void>;

/** A play in a real room, with romeo across the link and juliet beside the room. */
async function inRoom(choice: RoomChoice, play: Play): Promise<void> {
  await using world = await RoomWorld.start(choice);
  await world.explain(async () => {
    await using juliet = await world.juliet();
    await using romeo = await world.romeo();
    await juliet.do("join", { room: ROOM, nick: "juliet" });
    await romeo.do("join", { room: ROOM, nick: "romeo" });
    await play(world, romeo, juliet);
  });
}

/** A test that needs the room. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !canUseSlixmpp() || !canUseProsody(), fn });
}

/** A play in a room between two who both shorten. */
function room(name: string, play: Play): void {
  test(name, () => inRoom({ rules: "none", shorten: BOTH }, play));
}

/** A message as whoever said it and whoever heard it know it. */
interface Said {
  readonly id: string;
  readonly idThere: string;
  /** The room's own. */
  readonly stanzaId: string;
}

/** Somebody says something in the room, and both see it. */
async function say(from: SlixmppClient, to: SlixmppClient, body: string): Promise<Said> {
  const { id = "" } = await from.do("message", { ...IN_ROOM, body });
  const [reflected, heard] = await Promise.all([
    from.next("message", { body }),
    to.next("message", { body }),
  ]);
  assert.equal(reflected.id, id);
  assert.equal(reflected.ids?.["origin-id"], id);
  assert.equal(heard.ids?.["origin-id"], heard.id);
  const stanzaId = reflected.ids?.["stanza-id"] ?? "";
  assert.notEqual(stanzaId, "");
  assert.equal(heard.ids?.["stanza-id"], stanzaId);
  return { id, idThere: heard.id ?? "", stanzaId };
}

/** Somebody names an earlier message by `about`: so it is reflected, and for the other it is `there`. */
async function name(
  from: SlixmppClient,
  to: SlixmppClient,
  how: string,
  about: string,
  there: string,
): Promise<void> {
  const { id } = await from.do("refer", { ...IN_ROOM, how, about, ...WITH_BODY[how] });
  const names = (event: ClientEvent) => event.ids?.[how] !== undefined;
  const [reflected, heard] = await Promise.all([from, to].map((client) => client.find(names, how)));
  assert.equal(reflected?.id, id);
  assert.equal(reflected?.ids?.[how], about);
  assert.equal(heard?.ids?.[how], there);
  assert.equal(heard?.ids?.["origin-id"], heard?.id);
}

/** Both name a message in every way, by its id and by the room's. */
async function nameAll(from: SlixmppClient, to: SlixmppClient, said: Said): Promise<void> {
  const { id, idThere, stanzaId } = said;
  const each = (one: SlixmppClient, other: SlixmppClient, about: string, there: string) =>
    Promise.all(REFERENCES.map((how) => name(one, other, how, about, there)));
  await each(from, to, id, idThere);
  await each(to, from, idThere, id);
  await each(from, to, stanzaId, stanzaId);
  await each(to, from, stanzaId, stanzaId);
}

const CHOICES: readonly (readonly [what: string, choice: RoomChoice])[] = [
  ["both sides shorten", { rules: "none", shorten: BOTH }],
  ["the ship shortens", { rules: "none", shorten: { ship: true, shore: false } }],
  ["the shore shortens", { rules: "none", shorten: { ship: false, shore: true } }],
  ["both shorten, with the rules for HF", { rules: "hf", shorten: BOTH }],
];

for (const [what, choice] of CHOICES) {
  test(`in a room all mean the same message by the ids that they know (${what})`, () =>
    inRoom(choice, async (_, romeo, juliet) => {
      const soft = await say(romeo, juliet, "Soft");
      assert.equal(GIVEN.test(soft.idThere), choice.shorten.ship);
      await nameAll(romeo, juliet, soft);
      const ayMe = await say(juliet, romeo, "Ay me");
      assert.equal(GIVEN.test(ayMe.idThere), choice.shorten.shore);
      await nameAll(juliet, romeo, ayMe);
    }));
}

room(
  "two aboard know a message by the same id, and name it ashore by that of the shore",
  async (world, romeo, juliet) => {
    await using benvolio = await world.benvolio();
    await benvolio.do("join", { room: ROOM, nick: "benvolio" });
    const soft = await say(romeo, juliet, "Soft");
    assert.equal((await benvolio.next("message", { body: "Soft" })).id, soft.id);
    const ayMe = await say(juliet, romeo, "Ay me");
    assert.equal((await benvolio.next("message", { body: "Ay me" })).id, ayMe.idThere);
    await name(benvolio, juliet, "reply", soft.id, soft.idThere);
    await name(benvolio, juliet, "reactions", ayMe.idThere, ayMe.id);
    for (const [how, id] of [["reply", soft.id], ["reactions", ayMe.idThere]] as const) {
      assert.equal((await romeo.find(({ ids }) => ids?.[how] !== undefined, how)).ids?.[how], id);
    }
  },
);

room("errors of a room, private messages and requests through it find back", async (_, romeo, juliet) => {
  for (const [one, other, nick] of [[romeo, juliet, "juliet"], [juliet, romeo, "romeo"]] as const) {
    const { id } = await one.do("message", { to: `${ROOM}/${nick}`, body: "Hush", receipt: true });
    const heard = await other.next("message", { body: "Hush" });
    assert.equal(heard.ids?.["origin-id"], heard.id);
    assert.match(heard.id ?? "", GIVEN);
    assert.equal((await one.next("receipt")).about, id);
    await one.do("ping", { to: `${ROOM}/${nick}` });
  }
  await romeo.do("ping", { to: `${ROOM}/romeo` });

  const absent = await romeo.do("message", { to: `${ROOM}/tybalt`, body: "Villain" });
  const error = await romeo.next("message", { kind: "error" });
  assert.deepEqual([error.id, error.condition], [absent.id, "item-not-found"]);

  await juliet.do("role", { room: ROOM, nick: "romeo", role: "visitor" });
  await romeo.next("occupant", { sender: `${ROOM}/romeo`, role: "visitor" });
  const unheard = await romeo.do("message", { ...IN_ROOM, body: "Hear me" });
  const refused = await romeo.next("message", { kind: "error" });
  assert.deepEqual([refused.id, refused.condition], [unheard.id, "forbidden"]);

  await romeo.do("presence", { to: `${ROOM}/romeo`, kind: "unavailable" });
  await romeo.next("occupant", { sender: `${ROOM}/romeo`, kind: "unavailable" });
  const outside = await romeo.do("message", { ...IN_ROOM, body: "Let me in" });
  const kept = await romeo.next("message", { kind: "error" });
  assert.deepEqual([kept.id, kept.condition], [outside.id, "not-acceptable"]);
});

room(
  "a room's history carries the ids that romeo's client gave, after he and both ends of the link came back",
  async (world, romeo, juliet) => {
    const soft = await say(romeo, juliet, "Soft");
    const ayMe = await say(juliet, romeo, "Ay me");
    await romeo.do("presence", { to: `${ROOM}/romeo`, kind: "unavailable" });
    await juliet.next("occupant", { sender: `${ROOM}/romeo`, kind: "unavailable" });
    assert.equal(await world.stopShip(), 0);
    await world.stopShore();
    await world.startShore();
    await world.startShip();
    await using again = await world.romeo();
    await again.do("join", { room: ROOM, nick: "romeo" });
    for (
      const [body, id, { stanzaId }] of [["Soft", soft.id, soft], ["Ay me", ayMe.idThere, ayMe]] as const
    ) {
      const old = await again.next("message", { body });
      assert.notEqual(old.delay, null);
      assert.equal(old.id, id);
      assert.equal(old.ids?.["origin-id"], id);
      assert.equal(old.ids?.["stanza-id"], stanzaId);
    }
    await nameAll(again, juliet, soft);
    await nameAll(juliet, again, ayMe);

    await again.do("raw", {
      xml: `<iq type='set' id='m1' to='${ROOM}'><query xmlns='urn:xmpp:mam:2' queryid='q1'/></iq>`,
    });
    for (const id of [soft.id, ayMe.idThere]) {
      const found = await again.find(({ archived }) => archived?.message === id, `${id} in the archive`);
      assert.equal(found.archived?.["origin-id"], id);
    }
  },
);

room(
  "a message whose reflection meets a cut link comes back once, by its id",
  async (world, romeo, juliet) => {
    const cut = Promise.withResolvers<void>();
    world.shore.onCrossed = (element) => {
      if (element.getChildText("body") === "Soft") cut.resolve(world.cutLink());
    };
    const { id } = await romeo.do("message", { ...IN_ROOM, body: "Soft" });
    const heard = await juliet.next("message", { body: "Soft" });
    await cut.promise;
    await juliet.do("refer", { ...IN_ROOM, how: "reactions", about: heard.id });
    await world.mendLink();
    const reflected = await romeo.next("message", { body: "Soft" });
    assert.deepEqual([reflected.id, reflected.ids?.["origin-id"]], [id, id]);
    const reaction = await romeo.find(({ ids }) => ids?.reactions !== undefined, "reaction");
    assert.equal(reaction.ids?.reactions, id);
    await say(romeo, juliet, "But soft");
    const twice = [...romeo.kept, ...juliet.kept].filter(({ body }) => body === "Soft");
    assert.deepEqual(twice, []);
  },
);

room(
  "what was said before the ship's server was killed is known by its id afterwards",
  async (world, romeo, juliet) => {
    const cut = Promise.withResolvers<void>();
    world.shore.onCrossed = (element) => {
      if (element.getChildText("body") === "Soft") cut.resolve(world.cutLink());
    };
    const { id = "" } = await romeo.do("message", { ...IN_ROOM, body: "Soft" });
    const heard = await juliet.next("message", { body: "Soft" });
    await cut.promise;
    await world.killShip();
    await world.mendLink();
    await world.startShip();
    await using again = await world.romeo();
    await again.do("join", { room: ROOM, nick: "romeo" });
    const old = await again.next("message", { body: "Soft" });
    assert.deepEqual([old.id, old.ids?.["origin-id"]], [id, id]);
    await name(again, juliet, "replace", id, heard.id ?? "");
    await name(juliet, again, "reactions", heard.id ?? "", id);
  },
);

const TALKS = 4;
/** It is 0.46 to 0.47, by how acknowledgements fall; 0.63 where only the ship's ids are short. */
const MOST_SHARE = 0.55;

test("the same talk in a room costs about half where both sides shorten", async () => {
  const costs = async (isOn: boolean) => {
    let sizeBytes = 0;
    await inRoom({ rules: "none", shorten: { ship: isOn, shore: isOn } }, async (world, romeo, juliet) => {
      const before = world.shore.sizeBytes;
      for (let n = 0; n < TALKS; n++) {
        for (const [one, other] of [[romeo, juliet], [juliet, romeo]] as const) {
          const said = await say(one, other, `Wherefore art thou, ${n}`);
          await name(other, one, "displayed", said.idThere, said.id);
          await name(one, other, "replace", said.id, said.idThere);
        }
      }
      sizeBytes = world.shore.sizeBytes - before;
    });
    return sizeBytes;
  };
  const [long, short] = [await costs(false), await costs(true)];
  assert.ok(short < long * MOST_SHARE, `${short} of ${long} bytes`);
});
