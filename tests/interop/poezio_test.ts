import { canUsePoezio, Poezio } from "./poezio.ts";
import { PASSWORD, ShipAndShore, type Side } from "./ship_and_shore.ts";

const ROMEO = "romeo@ship.example";
const JULIET = "juliet@shore.example";

function login(world: ShipAndShore, side: Side, jid: string): Promise<Poezio> {
  const { port, ca } = { port: world.site(side).ports.starttls, ca: world.certificate(side) };
  return Poezio.login({ jid, password: PASSWORD, port, ca });
}

Deno.test({
  name:
    "two poezio clients make friends and chat with receipts and corrections, though other ids cross the link",
  ignore: !canUsePoezio(),
  async fn() {
    await using world = await ShipAndShore.start({ rateBps: 9_600, delayMs: 200 }, { profile: "halyard" });
    await using romeo = await login(world, "ship", ROMEO);
    await using juliet = await login(world, "shore", JULIET);
    await world.explain(async () => {
      await romeo.type(`/add ${JULIET}`);
      await juliet.sees(/romeo@ship\.example wants to subscribe/);
      await juliet.type(`/accept ${ROMEO}`);
      await romeo.sees(/juliet@shore\.example \(1\)/);
      await juliet.type("/status away the nurse is here");
      await romeo.type(`/message ${JULIET} What light through yonder window breaks? <&>`);
      // The mark says that the receipt named this message.
      await romeo.sees(/✔ romeo> What light through yonder window breaks\? <&>/);
      await romeo.sees(/the nurse is here/);
      await juliet.type(`/message ${ROMEO} wherefore art thou`);
      await romeo.sees(/juliet\d*> wherefore art thou\s/);
      await juliet.sees(/✔ juliet> wherefore art thou\s/);
      await juliet.type("/correct wherefore art thou Romeo");
      // The number says that it took the place of the first.
      await romeo.sees(/juliet1> wherefore art thou Romeo/);
      await juliet.sees(
        /What light through yonder window breaks\? <&>[^]*✔ juliet1> wherefore art thou Romeo/,
      );
      await juliet.type("/quit");
      await romeo.sees(/juliet@shore\.example is offline/);
    });
  },
});
