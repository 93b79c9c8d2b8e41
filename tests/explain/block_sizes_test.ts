import assert from "node:assert/strict";
import { sizerOf } from "../../src/link/mod.ts";
import { Jid, stanzaOf } from "../../src/stanza/mod.ts";
import { readXml } from "../../src/xml/mod.ts";
import { HfWorld } from "../bench/hf_world.ts";

const [ROMEO, JULIET] = [Jid.of("romeo@ship.example/deck"), Jid.of("juliet@shore.example")];
const KEY = new Uint8Array(32).fill(9);
const BODIES = ["The pilot comes at four", "Ok", "x".repeat(3_000), "The pilot comes at five after all"];

const CASES = [
  { profile: "halyard", compression: "deflate", shorten: true },
  { profile: "halyard", compression: "deflate", shorten: false },
  { profile: "halyard", compression: "none", shorten: false },
  { profile: "halyard", compression: "deflate", shorten: true, auth: { mode: "seal" } },
  { profile: "xep-0361", compression: "none", shorten: false },
] as const;

for (const peer of CASES) {
  const { profile, compression, shorten } = peer;
  const how = `${profile}, ${compression}${shorten ? ", shortened" : ""}${"auth" in peer ? ", sealed" : ""}`;
  Deno.test(`what explain foretells over STANAG 5066 is what arrives as U_PDUs: ${how}`, async () => {
    const keys = profile === "halyard" ? `    compression: ${compression}\n    shorten: ${shorten}` : "";
    await using hf = await HfWorld.start({
      profile,
      rules: "none",
      peer: keys,
      ...("auth" in peer && { key: KEY }),
    });
    // Juliet is away, so nothing comes back.
    const romeo = await hf.login("ship", "deck");
    const arrives = async (xml: string) => {
      const [before, counted] = [hf.arrivedBytes("shore"), hf.status("ship").bytes.linkOut];
      romeo.send(xml);
      await hf.world.clock.advance(120_000);
      const octets = hf.arrivedBytes("shore") - before;
      assert.equal(hf.status("ship").bytes.linkOut - counted, octets, "the status counts the same");
      return octets;
    };
    // What the two say when they are bound, and the first, which opens the flow.
    await hf.world.clock.advance(120_000);
    for (const body of ["first of all", "then this"]) await arrives(hf.message("ship", body));
    for (const body of BODIES) {
      const xml = hf.message("ship", body);
      const storage = hf.world.storage("ship");
      const sent = { flow: storage.flows("shore").sender, ids: storage.linkIds("shore") };
      const { element } = stanzaOf(readXml(xml), ROMEO, JULIET, { kind: "c2s", name: "test" }, 0);
      assert.equal(await sizerOf(peer, sent, "block").next(element), await arrives(xml), body.slice(0, 40));
    }
  });
}
