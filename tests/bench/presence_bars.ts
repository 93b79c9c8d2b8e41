import { Scratch } from "../support/config.ts";
import type { SimClient } from "../support/sim_client.ts";
import { type AirChoice, AirWorld, type Profile } from "./air_world.ts";

const CONTACTS = 50;
const CHANGES = 500;
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const FLAPS = 100;
const FETCHED = 20;

/** What crossed the link, both ways. */
export interface Crossed {
  readonly stanzas: number;
  readonly sizeBytes: number;
}

/** Stanzas and bytes since the last call, the first time since now. */
function meter(air: AirWorld): () => Crossed {
  const read = () => {
    const peers = [air.world.server("ship"), air.world.server("shore")].map((server) =>
      server.status().peers[0]
    );
    const { forth, back } = air.world.link.count.sizeBytes;
    return {
      stanzas: peers.reduce((sum, peer) => sum + (peer?.stanzas.out ?? 0), 0),
      sizeBytes: forth + back,
    };
  };
  let before = read();
  return () => {
    const now = read();
    const crossed = {
      stanzas: now.stanzas - before.stanzas,
      sizeBytes: now.sizeBytes - before.sizeBytes,
    };
    before = now;
    return crossed;
  };
}

/** Romeo on the ship, who sees `contacts` ashore and is seen by them; all of them log in. */
async function populated(
  profile: Profile,
  contacts: number,
  choice: AirChoice = {},
): Promise<[AirWorld, SimClient[], SimClient]> {
  const air = await AirWorld.start(profile, choice);
  air.world.addAccount("ship", "romeo");
  const clients: SimClient[] = [];
  for (let n = 0; n < contacts; n++) {
    air.world.addAccount("shore", `contact${n}`);
    air.befriend("ship", "romeo", `contact${n}@shore.example`);
    air.befriend("shore", `contact${n}`, "romeo@ship.example");
    clients.push(await air.login("shore", `contact${n}`, "desk"));
  }
  for (const client of clients) client.send("<presence/>");
  const romeo = await air.login("ship", "romeo", "phone");
  romeo.send("<presence/>");
  await air.rest();
  return [air, clients, romeo];
}

/** One user changes presence 100 times in a minute, and then rests. */
export async function measureFlaps(profile: Profile): Promise<Crossed> {
  const [air, [contact], romeo] = await populated(profile, 1);
  await using _ = air;
  await air.world.clock.advance(HOUR_MS);
  const crossed = meter(air);
  for (let n = 1; n <= FLAPS; n++) {
    contact?.send(`<presence><show>${n % 2 === 0 ? "away" : "dnd"}</show></presence>`);
    await air.world.clock.advance(60_000 / FLAPS);
  }
  await air.take(romeo, (xml) => xml.includes("<show>away"));
  await air.world.clock.advance(HOUR_MS);
  return crossed();
}

/** An hour down, in which half of 50 contacts change presence 500 times; half of those end as they began. */
export async function measureHourDown(
  profile: Profile,
  choice: AirChoice = {},
): Promise<Crossed & { readonly different: number }> {
  const [air, clients] = await populated(profile, CONTACTS, choice);
  await using _ = air;
  await air.world.clock.advance(HOUR_MS);
  air.world.link.cut();
  const changing = clients.slice(0, CONTACTS / 2);
  const different = Math.floor(changing.length / 2);
  for (let n = 0; n < CHANGES; n++) {
    changing[n % changing.length]?.send(`<presence><show>${["away", "dnd"][n & 1]}</show></presence>`);
    await air.world.clock.advance(HOUR_MS / CHANGES);
  }
  for (const client of changing.slice(different)) client.send("<presence/>");
  const crossed = meter(air);
  air.world.link.mend();
  await air.world.clock.advance(HOUR_MS);
  return { ...crossed(), different };
}

/** The ship is off for a week; then it starts and its one user logs in. 50 contacts, all of them there. */
export async function measureWeekAsleep(profile: Profile): Promise<Crossed> {
  await using scratch = new Scratch();
  const [air, , romeo] = await populated(profile, CONTACTS, { directory: scratch.path });
  await using _ = air;
  romeo.logout();
  await air.rest();
  air.world.link.cut();
  await air.world.clock.advance(WEEK_MS);
  air.world.link.mend();
  await air.world.restart("ship");
  await air.rest();
  const crossed = meter(air);
  const again = await air.login("ship", "romeo", "phone");
  again.send("<presence/>");
  await air.world.clock.advance(HOUR_MS);
  return crossed();
}

const INFO = "http://jabber.org/protocol/disco#info";
const VCARD = "vcard-temp";

/**
 * 20 clients of 20 accounts fetch capabilities, vCard and avatar of each of 20 contacts.
 * @returns requests that crossed, and the different ones there were
 */
export async function measureFetching(
  profile: Profile,
): Promise<{ readonly asked: number; readonly questions: number }> {
  await using air = await AirWorld.start(profile);
  const [seekers, contacts]: SimClient[][] = [[], []];
  for (let n = 0; n < FETCHED; n++) {
    air.world.addAccount("ship", `user${n}`);
    air.world.addAccount("shore", `contact${n}`);
    for (let m = 0; m < FETCHED; m++) {
      air.befriend("ship", `user${n}`, `contact${m}@shore.example`);
      air.befriend("shore", `contact${n}`, `user${m}@ship.example`);
    }
    air.world.storage("shore").vcards.put(
      `contact${n}`,
      `<vCard xmlns='${VCARD}'><FN>Contact ${n}</FN></vCard>`,
    );
    contacts?.push(await air.login("shore", `contact${n}`, "desk"));
    seekers?.push(await air.login("ship", `user${n}`, "phone"));
  }
  for (const client of [...contacts ?? [], ...seekers ?? []]) client.send("<presence/>");
  await air.rest();
  for (const client of seekers ?? []) {
    for (let m = 0; m < FETCHED; m++) {
      const jid = `contact${m}@shore.example`;
      const items = `<items node='urn:xmpp:avatar:data'><item id='${"0".repeat(39)}${m % 10}'/></items>`;
      client.send(
        `<iq type='get' id='c${m}' to='${jid}/desk'><query xmlns='${INFO}'/></iq>` +
          `<iq type='get' id='v${m}' to='${jid}'><vCard xmlns='${VCARD}'/></iq>` +
          `<iq type='get' id='a${m}' to='${jid}'><pubsub xmlns='http://jabber.org/protocol/pubsub'>${items}</pubsub></iq>`,
      );
    }
  }
  for (let n = 0; n < 20; n++) {
    await air.world.clock.advance(10_000);
    for (const contact of contacts ?? []) answerInfo(contact);
  }
  const answers = (seekers ?? []).flatMap(({ inbox }) => inbox.filter(({ name }) => name === "iq"));
  const [status] = air.world.server("ship").status().caches;
  const asked = status?.kinds.reduce((sum, kind) => sum + kind.asked, 0) ?? NaN;
  return { asked: answers.length === 3 * FETCHED * FETCHED ? asked : NaN, questions: 3 * FETCHED };
}

/** A client answers what asks for its capabilities. */
function answerInfo(client: SimClient): void {
  for (const { name, attrs: { from, id, type } } of client.inbox.splice(0)) {
    if (name !== "iq" || type !== "get") continue;
    const identity = `<identity category='client' type='pc' name='${id}'/>`;
    client.send(`<iq type='result' id='${id}' to='${from}'><query xmlns='${INFO}'>${identity}</query></iq>`);
  }
}

/** In profile `xep-0361`: both sides take what they knew before a break for true after it. */
export const TRUST: AirChoice = { presence: "{ after_break: trust }" };

/** All of them as lines for people. */
export async function barLines(profile: Profile): Promise<string[]> {
  const text = ({ stanzas, sizeBytes }: Crossed) => `${stanzas} stanzas, ${sizeBytes} bytes`;
  const hour = await measureHourDown(profile);
  const fetched = await measureFetching(profile);
  const rows: readonly (readonly [string, string])[] = [
    ["100 presence flaps of one user in a minute", text(await measureFlaps(profile))],
    [`an hour down, ${hour.different} of 50 contacts differ after 500 changes`, text(hour)],
    ...profile === "halyard" ? [] : [
      ["the same with after_break: trust", text(await measureHourDown(profile, TRUST))],
    ] as const,
    ["log-in after a week asleep, 50 contacts there", text(await measureWeekAsleep(profile))],
    [`20 clients fetch ${fetched.questions} things`, `${fetched.asked} cross`],
  ];
  return rows.map(([what, measured]) => `${`${profile}: ${what}`.padEnd(70)}${measured}`);
}
