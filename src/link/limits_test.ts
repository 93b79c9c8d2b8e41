import assert from "node:assert/strict";
import { NS } from "../stanza/mod.ts";
import { DEFAULT_XML_LIMITS, leastLimits, writeXml } from "../xml/mod.ts";
import { fits, sentLimits, takenLimits } from "./limits.ts";
import { element } from "./testing/stanzas.ts";
import { MemoryQueueStore, type Side, World } from "./testing/world.ts";

const JULIET = "juliet@shore.example";

function attributes(count: number): string {
  return Array.from({ length: count }, (_, n) => ` a${n}='1'`).join("");
}

/** Legal stanzas of a client, some of which grow on their way, and what becomes of them. */
const STANZAS: readonly (readonly [what: string, xml: string, fate: "crosses" | "is answered"])[] = [
  [
    "as many attributes as a client may send",
    `<message id='1' to='${JULIET}'${attributes(62)}><body>x</body></message>`,
    "crosses",
  ],
  ["a body of 200 kB of '>'", `<message id='1'><body>${">".repeat(200_000)}</body></message>`, "crosses"],
  [
    "a body of 200 kB of '<' in CDATA",
    `<message id='1'><body><![CDATA[${"<".repeat(200_000)}]]></body></message>`,
    "is answered",
  ],
  [
    "a value of 200 kB of apostrophes",
    `<message id='1'><body a="${"'".repeat(200_000)}">x</body></message>`,
    "is answered",
  ],
  [
    "prefixes declared outside, for each of 60 attributes",
    `<message id='1'${Array.from({ length: 30 }, (_, n) => ` xmlns:p${n}='urn:${n}'`).join("")}>` +
    `<x${Array.from({ length: 50 }, (_, n) => ` p${n % 30}:a${n}='1'`).join("")}/></message>`,
    "is answered",
  ],
  [
    "as many levels as a client may send",
    `<message id='1'>${"<x>".repeat(63)}${"</x>".repeat(63)}</message>`,
    "crosses",
  ],
  ["as many elements as a client may send", `<message id='1'>${"<x/>".repeat(8_191)}</message>`, "crosses"],
];

async function joined(world: World): Promise<[Side, Side]> {
  const peer = { queue: { stanzas: 100, sizeBytes: 10_000_000, ageMs: 3_600_000, iqAgeMs: 60_000 } };
  const [ship, shore] = [world.ship({ peer }), world.shore({ peer })];
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(1_000);
  return [ship, shore];
}

for (const [what, stanza, fate] of STANZAS) {
  Deno.test(`a stanza with ${what} ${fate}, and the link stays up`, async () => {
    const world = new World();
    const [ship, shore] = await joined(world);
    ship.send(stanza);
    ship.send("<message id='2'><body>innocent</body></message>");
    await world.clock.advance(60_000);
    assert.deepEqual(shore.routed.map(({ id }) => id), fate === "crosses" ? ["1", "2"] : ["2"]);
    assert.deepEqual(
      ship.routed.map((
        { id, element },
      ) => [id, element.getChild("error")?.getChild("policy-violation")?.name]),
      fate === "crosses" ? [] : [["1", "policy-violation"]],
    );
    assert.deepEqual([ship.events, shore.events], [["shore up"], ["ship up"]]);
    const lost = ship.metrics.value("halyard_link_lost_stanzas_total", {
      peer: "shore",
      reason: "too-large",
    });
    assert.equal(lost, fate === "crosses" ? 0 : 1);
    await world.stop();
  });
}

Deno.test("what is sent can be taken, with the delay that may come on top", () => {
  for (
    const clients of [DEFAULT_XML_LIMITS, { stanzaSizeBytes: 10_000, depth: 8, attributes: 8, elements: 64 }]
  ) {
    const [sent, taken] = [sentLimits(clients), takenLimits(clients)];
    const delay = element(
      `<delay xmlns='${NS.DELAY}' from='${"x".repeat(1_023)}' stamp='2026-07-01T10:00:00Z'/>`,
    );
    const added = leastLimits(delay);
    assert.ok(sent.stanzaSizeBytes + added.stanzaSizeBytes + "</message>".length < taken.stanzaSizeBytes);
    assert.ok(sent.elements + added.elements <= taken.elements);
    assert.ok(sent.depth <= taken.depth && added.depth + 1 <= taken.depth);
    assert.ok(sent.attributes <= taken.attributes && added.attributes <= taken.attributes);
  }
});

Deno.test("an element fits when each of its measures does", () => {
  const stanza = element("<a b='1' c='2'><d><e/></d></a>");
  const least = leastLimits(stanza);
  assert.ok(fits(stanza, least));
  for (const name of ["stanzaSizeBytes", "depth", "attributes", "elements"] as const) {
    assert.equal(fits(stanza, { ...least, [name]: least[name] - 1 }), false, name);
  }
});

Deno.test("a farewell that is too long crosses without its words", async () => {
  const world = new World();
  const [ship, shore] = await joined(world);
  ship.send("<presence id='1'/>");
  await world.clock.advance(1_000);
  const words = `<status><![CDATA[${"<".repeat(200_000)}]]></status>`;
  ship.send(`<presence id='2' type='unavailable'>${words}</presence>`);
  await world.clock.advance(1_000);
  assert.equal(
    writeXml(shore.routed[1]?.element ?? element("<none/>")),
    `<presence type='unavailable' from='romeo@ship.example/deck' to='${JULIET}'/>`,
  );
  await world.stop();
});

Deno.test("what was stored and is too large by now is answered at the next start", async () => {
  const world = new World();
  const store = new MemoryQueueStore();
  const addresses = `from='romeo@ship.example/deck' to='${JULIET}'`;
  store.add("shore", `<message id='1' ${addresses}${attributes(90)}><body>x</body></message>`, 0);
  store.add("shore", `<message id='2' ${addresses}${attributes(63)}><body>x</body></message>`, 0);
  store.add("shore", "<message", 0);
  const ship = world.ship({ store });
  await ship.links.start();
  assert.deepEqual(ship.routed.map(({ id, type }) => [id, type]), [["1", "error"]]);
  assert.equal(ship.status.queue.stanzas, 1);
  assert.deepEqual(store.rows.map(({ id }) => id), [2]);
  const lost = (reason: string) =>
    ship.metrics.value("halyard_link_lost_stanzas_total", { peer: "shore", reason });
  assert.deepEqual([lost("too-large"), lost("unreadable")], [1, 1]);
  await world.stop();
});
