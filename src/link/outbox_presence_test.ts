import assert from "node:assert/strict";
import { Metrics, nullLog } from "../base/mod.ts";
import { parseConfig, type RuleConfig } from "../config/mod.ts";
import { DEFAULT_XML_LIMITS, readXml } from "../xml/mod.ts";
import { AudienceFolder } from "./audience.ts";
import { Outbox } from "./outbox.ts";
import { Tally } from "./tally.ts";
import { stanza } from "./testing/stanzas.ts";
import { MemoryQueueStore } from "./testing/world.ts";

const SHORE = "shore.example";
const FIVE = ["juliet", "nurse", "paris", "rosaline", "tybalt"];
const UP = { isUp: true, roomBytes: 0 };
const SIZES = { stanzas: 20, sizeBytes: 100_000, ageMs: 86_400_000, iqAgeMs: 600_000 };
const DAMP_MS = 20_000;

function rules(...lines: readonly string[]): readonly RuleConfig[] {
  const parsed = parseConfig(
    `domain: a\npeers:\n  b:\n    domains: [b]\n    carriers: [{ tcp: { connect: 'b:1' } }, { tcp: { connect: 'b:2' } }]\n` +
      `    rules: [${lines.join(", ")}]\n`,
    "f",
  );
  assert.ok("config" in parsed, JSON.stringify(parsed));
  return parsed.config.peers.get("b")?.rules ?? [];
}

/** An outbox of profile `halyard`: Romeo is seen by five ashore. */
class Bench {
  nowMs = Date.UTC(2026, 0, 1);
  readonly told: string[] = [];
  readonly tally = new Tally("shore", new Metrics());
  readonly folder = new AudienceFolder({
    subscribersIn: () => FIVE.map((name) => `${name}@${SHORE}`),
    watchersOf: () => [],
    tellAgain: (resource) => void this.told.push(resource.toString()),
  });
  readonly outbox: Outbox;

  constructor(dampMs: number, ...lines: readonly string[]) {
    this.outbox = new Outbox({
      peer: { name: "shore", domains: [SHORE], rules: rules(...lines), queue: SIZES, dampMs },
      store: new MemoryQueueStore(),
      limits: DEFAULT_XML_LIMITS,
      answer: () => {},
      status: () => {
        throw new Error("nobody is told anything");
      },
      tally: this.tally,
      clock: { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs, after: () => () => {} },
      log: nullLog,
      folder: this.folder,
    });
  }

  /** Romeo's presence to all who see him. */
  broadcast(inside: string): void {
    for (const name of FIVE) this.send(`<presence to='${name}@${SHORE}'>${inside}</presence>`);
  }

  send(xml: string): void {
    this.outbox.accept(stanza(xml, this.nowMs), UP);
  }

  /** What leaves now: to whom, and which children it has. */
  leaving(): string[] {
    const left: string[] = [];
    for (let batch = this.outbox.take(1); batch !== undefined; batch = this.outbox.take(1)) {
      const { attrs, children } = readXml(batch.xml);
      const names = children.map((child) => typeof child === "string" ? child : child.name);
      left.push(`${attrs.to?.split("@")[0]}: ${names.join(" ")}`);
      assert.equal(batch.crossing, 1);
      this.outbox.handedOver(batch);
    }
    return left;
  }

  savedBy(rule: string): number {
    return this.tally.savings.filter((saving) => saving.rule === rule)
      .reduce((sum, saving) => sum + saving.stanzas, 0);
  }
}

Deno.test("presence is folded behind the rules, and what they saved is counted for each that it stands for", () => {
  const bench = new Bench(0, "hf");
  bench.broadcast("<show>away</show><c xmlns='http://jabber.org/protocol/caps'/>");
  assert.deepEqual(bench.leaving(), ["shore.example: show all"]);
  assert.equal(bench.savedBy("fold-presence"), 5);
  assert.equal(bench.savedBy("by-domain"), 4);
  assert.equal(bench.tally.stanzas.out, 1);
});

Deno.test("rules by carrier thin what is folded when it leaves, for each the same", () => {
  const bench = new Bench(
    0,
    "{ name: hf, match: { kind: presence, carrier: '2' }, fold-presence: online-offline }",
  );
  bench.outbox.use(["tcp", "1"]);
  bench.broadcast("<show>away</show>");
  bench.outbox.use(["stanag5066", "2"]);
  assert.deepEqual(bench.leaving(), ["shore.example: all"]);
  assert.equal(bench.savedBy("hf"), 5);
  bench.broadcast("<show>dnd</show>");
  assert.deepEqual(bench.leaving(), [], "behind the rules nothing has changed");
});

Deno.test("where a rule does something else for one addressee, each crosses by himself", () => {
  const strips = "{ match: { kind: presence, to: 'paris@*' }, fold-presence: online-offline }";
  const bench = new Bench(0, strips);
  bench.broadcast("<show>away</show>");
  assert.deepEqual(bench.leaving(), FIVE.map((name) => name === "paris" ? "paris: " : `${name}: show`));
  const none = new Bench(0, strips.replace("online-offline", "none"));
  none.broadcast("<show>away</show>");
  assert.deepEqual(none.leaving(), FIVE.filter((name) => name !== "paris").map((name) => `${name}: show`));
});

Deno.test("what all know already does not cross, neither one by one nor folded", () => {
  const bench = new Bench(0);
  bench.broadcast("<show>away</show>");
  assert.deepEqual(bench.leaving(), ["shore.example: show all"]);
  bench.broadcast("<show>away</show>");
  assert.deepEqual(bench.leaving(), []);
  assert.equal(bench.savedBy("unchanged"), 5);
});

Deno.test("what is damped is nothing to say, until it is due", () => {
  const bench = new Bench(DAMP_MS);
  bench.send("<presence><show>away</show></presence>");
  assert.deepEqual([bench.outbox.hasToSay, bench.leaving()], [true, ["juliet: show"]]);
  bench.nowMs += 1_000;
  bench.send("<presence><show>dnd</show></presence>");
  const { hasToSay, stanzas, sizeBytes, nextExpiryMs = NaN } = bench.outbox;
  assert.deepEqual([hasToSay, stanzas, sizeBytes], [false, 0, 0]);
  assert.equal(nextExpiryMs - bench.nowMs, DAMP_MS - 1_000);
  bench.nowMs = nextExpiryMs;
  bench.outbox.expire();
  assert.equal(bench.outbox.hasToSay, true);
  assert.deepEqual(bench.leaving(), ["juliet: show"]);
});

Deno.test("what a rule raises is not damped, and takes the place of what is", () => {
  const bench = new Bench(
    DAMP_MS,
    "{ name: raised, match: { kind: presence, show: dnd }, precedence: immediate }",
  );
  for (const show of ["away", "xa", "dnd"]) bench.send(`<presence><show>${show}</show></presence>`);
  assert.deepEqual(bench.outbox.byPrecedence, { flash: 0, immediate: 1, priority: 0, routine: 0 });
  assert.match(bench.outbox.take(1)?.xml ?? "", /<show>dnd<\/show>/);
  assert.equal(bench.savedBy("damped"), 1);
  bench.nowMs += 7 * DAMP_MS;
  bench.outbox.expire();
  assert.deepEqual(bench.leaving(), []);
});

Deno.test("damped presence keeps the terms that a rule gave it", () => {
  const bench = new Bench(DAMP_MS, "{ match: { kind: presence }, expire: 10s }");
  for (const show of ["away", "xa"]) {
    bench.send(`<presence><show>${show}</show></presence>`);
    assert.equal(bench.leaving().length, show === "away" ? 1 : 0);
  }
  bench.nowMs += DAMP_MS;
  assert.deepEqual(bench.leaving(), [], "it is worthless by now");
  bench.folder.tellLost();
  assert.deepEqual(bench.told, ["romeo@ship.example/deck"], "so what is true now has to be told");
});

Deno.test("presence that dies in the queue is told as it is once there is room", () => {
  const dies: readonly (readonly [how: string, kill: (bench: Bench) => void])[] = [
    ["by a rule", (bench) => bench.nowMs += 10_000],
    ["by the operator's hand", (bench) => bench.outbox.flush()],
  ];
  for (const [how, kill] of dies) {
    for (const type of ["", " type='unavailable'"]) {
      const bench = new Bench(0, "{ match: { kind: presence }, expire: 10s }");
      bench.send(`<presence${type}/>`);
      kill(bench);
      const isLeft = how === "by a rule" && type !== "";
      assert.deepEqual(bench.leaving(), isLeft ? ["juliet: "] : [], how);
      bench.folder.tellLost();
      assert.deepEqual(bench.told.length, isLeft ? 0 : 1, `${how}${type}`);
    }
  }
});

Deno.test("presence that goes back to the queue is not known; a message that does says nothing about presence", () => {
  const bench = new Bench(0);
  bench.send(`<presence to='paris@${SHORE}'><show>away</show></presence>`);
  const presence = bench.outbox.take(1);
  assert.ok(presence);
  bench.outbox.takeBack([presence]);
  assert.deepEqual(bench.leaving(), ["paris: show"]);
  bench.send(`<message to='paris@${SHORE}'><body>Hi</body></message>`);
  const message = bench.outbox.take(1);
  assert.ok(message);
  bench.outbox.takeBack([message]);
  bench.send(`<presence to='paris@${SHORE}'><show>away</show></presence>`);
  assert.deepEqual(bench.leaving(), ["paris: body"]);
});
