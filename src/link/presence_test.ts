import assert from "node:assert/strict";
import { type Side, World } from "./testing/world.ts";

const CAPS = "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/>";

function show(word: string, extra = ""): string {
  return `<presence><show>${word}</show>${extra}</presence>`;
}

const GONE = "<presence type='unavailable'/>";

/** What the shore was told, in short. */
function told(shore: Side): string {
  return shore.routed.map(({ type, element }) => type === "" ? element.getChildText("show") ?? "here" : type)
    .join(", ");
}

async function joined(world: World): Promise<[Side, Side]> {
  const ship = world.ship({ peer: { rules: ["drop-chat-states", "fold-presence", "strip-xhtml-im"] } });
  const shore = world.shore();
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(10);
  return [ship, shore];
}

Deno.test("presence that says nothing new does not cross", async () => {
  const world = new World();
  const [ship, shore] = await joined(world);
  for (const xml of [show("away"), show("away", CAPS), show("away"), show("dnd"), show("away")]) {
    ship.send(xml);
    await world.clock.advance(1_000);
  }
  assert.equal(told(shore), "away, dnd, away");
  assert.deepEqual(ship.status.savings.map(({ rule, why, stanzas }) => [rule, why, stanzas]), [
    ["fold-presence", "presence extensions", 1],
    ["unchanged", "the far side knows this presence", 2],
  ]);
  assert.ok(ship.status.savings.every(({ savedBytes }) => savedBytes > 0));
  await world.stop();
});

Deno.test("a probe, an error or a subscription from the far side lets the same presence cross again", async (t) => {
  for (const type of ["probe", "error", "subscribe", "unsubscribe"]) {
    await t.step(type, async () => {
      const world = new World();
      const [ship, shore] = await joined(world);
      ship.send(show("away"));
      await world.clock.advance(10);
      shore.send(`<presence type='${type}' from='juliet@shore.example' to='romeo@ship.example'/>`);
      await world.clock.advance(10);
      ship.send(show("away"));
      await world.clock.advance(10);
      assert.equal(told(shore), "away, away");
      await world.stop();
    });
  }
  await t.step("but not another stanza, or that of another account", async () => {
    const world = new World();
    const [ship, shore] = await joined(world);
    ship.send(show("away"));
    await world.clock.advance(10);
    shore.send("<message from='juliet@shore.example' to='romeo@ship.example'/>");
    shore.send("<presence type='probe' from='nurse@shore.example' to='romeo@ship.example'/>");
    await world.clock.advance(10);
    ship.send(show("away"));
    await world.clock.advance(10);
    assert.equal(told(shore), "away");
    await world.stop();
  });
});

Deno.test("after a cut the far side is told again", async () => {
  const world = new World();
  const [ship, shore] = await joined(world);
  ship.send(show("away"));
  await world.clock.advance(10);
  world.network.connections[0]?.cut();
  await world.clock.advance(10_000);
  ship.send(show("away"));
  await world.clock.advance(10);
  assert.equal(told(shore), "away, away");
  await world.stop();
});

Deno.test("a log-in and log-out during an outage leave no trace on the link", async () => {
  const world = new World();
  const [ship, shore] = await joined(world);
  world.network.cut();
  await world.clock.advance(10);
  for (let n = 0; n < 10; n++) {
    ship.send(show("chat"));
    ship.send(GONE);
    await world.clock.advance(1_000);
  }
  assert.equal(ship.status.queue.stanzas, 0);
  world.network.isUp = true;
  await world.clock.until(() => ship.status.state === "up", 120_000);
  await world.clock.advance(10);
  assert.equal(told(shore), "");
  await world.stop();
});

Deno.test("the end of a session that the far side knew of crosses, whatever came between", async () => {
  const world = new World();
  const [ship, shore] = await joined(world);
  ship.send(show("chat"));
  await world.clock.advance(10);
  world.network.cut();
  await world.clock.advance(10);
  for (const xml of [show("away"), GONE, show("chat"), GONE]) ship.send(xml);
  world.network.isUp = true;
  await world.clock.until(() => ship.status.state === "up", 120_000);
  await world.clock.advance(10);
  assert.equal(told(shore), "chat, unavailable");
  await world.stop();
});

Deno.test("ten log-ins and log-outs on an open link cost only what changed", async () => {
  const world = new World();
  const [ship, shore] = await joined(world);
  for (let n = 0; n < 10; n++) {
    ship.send(show("chat"));
    ship.send(GONE);
    await world.clock.advance(1_000);
  }
  // Each pair came in one turn, so the far side never knew of a session at all.
  assert.equal(told(shore), "");
  ship.send(show("chat"));
  await world.clock.advance(10);
  ship.send(GONE);
  ship.send(show("chat"));
  await world.clock.advance(10);
  assert.equal(told(shore), "chat, unavailable, chat");
  await world.stop();
});
