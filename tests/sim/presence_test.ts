import assert from "node:assert/strict";
import fc from "fast-check";
import { base64, seededRandom } from "../../src/base/mod.ts";
import { World } from "../../src/sim/mod.ts";
import { item } from "../../src/storage/testing/support.ts";
import { SimClient } from "../support/sim_client.ts";

const HOSTS = { ship: "192.0.2.1", shore: "192.0.2.2" } as const;
type Side = keyof typeof HOSTS;

/** Enough of them ashore that what is for all of them is folded. */
const PEOPLE: Readonly<Record<Side, readonly string[]>> = {
  ship: ["romeo", "benvolio"],
  shore: ["juliet", "nurse", "paris", "tybalt", "rosaline"],
};
const SIDES = ["ship", "shore"] as const;
const EVERYBODY = SIDES.flatMap((side) => PEOPLE[side].map((name) => ({ side, name })));

const who = fc.record({ person: fc.constantFrom(...EVERYBODY), resource: fc.constantFrom("a", "b") });
const event = fc.oneof(
  { weight: 8, arbitrary: fc.record({ who, show: fc.constantFrom("", "away", "dnd") }) },
  { weight: 4, arbitrary: fc.record({ who, show: fc.constantFrom("leaves", "breaks") }) },
  { weight: 3, arbitrary: fc.constantFrom("cut" as const, "mend" as const) },
  { weight: 1, arbitrary: fc.constantFrom("ship" as const, "shore" as const) },
  { weight: 1, arbitrary: fc.record({ crashes: fc.constantFrom(...SIDES) }) },
  { weight: 4, arbitrary: fc.constantFrom(1, 30, 600, 5_400) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** A client, and what it was shown of the other side. */
interface Watcher {
  readonly client: SimClient;
  readonly side: Side;
  show: string;
  readonly view: Map<string, string>;
}

/** Two whole servers in profile `halyard`, a link that breaks, and people who come and go. */
class Stage {
  readonly world: World;
  readonly directory = Deno.makeTempDirSync();
  readonly watchers = new Map<string, Watcher>();
  #crashes = 0;

  constructor(readonly rateBps = 9_600) {
    this.world = new World({ link: { rateBps, delayMs: 200 } });
  }

  async begin(presence: string, rules = "none"): Promise<void> {
    for (const side of SIDES) {
      const other = side === "ship" ? "shore" : "ship";
      await this.world.add(
        side,
        HOSTS[side],
        config(side, other, presence, rules, this.rateBps),
        `${this.directory}/${side}/db`,
      );
      for (const name of PEOPLE[side]) {
        this.world.addAccount(side, name);
        for (const contact of PEOPLE[other]) this.befriend(side, name, `${contact}@${other}.example`, "both");
      }
    }
    await this.world.clock.advance(5_000);
  }

  befriend(side: Side, username: string, jid: string, subscription: "none" | "both"): void {
    this.world.storage(side).rosters.put(username, item(jid, { subscription }));
  }

  async happen(what: Event): Promise<void> {
    if (typeof what === "number") await this.world.clock.advance(what * 1_000);
    else if (what === "cut") this.world.link.cut();
    else if (what === "mend") this.world.link.mend();
    else if (what === "ship" || what === "shore") {
      this.#losesClients(what);
      await this.world.restart(what);
    } else if ("crashes" in what) {
      this.#losesClients(what.crashes);
      await this.world.recover(what.crashes, (path) => this.#copied(path));
    } else await this.act(what.who, what.show);
  }

  /** A server stops, and starts again after a while, with other settings. */
  async restartWith(side: Side, presence: string, rules: string, offMs = 0): Promise<void> {
    this.#losesClients(side);
    const yaml = config(side, side === "ship" ? "shore" : "ship", presence, rules, this.rateBps);
    await this.world.restart(side, () => this.world.clock.advance(offMs), yaml);
  }

  /** After a long time with a link each client sees who is there, and what he shows as far as that crosses. */
  async endsInTruth(crosses: (show: string) => string): Promise<void> {
    this.world.link.mend();
    await this.world.clock.advance(3 * 3_600_000);
    for (const [jid, watcher] of this.watchers) {
      assert(!watcher.client.ended, `${jid} was cut off`);
      const truth = [...this.watchers].filter(([, { side }]) => side !== watcher.side)
        .map(([other, { show }]) => [other, crosses(show)]);
      assert.deepEqual([...this.look(watcher)].sort(), truth.sort(), `what ${jid} sees`);
    }
  }

  /** The ship's server stops; its disk is changed, and it starts again. */
  async restartShip(...changes: readonly (() => void)[]): Promise<void> {
    this.#losesClients("ship");
    await this.world.restart("ship", () => changes.forEach((change) => change()));
  }

  #losesClients(of: Side): void {
    for (const [jid, { side }] of this.watchers) if (side === of) this.watchers.delete(jid);
  }

  /** What is on the disk of a server that has not closed it. */
  #copied(path: string): string {
    const copy = `${path}${++this.#crashes}`;
    for (const suffix of ["", "-wal"]) Deno.copyFileSync(path + suffix, copy + suffix);
    return copy;
  }

  async act({ person, resource }: { person: { side: Side; name: string }; resource: string }, show: string) {
    const { side, name } = person;
    const jid = `${name}@${side}.example/${resource}`;
    if (show === "leaves" || show === "breaks") {
      if (show === "leaves") this.watchers.get(jid)?.client.logout();
      else this.watchers.get(jid)?.client.drop();
      this.watchers.delete(jid);
      await this.world.clock.advance(50);
      return;
    }
    const watcher = this.watchers.get(jid) ?? await this.login(side, name, resource);
    this.watchers.set(jid, watcher);
    watcher.show = show;
    watcher.client.send(`<presence><show>${show}</show></presence>`);
    await this.world.clock.advance(50);
  }

  async login(side: Side, name: string, resource: string): Promise<Watcher> {
    const at = { host: HOSTS[side], port: 5221, domain: `${side}.example` };
    const client = await SimClient.login(this.world, at, name, resource);
    return { client, side, show: "", view: new Map() };
  }

  /** Takes note of what a client was sent. */
  look(watcher: Watcher): Map<string, string> {
    const { client, view, side } = watcher;
    for (const element of client.inbox.splice(0)) {
      const { from = "", type } = element.attrs;
      if (element.name !== "presence" || from.includes(`@${side}.`)) continue;
      if (type === undefined) view.set(from, element.getChildText("show") ?? "");
      for (const jid of type === "unavailable" ? [...view.keys()] : []) {
        if (jid === from || jid.startsWith(`${from}/`)) view.delete(jid);
      }
    }
    return view;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
    Deno.removeSync(this.directory, { recursive: true });
  }
}

function config(side: Side, other: Side, presence: string, rules: string, rateBps: number): string {
  const calls = side === "ship" ? `connect: "${HOSTS.shore}:5270"` : `listen: "${HOSTS.shore}:5270"`;
  return `
domain: ${side}.example
clients: { plaintext: { listen: "${HOSTS[side]}:5221", insecure: true } }
peers:
  ${other}:
    domains: [${other}.example]
    profile: halyard
    presence: ${presence}
    rules: ${rules}
    carriers:
      - tcp: { ${calls}, allow_from: ["${HOSTS[other]}"], retry_most: 10s, rate: ${rateBps}bps }
`;
}

const CASES: readonly (readonly [presence: string, rules: string])[] = [
  ["{ damp: 20s }", "none"],
  ["{ damp: 0s, on_link_down: strict }", "hf"],
  ["{ by_domain: false }", "none"],
  ["{ damp: 20s }", "text-only"],
  ["{ damp: 20s }", "[{ match: { kind: presence, show: away }, hold: 10m }, hf]"],
];

for (const [presence, rules] of CASES) {
  const how = `presence ${presence}, rules ${rules}`;
  Deno.test(`profile halyard: whatever happens, in the end every client sees who is there: ${how}`, async () => {
    const happens = async (events: readonly Event[]) => {
      await using stage = new Stage();
      await stage.begin(presence, rules);
      for (const what of events) await stage.happen(what);
      await stage.endsInTruth((show) => rules === "text-only" ? "" : show);
    };
    await fc.assert(fc.asyncProperty(fc.array(event, { maxLength: 25 }), happens), { numRuns: 12, seed: 7 });
  });
}

/** Settings with which a side may start again; the other goes on. */
const SETTINGS = ["{ damp: 0s }", "{ damp: 20s, by_domain: false }", "{ damp: 0s, on_link_down: strict }"];
const RULES = ["none", "hf", "[{ match: { kind: presence, show: away }, hold: 10m }]"];
const change = fc.record({
  changes: fc.constantFrom(...SIDES),
  presence: fc.constantFrom(...SETTINGS),
  rules: fc.constantFrom(...RULES),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

Deno.test("profile halyard: whatever is configured in between, in the end every client sees who is there", async () => {
  const happens = async (events: readonly (Event | Change)[]) => {
    await using stage = new Stage();
    await stage.begin("{ damp: 0s }");
    for (const what of events) {
      if (typeof what === "object" && "changes" in what) {
        await stage.restartWith(what.changes, what.presence, what.rules);
      } else await stage.happen(what);
    }
    await stage.endsInTruth((show) => show);
  };
  const any = fc.oneof({ weight: 10, arbitrary: event }, { weight: 1, arbitrary: change });
  await fc.assert(fc.asyncProperty(fc.array(any, { maxLength: 25 }), happens), { numRuns: 15, seed: 12 });
});

Deno.test("profile halyard: where rosters disagree those who may see a user do, and nobody else", async () => {
  await using stage = new Stage();
  await stage.begin("{ damp: 0s }");
  // Paris believes that he sees Romeo, who has put an end to that.
  stage.befriend("ship", "romeo", "paris@shore.example", "none");
  const seen = async () => {
    await stage.world.clock.advance(60_000);
    return PEOPLE.shore.filter((name) => {
      const watcher = stage.watchers.get(`${name}@shore.example/a`);
      return watcher !== undefined && stage.look(watcher).has("romeo@ship.example/a");
    });
  };
  const romeo = { person: { side: "ship", name: "romeo" }, resource: "a" } as const;
  for (const name of PEOPLE.shore) await stage.act({ person: { side: "shore", name }, resource: "a" }, "");
  await stage.world.clock.advance(60_000);
  await stage.act(romeo, "away");
  assert.deepEqual(await seen(), ["juliet", "nurse", "tybalt", "rosaline"]);
  await stage.act(romeo, "dnd");
  assert.deepEqual(await seen(), ["juliet", "nurse", "tybalt", "rosaline"]);
  await stage.act(romeo, "leaves");
  assert.deepEqual(await seen(), []);
});

Deno.test("profile halyard: who was announced just before his server stopped is not believed to be there", async () => {
  await using stage = new Stage();
  await stage.begin("{ damp: 0s }");
  await stage.act({ person: { side: "shore", name: "juliet" }, resource: "a" }, "");
  await stage.world.clock.advance(60_000);
  await stage.act({ person: { side: "ship", name: "romeo" }, resource: "a" }, "away");
  // It has left, and is lost on its way; the farewell of the stop does not even leave.
  await stage.happen("cut");
  await stage.happen("ship");
  await stage.happen("mend");
  await stage.world.clock.advance(3_600_000);
  const juliet = stage.watchers.get("juliet@shore.example/a");
  assert.ok(juliet);
  assert.deepEqual([...stage.look(juliet)], []);
});

Deno.test("profile halyard: what rules have kept out is asked for once they let it in", async () => {
  await using stage = new Stage();
  const withoutJuliet =
    "[{ direction: in, match: { kind: presence, from: juliet@shore.example }, drop: true }]";
  await stage.begin("{ damp: 0s }", withoutJuliet);
  const romeo = { person: { side: "ship", name: "romeo" }, resource: "a" } as const;
  const seen = async () => {
    await stage.world.clock.advance(600_000);
    await stage.act(romeo, "");
    await stage.world.clock.advance(600_000);
    return [...stage.look(stage.watchers.get("romeo@ship.example/a") ?? assert.fail()).keys()].sort();
  };
  for (const name of ["juliet", "nurse"] as const) {
    await stage.act({ person: { side: "shore", name }, resource: "a" }, "away");
  }
  assert.deepEqual(await seen(), ["nurse@shore.example/a"]);
  await stage.restartWith("ship", "{ damp: 0s }", withoutJuliet);
  assert.deepEqual(await seen(), ["nurse@shore.example/a"]);
  assert.equal(stage.world.server("ship").status().metrics.halyard_presence_questions_total, undefined);
  // Long enough that all that was known is no longer shown.
  await stage.restartWith("ship", "{ damp: 0s }", "none", 2 * 3_600_000);
  assert.deepEqual(await seen(), ["juliet@shore.example/a", "nurse@shore.example/a"]);
});

Deno.test("profile halyard: on a slow link a question may take long, and nobody asks again meanwhile", async () => {
  await using stage = new Stage(75);
  await stage.begin("{}");
  await stage.act({ person: { side: "shore", name: "juliet" }, resource: "a" }, "");
  const { client } = stage.watchers.get("juliet@shore.example/a") ?? assert.fail();
  const body = base64(seededRandom(5).bytes(3_600));
  client.send(`<message type='chat' to='romeo@ship.example'><body>${body}</body></message>`);
  await stage.world.clock.advance(10_000);
  for (const name of ["romeo", "benvolio"]) {
    await stage.act({ person: { side: "ship", name }, resource: "a" }, "");
    await stage.world.clock.advance(6 * 60_000);
  }
  const { metrics } = stage.world.server("ship").status();
  assert.equal(metrics.halyard_presence_questions_total, 1);
  assert.equal(
    metrics['halyard_presence_probes_spared_total{why="outstanding"}'],
    9,
    "it is not answered yet",
  );
});

Deno.test("profile halyard: an old backup put back makes nobody be believed who has gone since, or missed who has come", async () => {
  await using stage = new Stage();
  await stage.begin("{ damp: 0s }");
  const paris = { person: { side: "shore", name: "paris" }, resource: "a" } as const;
  const nurse = { person: { side: "shore", name: "nurse" }, resource: "a" } as const;
  const juliet = { person: { side: "shore", name: "juliet" }, resource: "a" } as const;
  const romeo = { person: { side: "ship", name: "romeo" }, resource: "a" } as const;
  for (const who of [paris, juliet, romeo]) await stage.act(who, "away");
  await stage.world.clock.advance(60_000);
  const [live, old] = [`${stage.directory}/ship`, `${stage.directory}/old`];
  await stage.restartShip(() => Deno.renameSync(live, old), () => copyDirectory(old, live));
  await stage.world.clock.advance(60_000);
  await stage.act(paris, "leaves");
  await stage.act(nurse, "dnd");
  await stage.world.clock.advance(3_600_000);
  await stage.restartShip(() => Deno.removeSync(live, { recursive: true }), () => copyDirectory(old, live));
  await stage.world.clock.advance(60_000);
  await stage.act(romeo, "away");
  // What is wrong shows as soon as the other side has something to say.
  await stage.act(juliet, "dnd");
  await stage.world.clock.advance(3_600_000);
  const watcher = stage.watchers.get("romeo@ship.example/a");
  assert.ok(watcher);
  assert.deepEqual([...stage.look(watcher)].sort(), [
    ["juliet@shore.example/a", "dnd"],
    ["nurse@shore.example/a", "dnd"],
  ]);
});

function copyDirectory(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name } of Deno.readDirSync(from)) Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
}
