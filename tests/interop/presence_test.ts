import assert from "node:assert/strict";
import { ShipAndShore } from "./ship_and_shore.ts";
import { canUseSlixmpp, slixmppAt, type SlixmppClient } from "./slixmpp.ts";

const ROMEO = "romeo@ship.example";
const JULIET = "juliet@shore.example";

Deno.test({
  name: "slixmpp sees a contact at once after its server was restarted while the link was down",
  ignore: !canUseSlixmpp(),
  async fn() {
    await using world = await ShipAndShore.start({ rateBps: 9_600, delayMs: 100 }, { profile: "halyard" });
    const romeo = await slixmppAt(world, "ship", `${ROMEO}/bridge`);
    await using juliet = await slixmppAt(world, "shore", `${JULIET}/balcony`);
    await world.explain(async () => {
      await world.linkUp();
      for (const client of [romeo, juliet]) await client.do("presence");
      await befriend(romeo, JULIET, juliet, ROMEO);
      await romeo.next("presence", { sender: `${JULIET}/balcony`, kind: "available" });
      await juliet.do("presence", { show: "away" });
      await romeo.next("presence", { sender: `${JULIET}/balcony`, show: "away" });
      await world.cutLink();
      await romeo[Symbol.asyncDispose]();
      assert.equal(await world.stopServer("ship"), 0);
      await world.startServer("ship");
      await using again = await slixmppAt(world, "ship", `${ROMEO}/bridge`);
      await again.do("presence");
      await again.next("presence", { sender: `${JULIET}/balcony`, show: "away" });
    });
  },
});

/** Each asks to see the other, and is allowed to. */
async function befriend(a: SlixmppClient, aSees: string, b: SlixmppClient, bSees: string): Promise<void> {
  for (const [asks, sees, allows, asker] of [[a, aSees, b, bSees], [b, bSees, a, aSees]] as const) {
    await asks.do("presence", { to: sees, kind: "subscribe" });
    await allows.next("presence", { sender: asker, kind: "subscribe" });
    await allows.do("presence", { to: asker, kind: "subscribed" });
  }
}
