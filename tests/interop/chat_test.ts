import assert from "node:assert/strict";
import { ShipAndShore } from "./ship_and_shore.ts";
import { canUseSlixmpp, slixmppAt, type SlixmppClient } from "./slixmpp.ts";

const ROMEO = "romeo@ship.example";
const JULIET = "juliet@shore.example";

/** 9,600 bit/s each way and 200 ms one way: a good HF link, or a poor Satcom one. */
const LINK = { rateBps: 9_600, delayMs: 200 };

Deno.test({
  name: "two slixmpp clients chat across a slow link, through an absence, a restart and a cut",
  ignore: !canUseSlixmpp(),
  async fn() {
    await using world = await ShipAndShore.start(LINK);
    await using romeo = await slixmppAt(world, "ship", `${ROMEO}/bridge`);
    await world.explain(async () => {
      await world.linkUp();
      await theySubscribeToOneAnother(world, romeo);
      await aMessageWaitsForSomeoneAway(world, romeo);
      await theShoreRestarts(world, romeo);
      await theLinkIsCut(world, romeo);
    });
    assert.equal(await world.stopServer("ship"), 0);
    assert.equal(await world.stopServer("shore"), 0);
  },
});

async function julietArrives(world: ShipAndShore): Promise<SlixmppClient> {
  const juliet = await slixmppAt(world, "shore", `${JULIET}/balcony`);
  await juliet.do("roster");
  await juliet.do("presence", { show: "chat", status: "at the window" });
  return juliet;
}

async function theySubscribeToOneAnother(world: ShipAndShore, romeo: SlixmppClient): Promise<void> {
  await using juliet = await julietArrives(world);
  await romeo.do("roster");
  await romeo.do("presence", { show: "away", status: "on watch", priority: 5 });
  await subscribe(romeo, juliet);
  await romeo.next("presence", { sender: `${JULIET}/balcony`, show: "chat", status: "at the window" });
  await juliet.next("presence", { sender: `${ROMEO}/bridge`, show: "away", status: "on watch", priority: 5 });
  for (const [client, jid] of [[romeo, JULIET], [juliet, ROMEO]] as const) {
    const { items = [] } = await client.do("roster");
    assert.equal(items.find((item) => item.jid === jid)?.subscription, "both");
  }
  await theyChat(romeo, juliet);
  await juliet.do("presence", { show: "dnd", status: "the nurse is here" });
  await romeo.next("presence", { show: "dnd", status: "the nurse is here" });
  await juliet.logout();
  await romeo.next("presence", { sender: `${JULIET}/balcony`, kind: "unavailable" });
}

async function subscribe(romeo: SlixmppClient, juliet: SlixmppClient): Promise<void> {
  await romeo.do("add", { to: JULIET, name: "Juliet" });
  await romeo.do("presence", { to: JULIET, kind: "subscribe" });
  await juliet.next("presence", { kind: "subscribe", sender: ROMEO });
  await juliet.do("presence", { to: ROMEO, kind: "subscribed" });
  await juliet.do("presence", { to: ROMEO, kind: "subscribe" });
  await romeo.next("presence", { kind: "subscribed", sender: JULIET });
  await romeo.next("presence", { kind: "subscribe", sender: JULIET });
  await romeo.do("presence", { to: JULIET, kind: "subscribed" });
  await juliet.next("presence", { kind: "subscribed", sender: ROMEO });
}

async function theyChat(romeo: SlixmppClient, juliet: SlixmppClient): Promise<void> {
  await say(romeo, juliet, JULIET, "But soft, what light through yonder window breaks?");
  await say(juliet, romeo, ROMEO, "wherefore art thou Romeo? <&> \u{1f339}");
  for (let line = 1; line <= 5; line++) await romeo.do("message", { to: JULIET, body: `line ${line}` });
  for (let line = 1; line <= 5; line++) assert.equal((await juliet.next("message")).body, `line ${line}`);
}

async function say(from: SlixmppClient, to: SlixmppClient, jid: string, body: string): Promise<void> {
  const { id } = await from.do("message", { to: jid, body });
  const heard = await to.next("message", { body });
  assert.deepEqual([heard.id, heard.kind], [id, "chat"]);
}

async function aMessageWaitsForSomeoneAway(world: ShipAndShore, romeo: SlixmppClient): Promise<void> {
  await romeo.do("message", { to: JULIET, body: "are you there?" });
  await behindTheMessage(romeo);
  await using juliet = await julietArrives(world);
  const late = await juliet.next("message", { body: "are you there?" });
  assert.match(late.delay ?? "none", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
  await romeo.next("presence", { sender: `${JULIET}/balcony`, kind: "available" });
}

/** Once the answer is back, what was sent before the question is stored at the far end. */
async function behindTheMessage(romeo: SlixmppClient): Promise<void> {
  await romeo.do("ping", { to: "shore.example" });
}

async function theShoreRestarts(world: ShipAndShore, romeo: SlixmppClient): Promise<void> {
  await romeo.do("message", { to: JULIET, body: "before the restart" });
  await behindTheMessage(romeo);
  assert.equal(await world.stopServer("shore"), 0);
  await romeo.do("message", { to: JULIET, body: "during the restart" });
  await world.startServer("shore");
  await using juliet = await julietArrives(world);
  await juliet.next("message", { body: "before the restart" });
  await juliet.next("message", { body: "during the restart" });
  const { items = [] } = await juliet.do("roster");
  assert.equal(items.find((item) => item.jid === ROMEO)?.subscription, "both");
}

async function theLinkIsCut(world: ShipAndShore, romeo: SlixmppClient): Promise<void> {
  await using juliet = await julietArrives(world);
  await say(romeo, juliet, JULIET, "still here");
  await world.cutLink();
  await romeo.do("message", { to: JULIET, body: "through the storm" });
  await juliet.do("message", { to: ROMEO, body: "and back" });
  await world.mendLink();
  await juliet.next("message", { body: "through the storm" });
  await romeo.next("message", { body: "and back" });
}
