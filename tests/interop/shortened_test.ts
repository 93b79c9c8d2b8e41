import assert from "node:assert/strict";
import { ShipAndShore } from "./ship_and_shore.ts";
import { canUseSlixmpp, slixmppAt } from "./slixmpp.ts";

const LINK = { rateBps: 9_600, delayMs: 200 };
const TO_JULIET = { to: "juliet@shore.example/balcony" };

Deno.test({
  name: "slixmpp's receipts and corrections find their message, though other ids cross the link",
  ignore: !canUseSlixmpp(),
  async fn() {
    await using world = await ShipAndShore.start(LINK, { profile: "halyard" });
    await using romeo = await slixmppAt(world, "ship", "romeo@ship.example/bridge");
    await using juliet = await slixmppAt(world, "shore", "juliet@shore.example/balcony");
    await world.explain(async () => {
      await world.linkUp();
      await juliet.do("presence", {});
      const { id } = await romeo.do("message", { ...TO_JULIET, body: "Soft", receipt: true });
      const heard = await juliet.next("message", { body: "Soft" });
      assert.match(heard.id ?? "", /^[\w-]{8}-[0-9a-z]+$/);
      assert.notEqual(heard.id, id);
      assert.equal((await romeo.next("receipt")).about, id);
      await romeo.do("message", { ...TO_JULIET, body: "But soft", about: id });
      assert.equal((await juliet.next("message", { body: "But soft" })).about, heard.id);
    });
    assert.equal(await world.stopServer("ship"), 0);
    assert.equal(await world.stopServer("shore"), 0);
  },
});
