import { Poezio } from "../interop/poezio.ts";
import { debianVersion, JULIET, ROMEO, type Scenario, type Stage } from "./recording.ts";

/** What two people at poezio do. */
export const POEZIO: Scenario = {
  client: () => `poezio ${debianVersion("poezio")}`,
  about:
    "contacts that make friends, an absence, a chat with a correction, receipts and typing, XHTML-IM, a call " +
    "for attention, questions for version, features and vCard, a farewell",
  async play(stage) {
    const plugins = ["vcard", "disco", "ping"];
    await using romeo = await Poezio.login({ jid: `${ROMEO}/deck`, ...stage.login("ship"), plugins });
    await using juliet = await Poezio.login({ jid: `${JULIET}/balcony`, ...stage.login("shore"), plugins });
    const balcony = await befriend(stage, romeo, juliet);
    await chat(stage, romeo, juliet);
    await ask(stage, romeo, balcony);
    await romeo.type("/quit good night");
    await stage.crossed("ship", /type='unavailable'/);
    await juliet.type("/status available");
    await juliet.type("/quit");
    await stage.crossed("shore", /type='unavailable'/);
  },
};

/** @returns the full address of juliet */
async function befriend(stage: Stage, romeo: Poezio, juliet: Poezio): Promise<string> {
  await romeo.type(`/add ${JULIET}`);
  await stage.crossed("ship", /type='subscribe'/);
  await juliet.sees(/wants to subscribe/i);
  await juliet.type(`/accept ${ROMEO}`);
  await stage.crossed("shore", /type='subscribed'/);
  await stage.crossed("ship", /type='subscribed'/);
  const here = await stage.crossed("shore", /^shore > <presence (?!.*type=)/);
  await stage.crossed("ship", /^ship > <presence (?!.*type=)/);
  await juliet.type("/status away the nurse is here");
  await stage.crossed("shore", /<show>away/);
  return / from='([^']+)'/.exec(here)?.[1] ?? "";
}

async function chat(stage: Stage, romeo: Poezio, juliet: Poezio): Promise<void> {
  await romeo.type(`/message ${JULIET} What light through yonder window breaks? <&>`);
  await stage.crossed("shore", /<received/);
  await juliet.type(`/message ${ROMEO} wherefore art thou`);
  await stage.crossed("ship", /<received/);
  await juliet.type("/correct wherefore art thou Romeo");
  await stage.crossed("ship", /<received/);
  await romeo.write("I take");
  await stage.crossed("ship", /<composing/);
  await romeo.clear();
  await stage.crossed("ship", /<(active|inactive|paused) (?!.*<body>)/);
  await romeo.type("I take thee at thy word \u{1f339}");
  await stage.crossed("shore", /<received/);
  await romeo.write("Call me ");
  await romeo.embolden();
  await romeo.type("but love");
  await stage.crossed("ship", /<html/);
  await romeo.type("/attention");
  await stage.crossed("ship", /<attention/);
}

async function ask(stage: Stage, romeo: Poezio, full: string): Promise<void> {
  for (const [question, answer] of QUESTIONS) {
    // The vCard is her server's to give.
    await romeo.type(`/${question} ${question === "vcard" ? JULIET : full}`);
    await stage.crossed("shore", answer);
  }
}

const QUESTIONS: readonly (readonly [question: string, answer: RegExp])[] = [
  ["version", /<iq (?=.*type='result').*jabber:iq:version/],
  ["ping", /<iq .*type='result'/],
  ["disco", /<iq .*disco#info/],
  ["vcard", /<iq /],
];
