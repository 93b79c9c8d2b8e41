import assert from "node:assert/strict";
import { parseConfig, type RuleConfig } from "../config/mod.ts";
import { type Side, World } from "./testing/world.ts";

const MINUTE_MS = 60_000;

/** Rules as an operator writes them, a line each. */
function rules(...lines: readonly string[]): readonly RuleConfig[] {
  const list = lines.map((line) => `      - ${line}\n`).join("");
  const parsed = parseConfig(
    "domain: a\npeers:\n  b:\n    domains: [b]\n    carriers: [{ tcp: { connect: 'b:1' } }, { tcp: { connect: 'b:2' } }]\n" +
      `    rules:\n${list}`,
    "f",
  );
  assert.ok("config" in parsed, JSON.stringify(parsed));
  return parsed.config.peers.get("b")?.rules ?? [];
}

async function joined(world: World, ...lines: readonly string[]): Promise<{ ship: Side; shore: Side }> {
  const [ship, shore] = [world.ship({ peer: { rules: rules(...lines) } }), world.shore()];
  await shore.links.start();
  await ship.links.start();
  await world.clock.advance(1_000);
  return { ship, shore };
}

Deno.test("a request that a rule keeps from crossing is answered at once, and costs the link nothing", async () => {
  const world = new World();
  const { ship, shore } = await joined(
    world,
    "{ match: { kind: iq, child: vcard-temp }, answer: forbidden }",
  );
  ship.send("<iq type='get' id='1'><vCard xmlns='vcard-temp'/></iq>");
  await world.clock.advance(10);
  assert.deepEqual(ship.routed.map(({ id, type, from }) => [id, type, from.toString()]), [
    ["1", "error", "juliet@shore.example"],
  ]);
  assert.ok(ship.routed[0]?.element.getChild("error")?.getChild("forbidden"));
  assert.deepEqual(shore.routed, []);
  assert.deepEqual(ship.status.savings.map(({ rule, why, stanzas }) => [rule, why, stanzas]), [
    ["rule 1", "answered with forbidden", 1],
  ]);
  assert.equal(ship.status.bytes.linkOut, 0);
  await world.stop();
});

Deno.test("what comes in has its rules too, and a request that may not is answered across the link", async () => {
  const world = new World();
  const { ship, shore } = await joined(
    world,
    "{ name: quiet, direction: in, match: { kind: iq }, drop: true }",
    "{ name: plain, direction: in, match: { kind: message }, keep: [body] }",
    "{ name: gone, direction: in, match: { kind: presence }, fold-presence: none }",
  );
  shore.send("<message><body>hi</body><x xmlns='urn:x'/></message>");
  shore.send("<iq type='get' id='1'><vCard xmlns='vcard-temp'/></iq>");
  shore.send("<iq type='result' id='2'/>");
  shore.send("<presence/>");
  shore.send("<presence type='unavailable' to='a@ship.example'/>");
  await world.clock.advance(1_000);
  const got = ship.routed.filter(({ to }) => to.domain === "ship.example");
  assert.deepEqual(got.map(({ kind, type }) => `${kind} ${type}`), [
    "message ",
    "iq result",
    "presence unavailable",
  ]);
  assert.equal(got[0]?.element.children.length, 1);
  const [answer] = ship.routed.filter(({ to }) => to.domain === "shore.example");
  assert.deepEqual([answer?.kind, answer?.type, answer?.id], ["iq", "error", "1"]);
  assert.deepEqual(ship.status.savings.map(({ rule, savedBytes }) => [rule, savedBytes]), [
    ["plain", 0],
    ["quiet", 0],
    ["gone", 0],
  ]);
  await world.stop();
});

Deno.test("what is held leaves with the next stanza that leaves, or when its time is over", async () => {
  const world = new World();
  const { ship, shore } = await joined(
    world,
    "{ match: { kind: presence, show: [away, dnd, xa] }, hold: 10m }",
  );
  const away = "<presence><show>away</show></presence>";
  const told = () => shore.routed.map(({ kind }) => kind).join(" ");
  ship.send(away);
  await world.clock.advance(5 * MINUTE_MS);
  assert.deepEqual([told(), ship.status.queue.stanzas], ["", 1]);
  ship.send("<message to='nurse@shore.example'><body>x</body></message>");
  await world.clock.advance(10);
  assert.equal(told(), "presence message");
  assert.equal(world.network.connections[0]?.caller.written.length, 1, "in one batch");

  ship.send("<presence><show>xa</show></presence>");
  await world.clock.advance(9 * MINUTE_MS);
  ship.send("<presence><show>dnd</show></presence>");
  await world.clock.advance(MINUTE_MS - 1);
  assert.equal(told(), "presence message");
  await world.clock.advance(2);
  assert.equal(told(), "presence message presence", "what replaces it waits no longer than it would have");
  await world.stop();
});

Deno.test("who goes does not wait, nor does what has waited for the link when company comes", async () => {
  const world = new World();
  const { ship, shore } = await joined(world, "{ hold: 10m }");
  // Without a word from the far side all would be sent again.
  shore.send("<message><body>ready</body></message>");
  ship.send("<presence/>");
  await world.clock.advance(MINUTE_MS);
  ship.send("<presence to='nurse@shore.example' type='unavailable'/>");
  await world.clock.advance(10);
  assert.deepEqual(shore.routed.map(({ type }) => type), ["", "unavailable"]);
  ship.send("<message><body>x</body></message>");
  assert.equal(ship.store.rows.length, 1, "a message that is held is on disk");
  await world.clock.advance(MINUTE_MS);
  world.network.cut();
  await world.clock.advance(30 * MINUTE_MS);
  assert.ok(world.clock.pending < 20, "no timer runs in circles");
  world.network.isUp = true;
  await world.clock.advance(30 * MINUTE_MS);
  assert.equal(shore.routed.length, 3);
  assert.equal(ship.store.rows.length, 0);
  await world.stop();
});

Deno.test("rules for a carrier act when a stanza leaves over it, also on what waited", async () => {
  const world = new World();
  const own = rules(
    "{ match: { kind: message, carrier: tcp }, keep: [body] }",
    "{ match: { kind: iq, carrier: '1' }, answer: not-allowed }",
    "{ match: { kind: message, carrier: '2' }, drop: true }",
  );
  const [ship, shore] = [world.ship({ peer: { rules: own } }), world.shore()];
  await ship.links.start();
  ship.send("<message id='1'><body>x</body><thread>t</thread></message>");
  ship.send("<iq type='get' id='2'><vCard xmlns='vcard-temp'/></iq>");
  assert.equal(ship.status.queue.stanzas, 2, "no carrier yet");
  assert.ok(ship.store.rows[0]?.xml.includes("<thread>"));
  await shore.links.start();
  await world.clock.advance(50_000);
  assert.deepEqual(shore.routed.map(({ id, element }) => [id, element.children.length]), [["1", 1]]);
  assert.deepEqual(ship.routed.map(({ id, type }) => [id, type]), [["2", "error"]]);
  assert.deepEqual([ship.status.queue.stanzas, ship.store.rows.length], [0, 0]);
  assert.deepEqual(ship.status.savings.map(({ rule, stanzas }) => [rule, stanzas]), [["rule 1", 1], [
    "rule 2",
    1,
  ]]);
  await world.stop();
});

Deno.test("a rule's level and time to live hold over a restart, even when what they go by is stripped", async () => {
  const world = new World();
  const own = rules("{ match: { child: subject }, precedence: flash, expire: 10m, strip: [subject] }");
  const first = world.ship({ peer: { rules: own } });
  await first.links.start();
  first.send("<message id='1'><body>x</body></message>");
  first.send("<message id='2'><body>y</body><subject>s</subject></message>");
  await first.links.stop();
  await world.clock.advance(MINUTE_MS);
  const ship = world.ship({ peer: { rules: own }, store: first.store });
  await ship.links.start();
  assert.equal(ship.status.queue.byPrecedence.flash, 1);
  await world.clock.advance(9 * MINUTE_MS - 1);
  assert.equal(ship.status.queue.stanzas, 2);
  await world.clock.advance(1);
  assert.deepEqual(
    ship.routed.map((
      { id, element },
    ) => [id, element.getChild("error")?.getChild("remote-server-timeout")?.name]),
    [
      ["2", "remote-server-timeout"],
    ],
  );
  assert.equal(ship.store.rows.length, 1);
  await world.stop();
});
