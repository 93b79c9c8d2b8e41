/** What the rules cost: `deno run --allow-read --allow-env tests/bench/rules.ts`. */
import { PRESET_NAMES, presetRules } from "../../src/config/mod.ts";
import { type Facts, RuleSet } from "../../src/link/mod.ts";
import { Jid, type Stanza, stanzaOf } from "../../src/stanza/mod.ts";
import { readXml } from "../../src/xml/mod.ts";
import { print } from "../support/print.ts";
import { phoneMessage, referenceBodies } from "./air_budget.ts";
import { median } from "./statistics.ts";

const ROUNDS = 15;
/** Stanzas a round: some milliseconds. */
const ROUND_STANZAS = 3_000;
const FACTS: Facts = { precedence: "routine", carrier: ["tcp", "1"] };

/** What phones send beside messages: presence, receipts, typing notices, requests. */
const OTHERS: readonly string[] = [
  "<presence><show>away</show><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/>" +
  "<x xmlns='vcard-temp:x:update'><photo/></x></presence>",
  "<message type='chat' id='r'><received xmlns='urn:xmpp:receipts' id='1'/></message>",
  "<message type='chat' id='c'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
  "<iq type='get' id='q'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
];

/** Microseconds that the rules of each preset take for a stanza of the reference traffic; the median of some rounds. */
export async function measureRules(): Promise<Readonly<Record<string, number>>> {
  const bodies = await referenceBodies();
  const traffic = bodies.flatMap((body, index) => [
    stanza(phoneMessage("juliet@shore.example", body, `id-${index}`)),
    ...OTHERS.map(stanza).slice(index % OTHERS.length, index % OTHERS.length + 1),
  ]);
  return Object.fromEntries(
    PRESET_NAMES.map((name) => [name, perStanzaUs(new RuleSet(presetRules(name), "out"), traffic)]),
  );
}

function perStanzaUs(rules: RuleSet, traffic: readonly Stanza[]): number {
  const rounds: number[] = [];
  let crossed = 0;
  // The first rounds warm the engine up and do not count.
  for (let round = -5; round < ROUNDS; round++) {
    const startMs = performance.now();
    for (let n = 0; n < ROUND_STANZAS; n++) {
      const one = traffic[n % traffic.length];
      if (one !== undefined && rules.apply(one, FACTS).result !== undefined) crossed++;
    }
    if (round >= 0) rounds.push((performance.now() - startMs) * 1_000 / ROUND_STANZAS);
  }
  if (crossed === 0) throw new Error("Cannot measure: no stanza crossed");
  return Math.round(median(rounds) * 100) / 100;
}

function stanza(xml: string): Stanza {
  const origin = { kind: "c2s", name: "bench" } as const;
  return stanzaOf(
    readXml(xml),
    Jid.of("romeo@ship.example/phone"),
    Jid.of("juliet@shore.example"),
    origin,
    0,
  );
}

if (import.meta.main) {
  for (const [name, us] of Object.entries(await measureRules())) {
    print(`${name.padEnd(12)}${us} us a stanza\n`);
  }
}
