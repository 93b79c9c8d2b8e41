import assert from "node:assert/strict";
import { pickPorts, Scratch, type Site, writeSite } from "../support/config.ts";
import { addUser, HalyardProcess } from "../support/process.ts";
import { XmppClient } from "../support/xmpp_client.ts";
import { type Element, xml } from "../../src/xml/mod.ts";
import { Dice } from "../support/dice.ts";
import { Promised, Writer } from "./writer.ts";

const KILLS = 10;
const WRITERS = ["ann", "ben", "cem"];
const PASSWORD = "secret";
const ABSENT = { sleeper: "sleeper@ship.example", far: "juliet@shore.example" };

/** A ship whose shore is not there yet, and what its clients were told. */
class Voyage {
  readonly promised = new Map(WRITERS.map((name) => [name, new Promised()]));
  readonly #begun = new Map(WRITERS.map((name) => [name, 0]));
  readonly #salted = new Map();
  readonly ship: Site;
  readonly shore: Site;

  private constructor(ship: Site, shore: Site) {
    this.ship = ship;
    this.shore = shore;
  }

  static async prepare(scratch: Scratch): Promise<Voyage> {
    const [shipPorts, shorePorts] = [pickPorts(), pickPorts()];
    const voyage = new Voyage(
      await writeSite(scratch.path, "ship.example", shipPorts, {
        peers: { shore: { domain: "shore.example", connectPort: shorePorts.link } },
      }),
      await writeSite(scratch.path, "shore.example", shorePorts, {
        peers: { ship: { domain: "ship.example" } },
      }),
    );
    for (const name of [...WRITERS, "sleeper"]) {
      await addUser(voyage.ship.configPath, `${name}@ship.example`, PASSWORD);
    }
    await addUser(voyage.shore.configPath, ABSENT.far, PASSWORD);
    return voyage;
  }

  login(site: Site, user: string): Promise<XmppClient> {
    const at = { port: site.ports.plaintext, domain: site.domain };
    return XmppClient.login(at, { user, password: PASSWORD, salted: this.#salted });
  }

  /** All write until `promises` answers have come; then the server is killed in the middle of it. */
  async writeUntilKilled(server: HalyardProcess, promises: number): Promise<void> {
    const enough = Promise.withResolvers<void>();
    let left = promises;
    const onPromise = () => void (--left === 0 && enough.resolve());
    const writing = [...this.promised].map(async ([name, promised]) => {
      const client = await this.login(this.ship, name);
      await client.iq("get", xml("query", { xmlns: "jabber:iq:roster" }));
      const writer = new Writer(client, name, promised, ABSENT, onPromise);
      this.#begun.set(name, await writer.run(this.#begun.get(name) ?? 0));
    });
    const written = Promise.all(writing);
    await Promise.race([enough.promise, written]);
    await server.kill();
    await written;
  }

  /** Checks that each roster holds what its owner was told it does. */
  async checkRosters(): Promise<void> {
    for (const [name, promised] of this.promised) {
      await using client = await this.login(this.ship, name);
      const items = await roster(client);
      for (const [jid, called] of promised.contacts) {
        assert.equal(items.get(jid)?.attrs.name, called, `${name} has lost ${jid}`);
        assert.equal(
          items.get(jid)?.getChildText("group"),
          "friends",
          `${name} has lost the group of ${jid}`,
        );
      }
      for (const jid of promised.asked) {
        assert.equal(items.get(jid)?.attrs.ask, "subscribe", `${name} has lost the request to ${jid}`);
      }
    }
  }

  /** Checks that one who was away gets all that was stored for him, each writer's messages in order, none twice. */
  async checkMessages(client: XmppClient, pick: (promised: Promised) => readonly string[]): Promise<void> {
    await client.send("<presence/>");
    for (const [name, promised] of this.promised) {
      const [last, ...before] = [...pick(promised)].reverse();
      if (last === undefined) continue;
      await client.message(last, 30_000);
      const heard = client.kept.filter(({ name }) => name === "message")
        .map((message) => message.getChildText("body") ?? "");
      const own = heard.filter((body) => body.startsWith(`${name} `));
      const expected = new Set(before);
      assert.deepEqual(own.filter((body) => expected.has(body)), before.reverse(), `messages of ${name}`);
      assert.equal(new Set(own).size, own.length, `messages of ${name} came twice`);
    }
  }
}

async function roster(client: XmppClient): Promise<Map<string, Element>> {
  const answer = await client.iq("get", xml("query", { xmlns: "jabber:iq:roster" }));
  const items = answer.getChild("query", "jabber:iq:roster")?.getChildren("item") ?? [];
  return new Map(items.map((item) => [item.attrs.jid ?? "", item]));
}

Deno.test("nothing that a client was told is stored is missing after ten kills in the middle of traffic", async () => {
  await using scratch = new Scratch();
  const voyage = await Voyage.prepare(scratch);
  const dice = new Dice(10);
  for (let kill = 0; kill < KILLS; kill++) {
    await using server = await HalyardProcess.start(voyage.ship.configPath);
    await voyage.checkRosters();
    await voyage.writeUntilKilled(server, dice.between(20, 120));
  }
  await using _ship = await HalyardProcess.start(voyage.ship.configPath);
  await voyage.checkRosters();
  await using sleeper = await voyage.login(voyage.ship, "sleeper");
  await voyage.checkMessages(sleeper, (promised) => promised.toSleeper);
  await using _shore = await HalyardProcess.start(voyage.shore.configPath);
  await using far = await voyage.login(voyage.shore, "juliet");
  await voyage.checkMessages(far, (promised) => promised.toFar);
  const told = [...voyage.promised.values()].map(({ contacts }) => contacts.size);
  assert(told.every((count) => count > KILLS), `too little was written: ${told}`);
});
