import { SlixmppClient } from "../interop/slixmpp.ts";
import { debianVersion, JULIET, ROMEO, type Scenario, type Stage } from "./recording.ts";

/** What two programs on slixmpp do (tests/interop/client.py). */
export const SLIXMPP: Scenario = {
  client: () => `slixmpp ${debianVersion("python3-slixmpp")}`,
  about:
    "contacts that make friends, an absence, a chat with a correction and receipts, questions for version and " +
    "features, a ping, a farewell",
  async play(stage) {
    await using romeo = await SlixmppClient.login({ jid: `${ROMEO}/deck`, ...stage.login("ship") });
    await using juliet = await SlixmppClient.login({ jid: `${JULIET}/balcony`, ...stage.login("shore") });
    await befriend(stage, romeo, juliet);
    await chat(romeo, juliet);
    const balcony = { to: `${JULIET}/balcony` };
    for (const question of ["version", "disco", "ping"]) await romeo.do(question, balcony);
    await juliet.logout();
    await stage.crossed("shore", /type='unavailable'/);
    await romeo.logout();
  },
};

async function befriend(stage: Stage, romeo: SlixmppClient, juliet: SlixmppClient): Promise<void> {
  for (const client of [romeo, juliet]) {
    await client.do("roster");
    await client.do("presence", {});
  }
  await romeo.do("presence", { to: JULIET, kind: "subscribe" });
  await juliet.next("presence", { kind: "subscribe" });
  await juliet.do("presence", { to: ROMEO, kind: "subscribed" });
  await juliet.do("presence", { to: ROMEO, kind: "subscribe" });
  await romeo.next("presence", { kind: "subscribe" });
  await romeo.do("presence", { to: JULIET, kind: "subscribed" });
  await stage.crossed("ship", /<presence (?!.*type=)/);
  await juliet.do("presence", { show: "away", status: "the nurse is here", priority: 5 });
  await stage.crossed("shore", /<show>away/);
}

async function chat(romeo: SlixmppClient, juliet: SlixmppClient): Promise<void> {
  const say = async (from: SlixmppClient, to: string, body: string, about?: string) => {
    const { id = "" } = await from.do("message", { to, body, receipt: true, about });
    await from.next("receipt", { about: id });
    return id;
  };
  await say(romeo, JULIET, "What light through yonder window breaks? <&>");
  const first = await say(juliet, ROMEO, "wherefore art thou");
  await say(juliet, ROMEO, "wherefore art thou Romeo", first);
  await say(romeo, JULIET, "I take thee at thy word \u{1f339}");
}
