import assert from "node:assert/strict";
import { randomFraction, seededRandom } from "../base/mod.ts";
import { type Side, World } from "./testing/world.ts";

const RULES = ["drop-chat-states", "fold-presence", "strip-xhtml-im"] as const;
const COLD_BUDGET_BYTES = 300;
const WARM_BUDGET_BYTES = 105;

/** Short lines, as people type them: what they say is the larger part of what a warm link carries. */
const BODIES: readonly string[] = [
  "Are we still on for the handover at eight?",
  "Ok, will call you when the boat is alongside",
  "Engine two is running warm again, watching it",
  "Can you send the new position please",
  "Sure. Weather looks bad from thursday on",
  "lol yes, same as last year",
  "The doctor asks which medicines are left",
  "Got it, thanks!",
  "We need about 40 litres, no hurry",
  "Good night from the bridge, all quiet",
];

/** Random ids of the form in which phones make them. */
function uuids(seed: number): () => string {
  const random = seededRandom(seed);
  return () => {
    const hex = [...random.bytes(16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
}

/** A message as a phone sends it, about 400 octets. */
function phoneMessage(body: string, id: string): string {
  return `<message type='chat' id='${id}' to='juliet@shore.example'><body>${body}</body>` +
    "<active xmlns='http://jabber.org/protocol/chatstates'/>" +
    "<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>" +
    `<origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`;
}

async function joined(world: World): Promise<Side> {
  const ship = world.ship({ peer: { compression: "deflate", rules: RULES } });
  const shore = world.shore({ peer: { compression: "deflate" } });
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(10);
  return ship;
}

/** What a stanza that leaves alone costs on the link, both directions. */
async function cost(world: World, ship: Side, xml: string): Promise<number> {
  const before = ship.status.bytes;
  ship.send(xml);
  await world.clock.advance(1_000);
  const { linkOut, linkIn } = ship.status.bytes;
  return linkOut + linkIn - before.linkOut - before.linkIn;
}

Deno.test("the first message on a cold link stays within its budget", async () => {
  const world = new World();
  const ship = await joined(world);
  const body = "Sixty characters is what a short message takes on the average.".slice(0, 60);
  const costBytes = await cost(world, ship, `<message type='chat' id='m1'><body>${body}</body></message>`);
  assert.ok(costBytes > 60 && costBytes < COLD_BUDGET_BYTES, `${costBytes} bytes`);
  await world.stop();
});

Deno.test("further messages as phones send them stay within their budget", async () => {
  const world = new World();
  const ship = await joined(world);
  const nextId = uuids(1);
  const random = seededRandom(2);
  await cost(world, ship, phoneMessage("hello", nextId()));
  const costs: number[] = [];
  for (let n = 0; n < 50; n++) {
    const body = BODIES[Math.floor(randomFraction(random) * BODIES.length)] ?? "";
    const words = `${body} ${Math.round(randomFraction(random) * 1_000)}`;
    costs.push(await cost(world, ship, phoneMessage(words, nextId())));
  }
  const raw = ship.status.bytes.rawOut / ship.status.stanzas.out;
  assert.ok(raw > 300, `${raw} bytes of XML are too few to prove anything`);
  const most = Math.max(...costs);
  assert.ok(most <= WARM_BUDGET_BYTES, `${most} bytes: ${costs.join(", ")}`);
  await world.stop();
});
