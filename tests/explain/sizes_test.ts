import assert from "node:assert/strict";
import { parseConfig, type PeerConfig as ConfiguredPeer } from "../../src/config/mod.ts";
import { Explainer, sizerOf } from "../../src/link/mod.ts";
import { World } from "../../src/sim/mod.ts";
import { Jid, type Stanza, stanzaOf } from "../../src/stanza/mod.ts";
import { readXml } from "../../src/xml/mod.ts";
import { SimClient } from "../support/sim_client.ts";

const SHIP = { host: "192.0.2.1", port: 5221, domain: "ship.example" } as const;
const BODIES = ["The pilot comes at four", "Ok", "The pilot comes at five after all", "Thanks, we are ready"];

function yaml(name: "ship" | "shore", profile: string, compression: string): string {
  const other = name === "ship" ? "shore" : "ship";
  const tcp = name === "ship"
    ? `connect: "192.0.2.2:5270"`
    : `listen: "192.0.2.2:5270", allow_from: ["192.0.2.1"]`;
  return `
domain: ${name}.example
clients: { plaintext: { listen: "${name === "ship" ? SHIP.host : "192.0.2.2"}:5221", insecure: true } }
peers:
  ${other}:
    domains: [${other}.example]
    profile: ${profile}
    compression: ${compression}
    carriers: [{ tcp: { ${tcp} } }]
`;
}

function message(body: string, id: string): string {
  return `<message type='chat' id='${id}' to='juliet@shore.example'><body>${body}</body>` +
    "<active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/></message>";
}

function peerOf(text: string): ConfiguredPeer {
  const parsed = parseConfig(text, "ship");
  const peer = "config" in parsed ? parsed.config.peers.get("shore") : undefined;
  if (peer === undefined) throw new Error("no peer");
  return peer;
}

for (
  const [profile, compression] of [["halyard", "deflate"], ["halyard", "none"], [
    "xep-0361",
    "deflate",
  ]] as const
) {
  Deno.test(`what explain foretells is what the link carries: ${profile}, ${compression}`, async () => {
    await using world = new World({ link: { rateBps: undefined, delayMs: 10 } });
    const text = yaml("ship", profile, compression);
    const ship = await world.add("ship", SHIP.host, text);
    await world.add("shore", "192.0.2.2", yaml("shore", profile, compression));
    world.addAccount("ship", "romeo");
    // She is away, so nothing comes back.
    world.addAccount("shore", "juliet");
    await world.clock.advance(10_000);
    const romeo = await SimClient.login(world, SHIP, "romeo", "deck");
    const carried = async (xml: string) => {
      const before = ship.status().peers[0]?.bytes.linkOut ?? 0;
      romeo.send(xml);
      // Not so long that anything is due but the message.
      await world.clock.advance(5_000);
      return (ship.status().peers[0]?.bytes.linkOut ?? 0) - before;
    };
    // The first opens the flow, the second acknowledges what that brought: some octets, once.
    await carried(message("first of all", "a"));
    await carried(message("then this", "b"));
    for (const [index, body] of BODIES.entries()) {
      const xml = message(body, `m${index + 1}`);
      const peer = peerOf(text);
      const sizer = sizerOf(peer, {
        flow: world.storage("ship").flows("shore").sender,
        ids: world.storage("ship").linkIds("shore"),
        recentXml: ship.links.recentXml("shore"),
      });
      assert.equal(sizer.state, compression === "none" ? "no compression" : "the last that was sent");
      const explainer = new Explainer({ rules: peer.rules, queue: { ...peer.queue, iqAgeMs: 0 } }, [], sizer);
      const { linkBytes } = await explainer.explain(fromRomeo(xml), "out");
      const really = await carried(xml);
      // Zlib is near, not equal: it cuts its blocks otherwise.
      const toleranceBytes = profile === "xep-0361" ? 3 : 0;
      assert.ok(
        Math.abs((linkBytes ?? 0) - really) <= toleranceBytes,
        `foretold ${linkBytes}, carried ${really}`,
      );
    }
  });
}

function fromRomeo(xml: string): Stanza {
  const origin = { kind: "c2s", name: "test" } as const;
  return stanzaOf(readXml(xml), Jid.of("romeo@ship.example/deck"), Jid.of("juliet@shore.example"), origin, 0);
}
