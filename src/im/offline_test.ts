import assert from "node:assert/strict";
import { inWorld, type World } from "./testing/world.ts";

const ROMEO = "romeo@ship.example";
const JULIET = "juliet@shore.example/balcony";

function chat(content: string, attrs = "type='chat' "): string {
  return `<message ${attrs}id='m1' from='${JULIET}' to='${ROMEO}'>${content}</message>`;
}

function delayed(content: string, stamp = "2026-07-01T10:00:00Z"): string {
  return chat(`${content}<delay xmlns='urn:xmpp:delay' from='ship.example' stamp='${stamp}'/>`);
}

function kept(world: World): number {
  return world.storage.offline.list("romeo").length;
}

inWorld("a message for one who is away is kept and comes with its time, behind presence", async (world) => {
  world.shoreSends(chat("<body>first</body>"));
  await world.clock.advance(5_000);
  world.shoreSends(chat("<body>second</body>"));
  await world.clock.advance(60_000);
  const romeo = world.connect("romeo", "deck");
  romeo.says("<presence/>");
  assert.deepEqual(romeo.hears(), [
    `<presence from='${ROMEO}/deck' to='${ROMEO}'/>`,
    delayed("<body>first</body>"),
    delayed("<body>second</body>", "2026-07-01T10:00:05Z"),
  ]);
});

inWorld("a kept message is removed once the network has it, and not before", (world) => {
  world.shoreSends(chat("<body>hi</body>"));
  const deck = world.login("romeo", "deck");
  assert.equal(kept(world), 1);
  const cabin = world.connect("romeo", "cabin");
  cabin.says("<presence/>");
  assert.equal(
    cabin.hears().some((line) => line.startsWith("<message")),
    false,
    "it is on its way to another",
  );
  deck.flush();
  assert.equal(kept(world), 0);
});

inWorld("much that was kept goes out in batches, each when the network has taken the one before", (world) => {
  const large = "m".repeat(60_000);
  for (let n = 0; n < 5; n++) world.shoreSends(chat(`<body>${large}${n}</body>`));
  const romeo = world.login("romeo", "deck");
  const heard: string[] = [];
  for (let left = 4; left >= 0; left--) {
    assert.equal(kept(world), left + 1);
    romeo.flush();
    assert.equal(kept(world), left);
    heard.push(...romeo.hears().map((line) => line.match(/m(\d)</)?.[1] ?? line));
  }
  assert.deepEqual(heard, ["1", "2", "3", "4"], "the first came at log-in");
});

inWorld("what comes while there is more to take comes behind it, for whomever it is", (world) => {
  const large = "m".repeat(60_000);
  for (let n = 0; n < 3; n++) world.shoreSends(chat(`<body>${large}${n}</body>`));
  const [deck, cabin] = [world.connect("romeo", "deck"), world.connect("romeo", "cabin")];
  for (const client of [deck, cabin]) client.says("<presence/>");
  const bodies = (lines: readonly string[]) =>
    lines.flatMap((line) => /<body>m*(\w+)</.exec(line)?.[1] ?? []);
  world.shoreSends(chat("<body>bare</body>"));
  world.shoreSends(chat("<body>full</body>").replace(`to='${ROMEO}'`, `to='${ROMEO}/deck'`));
  // Nothing of these is worth keeping, or may be kept.
  world.shoreSends(chat("<composing xmlns='http://jabber.org/protocol/chatstates'/>"));
  world.shoreSends(chat("<body>secret</body><no-store xmlns='urn:xmpp:hints'/>"));
  assert.deepEqual(bodies(deck.hears()), ["0", "secret"]);
  assert.deepEqual(bodies(cabin.hears()), ["bare", "secret"]);
  const heard: string[] = [];
  for (let batch = 0; batch < 4; batch++) {
    deck.flush();
    heard.push(...bodies(deck.hears()));
  }
  assert.deepEqual(heard, ["1", "2", "bare", "full"]);
  assert.equal(kept(world), 0);
  world.shoreSends(chat("<body>now</body>"));
  assert.deepEqual(bodies(deck.hears()), ["now"]);
});

inWorld("what comes while there is more to take, and cannot be kept, comes at once", (world) => {
  for (let n = 0; n < 3; n++) world.shoreSends(chat(`<body>${"m".repeat(60_000)}${n}</body>`));
  const deck = world.login("romeo", "deck");
  world.shoreSends(chat("<body>one too many</body>"));
  assert.match(deck.hears().join(), /one too many/);
}, { limits: { offlineMessages: 3 } });

inWorld("a store full of small messages arrives whole and in order", (world) => {
  for (let n = 0; n < 1_000; n++) world.shoreSends(chat(`<body>${n}</body>`));
  const romeo = world.connect("romeo", "deck");
  romeo.says("<presence/>");
  const heard: string[] = [];
  for (let round = 0; kept(world) > 0; round++) {
    assert.ok(round < 20, `${kept(world)} messages are left`);
    heard.push(...romeo.hears().flatMap((line) => line.match(/<body>(\d+)</)?.[1] ?? []));
    romeo.flush();
  }
  assert.deepEqual(heard, Array.from({ length: 1_000 }, (_, n) => String(n)));
}, { limits: { offlineSizeBytes: 10_000_000 } });

inWorld("when the resource that gets what was kept breaks, another one gets the rest", (world) => {
  for (let n = 0; n < 100; n++) world.shoreSends(chat(`<body>${n}</body>`));
  const deck = world.login("romeo", "deck");
  const cabin = world.login("romeo", "cabin");
  deck.flush();
  assert.equal(kept(world), 36);
  deck.breaks();
  cabin.flush();
  assert.equal(kept(world), 0);
  assert.equal(cabin.hears().filter((line) => line.startsWith("<message")).length, 36);
});

inWorld(
  "when the resource that gets what was kept becomes unavailable, another one gets the rest",
  (world) => {
    for (let n = 0; n < 200; n++) world.shoreSends(chat(`<body>${n}</body>`));
    const deck = world.login("romeo", "deck");
    const cabin = world.login("romeo", "cabin");
    deck.flush();
    deck.says("<presence type='unavailable'/>");
    deck.hears();
    assert.equal(kept(world), 136);
    deck.flush();
    assert.deepEqual(deck.hears(), []);
    cabin.flush();
    cabin.flush();
    assert.equal(kept(world), 0);
  },
);

/** What once was kept and cannot be sent any more. */
const POISON = ["<message", "", "<message><body></message>", "hi"];

inWorld("a kept message that cannot be read is dropped, and holds up nothing behind it", (world) => {
  const ample = { messages: 1_000, sizeBytes: 1_000_000 };
  const keep = (xml: string) => world.storage.offline.add("romeo", xml, world.clock.nowMs(), ample);
  for (let n = 0; n < 70; n++) keep(POISON[n % POISON.length] ?? "");
  keep(chat("<body>1</body>"));
  keep("<message");
  keep(chat("<body>2</body>"));
  const romeo = world.connect("romeo", "deck");
  romeo.says("<presence/>");
  romeo.flush();
  assert.deepEqual(romeo.hears().slice(1), [delayed("<body>1</body>"), delayed("<body>2</body>")]);
  assert.equal(kept(world), 0);
});

inWorld(
  "a message of as many attributes as a client may send comes back, with the one that was added",
  (world) => {
    const attributes = Array.from({ length: 63 }, (_, n) => ` a${n}='1'`).join("");
    world.login("benvolio", "bridge").says(`<message to='${ROMEO}'${attributes}><body>1</body></message>`);
    world.shoreSends(chat("<body>2</body>"));
    const romeo = world.connect("romeo", "deck");
    romeo.says("<presence/>");
    assert.deepEqual(romeo.hears().flatMap((line) => line.match(/<body>(\d)</)?.[1] ?? []), ["1", "2"]);
  },
);

inWorld("a kept message goes to the next resource when the first one breaks before it was sent", (world) => {
  world.shoreSends(chat("<body>hi</body>"));
  world.login("romeo", "deck").breaks();
  assert.equal(kept(world), 1);
  const romeo = world.connect("romeo", "deck");
  romeo.says("<presence/>");
  assert.equal(romeo.hears().at(-1), delayed("<body>hi</body>"));
});

inWorld("what a full session does not take any more stays kept", (world) => {
  world.shoreSends(chat("<body>1</body>"));
  world.shoreSends(chat("<body>2</body>"));
  const romeo = world.connect("romeo", "deck");
  const send = romeo.send.bind(romeo);
  romeo.send = (element) => {
    const sent = send(element);
    romeo.full ||= element.name === "message";
    return sent;
  };
  romeo.says("<presence/>");
  romeo.flush();
  assert.deepEqual(world.storage.offline.list("romeo").map(({ xml }) => xml), [chat("<body>2</body>")]);
});

inWorld("negative priority takes no kept messages until it rises", (world) => {
  world.shoreSends(chat("<body>hi</body>"));
  const romeo = world.login("romeo", "deck", "<presence><priority>-1</priority></presence>");
  assert.equal(kept(world), 1);
  romeo.says("<presence><priority>0</priority></presence>");
  assert.equal(romeo.hears().at(-1), delayed("<body>hi</body>"));
  romeo.flush();
  romeo.says("<presence><priority>1</priority></presence>");
  assert.equal(romeo.hears().length, 1, "no more than its own presence");
});

inWorld("a time that another server stamped is kept", (world) => {
  const stamped =
    "<body>hi</body><delay xmlns='urn:xmpp:delay' from='shore.example' stamp='2026-06-30T08:00:00Z'/>";
  world.shoreSends(chat(stamped));
  const romeo = world.connect("romeo", "deck");
  romeo.says("<presence/>");
  assert.equal(romeo.hears().at(-1), chat(stamped));
});

const ACTIVE = "<active xmlns='http://jabber.org/protocol/chatstates'/>";
const NO_STORE = "<no-store xmlns='urn:xmpp:hints'/>";

/** XEP-0160 and XEP-0334: what is kept (1), dropped (0) or refused. */
const KEPT: readonly (readonly [string, string, 0 | 1 | "refused"])[] = [
  ["a chat message with a body", chat("<body>hi</body>"), 1],
  ["a normal message with a body", chat("<body>hi</body>", ""), 1],
  ["a chat message with a body and a chat state", chat(`<body>hi</body>${ACTIVE}`), 1],
  ["a receipt", chat("<received xmlns='urn:xmpp:receipts' id='x'/>"), 1],
  ["a lone subject", chat("<subject>hi</subject>"), 1],
  ["a lone chat state", chat(ACTIVE), 0],
  [
    "a lone chat state as phones send it",
    chat(`<thread>t</thread>${ACTIVE}${NO_STORE}<origin-id xmlns='urn:xmpp:sid:0' id='o'/>`),
    0,
  ],
  ["an empty message", chat(""), 0],
  ["a receipt that is not to be kept", chat(`<received xmlns='urn:xmpp:receipts' id='x'/>${NO_STORE}`), 0],
  ["a body that is not to be kept", chat(`<body>hi</body>${NO_STORE}`), "refused"],
  [
    "a body that is not to be archived",
    chat("<body>hi</body><no-permanent-store xmlns='urn:xmpp:hints'/>"),
    1,
  ],
  ["a headline", chat("<body>hi</body>", "type='headline' "), 0],
  ["an error", chat("<body>hi</body>", "type='error' "), 0],
  ["a groupchat message", chat("<body>hi</body>", "type='groupchat' "), "refused"],
];

for (const [what, stanza, fate] of KEPT) {
  inWorld(
    `${what} is ${fate === 1 ? "kept" : fate === 0 ? "dropped without a word" : "refused"}`,
    (world) => {
      world.shoreSends(stanza);
      assert.equal(kept(world), fate === 1 ? 1 : 0);
      const sent = world.sent();
      if (fate === "refused") {
        assert.match(sent.join(), /^<message type='error' id='m1' .*<service-unavailable /);
      } else assert.deepEqual(sent, []);
    },
  );
}

for (const limits of [{ offlineMessages: 1 }, { offlineSizeBytes: 150 }]) {
  inWorld(`when ${Object.keys(limits)} is reached the sender is told`, (world) => {
    world.shoreSends(chat("<body>1</body>"));
    assert.deepEqual(world.sent(), []);
    world.shoreSends(chat("<body>2</body>"));
    assert.match(world.sent().join(), /^<message type='error' id='m1' .*<service-unavailable /);
    assert.equal(kept(world), 1);
    assert.equal(world.metrics.value("halyard_offline_messages_total", { kept: "full" }), 1);
  }, { limits });
}
