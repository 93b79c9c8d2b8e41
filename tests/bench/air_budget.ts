import { escapeText } from "../../src/xml/mod.ts";
import type { SimClient } from "../support/sim_client.ts";
import { type Air, AirWorld, type Profile } from "./air_world.ts";
import { ROOT } from "../support/process.ts";

const FURTHER_MESSAGES = 50;
const BETWEEN_MS = 10_000;
const CONTACTS = 20;
const ONLINE = 10;
/** What current clients announce: capabilities, and a photo they have none of. */
const PRESENCE = "<presence><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' " +
  "node='https://example.org/client' ver='QgayPKawpkPSDYmwT/WM94uAlu0='/>" +
  "<x xmlns='vcard-temp:x:update'><photo/></x></presence>";
const ROSTER = "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>";

/** Every budget by name. */
export type Budgets = Readonly<Record<string, Air>>;

/** Measures all of them, in virtual time: the same program gives the same figures on every machine. */
export async function measureBudgets(): Promise<Budgets> {
  const ours = Object.entries(await measureProfile("halyard")).map((
    [name, air],
  ) => [`halyard: ${name}`, air]);
  return { ...await measureProfile("xep-0361"), ...Object.fromEntries(ours) as Budgets };
}

async function measureProfile(profile: Profile): Promise<Budgets> {
  return {
    ...await measureMessages(profile),
    ...await measureLogins(profile),
    ...await measureSubscription(profile),
  };
}

/** The bodies of the reference traffic. */
export async function referenceBodies(): Promise<string[]> {
  const text = await Deno.readTextFile(`${ROOT}tests/bench/messages.txt`);
  return text.split("\n").filter((line) => line !== "");
}

/** A message as a phone sends it: with ids, chat state, and requests for a receipt and a marker. */
export function phoneMessage(to: string, body: string, id: string): string {
  return `<message to='${to}' type='chat' id='${id}'><body>${escapeText(body)}</body>` +
    "<active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/>" +
    `<markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`;
}

async function measureMessages(profile: Profile): Promise<Budgets> {
  await using air = await AirWorld.start(profile);
  air.world.addAccount("ship", "romeo");
  air.world.addAccount("shore", "juliet");
  const romeo = await air.login("ship", "romeo", "phone");
  const juliet = await air.login("shore", "juliet", "phone");
  for (const client of [romeo, juliet]) client.send(PRESENCE);
  const body = "Alongside at 0600, fuel and water please, and mail if any is".padEnd(60, ".");
  romeo.send(`<message to='juliet@shore.example' type='chat' id='1'><body>${body}</body></message>`);
  await air.take(juliet, (xml) => xml.includes(body));
  const cold = air.since();
  await air.rest();
  const late = air.since();
  const bodies = await referenceBodies();
  const said = await talk(air, romeo, juliet, "juliet@shore.example", bodies);
  const answered = await talk(air, juliet, romeo, "romeo@ship.example", bodies.slice(FURTHER_MESSAGES));
  return {
    "cold start to the first message of 60 characters": cold,
    "the rest of the cold start": late,
    "50 further messages, ship to shore": said,
    "50 messages back": answered,
  };
}

/** 50 messages, each sent when the one before has long arrived. */
async function talk(
  air: AirWorld,
  from: SimClient,
  to: SimClient,
  jid: string,
  bodies: readonly string[],
): Promise<Air> {
  air.since();
  for (const body of bodies.slice(0, FURTHER_MESSAGES)) {
    const id = air.uuid();
    from.send(phoneMessage(jid, body, id));
    // Its id may cross as another one.
    await air.take(to, (xml) => xml.includes(`<body>${escapeText(body)}</body>`));
    await air.world.clock.advance(BETWEEN_MS);
  }
  return air.since();
}

async function measureLogins(profile: Profile): Promise<Budgets> {
  await using air = await AirWorld.start(profile);
  air.world.addAccount("ship", "romeo");
  for (let number = 0; number < CONTACTS; number++) {
    const name = `contact${number}`;
    air.world.addAccount("shore", name);
    air.befriend("ship", "romeo", `${name}@shore.example`);
    air.befriend("shore", name, "romeo@ship.example");
  }
  for (let number = 0; number < ONLINE; number++) {
    (await air.login("shore", `contact${number}`, "desk")).send(PRESENCE);
  }
  await air.rest();
  const before = air.since();
  const login = async () => {
    const romeo = await air.login("ship", "romeo", "phone");
    romeo.send(ROSTER + PRESENCE);
    await air.rest();
    return romeo;
  };
  const first = await login();
  const firstAir = air.since();
  first.logout();
  await air.rest();
  const logoutAir = air.since();
  await login();
  return {
    "10 contacts come online before the user does": before,
    "first login with 20 remote contacts, 10 online": firstAir,
    "the logout after it": logoutAir,
    "second login": air.since(),
  };
}

async function measureSubscription(profile: Profile): Promise<Budgets> {
  await using air = await AirWorld.start(profile);
  air.world.addAccount("ship", "romeo");
  air.world.addAccount("shore", "juliet");
  const romeo = await air.login("ship", "romeo", "phone");
  const juliet = await air.login("shore", "juliet", "phone");
  for (const client of [romeo, juliet]) client.send(ROSTER + PRESENCE);
  await air.rest();
  air.since();
  const steps = [
    [romeo, juliet, "juliet@shore.example", "subscribe"],
    [juliet, romeo, "romeo@ship.example", "subscribed"],
    [juliet, romeo, "romeo@ship.example", "subscribe"],
    [romeo, juliet, "juliet@shore.example", "subscribed"],
  ] as const;
  for (const [from, to, jid, type] of steps) {
    from.send(`<presence to='${jid}' type='${type}'/>`);
    await air.take(to, (xml) => xml.startsWith("<presence") && xml.includes(`type='${type}'`));
  }
  await air.rest();
  return { "a subscription both ways": air.since() };
}
