import { makeFriends, profanity } from "../interop/profanity.ts";
import type { Terminal } from "../interop/terminal.ts";
import { debianVersion, JULIET, ROMEO, type Scenario, type Stage } from "./recording.ts";

/** What two people at profanity do. */
export const PROFANITY: Scenario = {
  client: () => `profanity ${debianVersion("profanity")}`,
  about:
    "contacts that make friends, capabilities, an absence, a chat with a correction, receipts and typing, " +
    "questions for version and idle time, a ping, a farewell",
  async play(stage) {
    await using romeo = await profanity({ jid: ROMEO, ...stage.login("ship") });
    await using juliet = await profanity({ jid: JULIET, ...stage.login("shore") });
    for (const client of [romeo, juliet]) {
      for (const what of ["receipts send", "receipts request", "states", "outtype", "correction"]) {
        await client.type(`/${what} on`);
      }
    }
    const balcony = await befriend(stage, romeo, juliet);
    await chat(stage, romeo, juliet);
    await romeo.type("/win 1");
    for (const question of ["software", "lastactivity get", "ping"]) {
      await romeo.type(`/${question} ${balcony}`);
      await stage.crossed("shore", /<iq .*type='result'/);
    }
    await juliet.type("/quit");
    await stage.crossed("shore", /type='unavailable'/);
    await romeo.type("/quit");
  },
};

/** @returns the full address of juliet */
async function befriend(stage: Stage, romeo: Terminal, juliet: Terminal): Promise<string> {
  await makeFriends(romeo, juliet);
  const here = await stage.crossed("shore", /^shore > <presence (?!.*type=)/);
  // Each asks what the other can do.
  await stage.crossed("shore", /<iq .*type='result'/);
  await stage.crossed("ship", /<iq .*type='result'/);
  await juliet.type('/status set away "the nurse is here"');
  await stage.crossed("shore", /<show>away/);
  return / from='([^']+)'/.exec(here)?.[1] ?? "";
}

async function chat(stage: Stage, romeo: Terminal, juliet: Terminal): Promise<void> {
  await romeo.type(`/msg ${JULIET} What light through yonder window breaks? <&>`);
  await stage.crossed("shore", /<received/);
  await juliet.type("/win 2");
  await juliet.sees(/What light through yonder window breaks\? <&>/);
  await juliet.type("wherefore art thou");
  await stage.crossed("ship", /<received/);
  await juliet.type("/correct wherefore art thou Romeo");
  await stage.crossed("ship", /<received/);
  await romeo.write("I take");
  await stage.crossed("ship", /<composing/);
  await romeo.type(" thee at thy word \u{1f339}");
  await stage.crossed("shore", /<received/);
}
