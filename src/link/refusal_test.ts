import assert from "node:assert/strict";
import { NS } from "../stanza/mod.ts";
import { type Side, World } from "./testing/world.ts";

const HOUR_MS = 3_600_000;
const STATE = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
const NO_STORE = "<no-store xmlns='urn:xmpp:hints'/>";

/** What makes a stanza that waits for a link give up. */
const CAUSES = {
  "too full": async (side: Side, world: World) => {
    for (let n = 0; n < 3; n++) side.send("<message to='nurse@shore.example' from='mab@ship.example'/>");
    await world.clock.advance(10);
  },
  "too late": (_side: Side, world: World) => world.clock.advance(HOUR_MS),
  "flushed": async (side: Side, world: World) => {
    side.links.flush("shore");
    await world.clock.advance(10);
  },
  "link down": (_side: Side, world: World) => world.clock.advance(10),
};

type Cause = keyof typeof CAUSES;
type Answer = "none" | "waits" | `${"message" | "iq" | "presence"}: ${string} (${string})`;

const ROWS: readonly (readonly [cause: Cause, xml: string, answer: Answer])[] = [
  [
    "too full",
    "<message type='chat' id='1'><body>hi</body></message>",
    "message: resource-constraint (wait)",
  ],
  [
    "too full",
    "<message type='groupchat' id='1'><body>hi</body></message>",
    "message: resource-constraint (wait)",
  ],
  ["too full", "<message type='error' id='1'><body>hi</body></message>", "none"],
  ["too full", "<iq type='get' id='1'/>", "iq: resource-constraint (wait)"],
  ["too full", "<iq type='set' id='1'/>", "iq: resource-constraint (wait)"],
  ["too full", "<iq type='result' id='1'/>", "none"],
  ["too full", "<iq type='error' id='1'/>", "none"],
  ["too full", "<presence id='1'/>", "none"],
  ["too full", "<presence type='probe' id='1'/>", "none"],
  ["too full", "<presence type='error' id='1'/>", "none"],
  ["too full", "<presence type='subscribe' id='1'/>", "presence: resource-constraint (wait)"],
  ["too full", "<presence type='unavailable' id='1'/>", "waits"],

  [
    "too late",
    "<message type='chat' id='1'><body>hi</body></message>",
    "message: remote-server-timeout (wait)",
  ],
  ["too late", "<message id='1'><body>hi</body></message>", "message: remote-server-timeout (wait)"],
  ["too late", "<message type='error' id='1'/>", "none"],
  ["too late", "<iq type='get' id='1'/>", "iq: remote-server-timeout (wait)"],
  ["too late", "<iq type='result' id='1'/>", "none"],
  ["too late", "<presence type='subscribe' id='1'/>", "presence: remote-server-timeout (wait)"],
  ["too late", "<presence type='unsubscribed' id='1'/>", "none"],
  ["too late", "<presence id='1'/>", "waits"],

  [
    "flushed",
    "<message type='chat' id='1'><body>hi</body></message>",
    "message: recipient-unavailable (wait)",
  ],
  ["flushed", "<iq type='get' id='1'/>", "iq: recipient-unavailable (wait)"],
  ["flushed", "<presence type='subscribe' id='1'/>", "presence: recipient-unavailable (wait)"],
  ["flushed", "<presence id='1'/>", "none"],
  ["flushed", "<presence type='unavailable' id='1'/>", "none"],

  [
    "link down",
    `<message id='1'><body>hi</body>${NO_STORE}</message>`,
    "message: recipient-unavailable (wait)",
  ],
  ["link down", `<message id='1'>${NO_STORE}</message>`, "none"],
  ["link down", `<message id='1' type='error'><body>hi</body>${NO_STORE}</message>`, "waits"],
  ["link down", `<message id='1' type='chat'>${STATE}</message>`, "none"],
  ["link down", "<message type='chat' id='1'><body>hi</body></message>", "waits"],
  ["link down", "<iq type='get' id='1'/>", "waits"],
  ["link down", "<presence id='1'/>", "waits"],
];

function answerOf(side: Side): Answer {
  const answers = side.routed.filter(({ id }) => id === "1");
  const [answer] = answers;
  if (answer === undefined) return side.status.queue.stanzas > 0 ? "waits" : "none";
  assert.equal(answers.length, 1);
  assert.equal(answer.type, "error");
  assert.equal(answer.from.toString(), "juliet@shore.example");
  assert.equal(answer.to.toString(), "romeo@ship.example/deck");
  const error = answer.element.getChild("error");
  const condition = error?.children.find((child) => typeof child !== "string" && child.name !== "text");
  if (typeof condition !== "object") throw new Error("an error without a condition");
  assert.equal(condition.getNS(), NS.STANZA_ERRORS);
  return `${answer.kind}: ${condition.name} (${error?.attrs.type})`;
}

Deno.test("what cannot cross is answered as its kind asks, and never silently lost", async (t) => {
  for (const [cause, xml, expected] of ROWS) {
    await t.step(`${cause}: ${xml}`, async () => {
      const world = new World();
      const queue = { stanzas: 3, sizeBytes: 10_000, ageMs: HOUR_MS, iqAgeMs: 60_000 };
      const ship = world.ship({ peer: { queue } });
      await ship.links.start();
      ship.send(xml);
      await CAUSES[cause](ship, world);
      const others = ship.status.queue.stanzas - (expected === "waits" ? 1 : 0);
      assert.equal(others, cause === "too full" ? 3 : 0);
      if (expected === "none") {
        assert.deepEqual(ship.routed.filter(({ id }) => id === "1"), []);
      } else {
        assert.equal(answerOf(ship), expected);
      }
      await world.stop();
    });
  }
});

Deno.test("a message is answered when its time is over, not before and not later", async () => {
  const world = new World();
  const ship = world.ship();
  await ship.links.start();
  ship.send("<iq type='get' id='1'/>");
  await world.clock.advance(30_000);
  ship.send("<iq type='get' id='2'/>");
  await world.clock.advance(29_999);
  assert.deepEqual(ship.routed, []);
  await world.clock.advance(1);
  assert.deepEqual(ship.routed.map(({ id }) => id), ["1"]);
  await world.clock.advance(30_000);
  assert.deepEqual(ship.routed.map(({ id }) => id), ["1", "2"]);
  await world.stop();
});

Deno.test("answers that have to cross the same full link come to an end", async () => {
  const world = new World();
  const queue = { stanzas: 1, sizeBytes: 10_000, ageMs: HOUR_MS, iqAgeMs: 60_000 };
  const ship = world.ship({ peer: { queue }, onRouted: (answer) => ship.links.accept(answer) });
  await ship.links.start();
  // The senders are behind the link, so each answer pushes out what waits there.
  ship.send("<message id='1' from='a@shore.example'><body>x</body></message>");
  ship.send("<message id='2' from='a@shore.example'><body>x</body></message>");
  await world.clock.advance(10);
  assert.deepEqual(ship.routed.map(({ id, type }) => [id, type]), [["1", "error"], ["2", "error"]]);
  assert.equal(ship.status.queue.stanzas, 1);
  await world.stop();
});

Deno.test("losses are counted by their cause", async () => {
  const world = new World();
  const ship = world.ship();
  await ship.links.start();
  ship.send("<iq type='get' id='1'/>");
  await world.clock.advance(60_000);
  ship.send("<message id='2'><body>x</body></message>");
  ship.links.flush("shore");
  ship.send(`<message id='3'>${NO_STORE}</message>`);
  const losses = (reason: string) =>
    ship.metrics.value("halyard_link_lost_stanzas_total", { peer: "shore", reason });
  assert.deepEqual(["expired", "flushed", "no-store", "full"].map(losses), [1, 1, 1, 0]);
  await world.stop();
});
