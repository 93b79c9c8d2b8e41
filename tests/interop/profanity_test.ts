import { canUseProfanity, makeFriends, profanity } from "./profanity.ts";
import { PASSWORD, ShipAndShore, type Side } from "./ship_and_shore.ts";
import type { Terminal } from "./terminal.ts";

const ROMEO = "romeo@ship.example";
const JULIET = "juliet@shore.example";

function login(world: ShipAndShore, side: Side, jid: string): Promise<Terminal> {
  return profanity({ jid, password: PASSWORD, port: world.site(side).ports.starttls });
}

Deno.test({
  name: "two profanity clients subscribe, see one another's presence and chat across a slow link",
  ignore: !canUseProfanity(),
  async fn() {
    await using world = await ShipAndShore.start({ rateBps: 9_600, delayMs: 200 });
    await using romeo = await login(world, "ship", ROMEO);
    await using juliet = await login(world, "shore", JULIET);
    await world.explain(async () => {
      await makeFriends(romeo, juliet);
      await romeo.sees(/Juliet.* is online/);
      await juliet.sees(/romeo@ship\.example.* is online/);
      await juliet.type('/status set away "the nurse is here"');
      await romeo.sees(/Juliet.* is away, "the nurse is here"/);
      await romeo.type(`/msg ${JULIET} What light through yonder window breaks? <&>`);
      await juliet.sees(/<< chat message: .* \(win 2\)/i);
      await juliet.type("/win 2");
      await juliet.sees(/What light through yonder window breaks\? <&>/);
      await juliet.type("wherefore art thou");
      await romeo.sees(/wherefore art thou/);
      await juliet.type("/quit");
      await romeo.type("/win 1");
      await romeo.sees(/Juliet.* is offline/);
    });
  },
});
