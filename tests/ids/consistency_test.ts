import assert from "node:assert/strict";
import { World } from "../../src/sim/mod.ts";
import type { Element } from "../../src/xml/mod.ts";
import { SimClient } from "../support/sim_client.ts";

const SHIP = { host: "192.0.2.1", port: 5221, domain: "ship.example" } as const;
const SHORE = { host: "192.0.2.2", port: 5221, domain: "shore.example" } as const;
const UUID = "c4c1d6a0-93e1-4d2b-8f1e-2b8c9d3e4f50";
const OTHER = "0f8fad5b-d9cb-469f-a165-70867728950e";
/** What a side gives: stem and life, and a counter. */
const GIVEN = /^[\w-]{8}-[0-9a-z]+$/;
const RECEIPTS = "urn:xmpp:receipts";

type Name = "ship" | "shore";

/** Two servers on a slow link, on disk so that they can be restarted, and a client on each side. */
class Stage {
  readonly world = new World({ link: { rateBps: 2_400, delayMs: 300 } });
  readonly #directory = Deno.makeTempDirSync();

  static async open(shortens: Readonly<Record<Name, boolean>> = { ship: true, shore: true }): Promise<Stage> {
    const stage = new Stage();
    for (const name of ["ship", "shore"] as const) {
      const { host } = name === "ship" ? SHIP : SHORE;
      await stage.world.add(name, host, yaml(name, shortens[name]), `${stage.#directory}/${name}.db`);
    }
    stage.world.addAccount("ship", "romeo");
    stage.world.addAccount("shore", "juliet");
    return stage;
  }

  async romeo(): Promise<SimClient> {
    return await this.#login(SHIP, "romeo", "deck");
  }

  async juliet(): Promise<SimClient> {
    return await this.#login(SHORE, "juliet", "home");
  }

  /** The next message of a client that `wanted` accepts. */
  async next(client: SimClient, wanted: (element: Element) => boolean): Promise<Element> {
    const find = () => client.inbox.findIndex((element) => element.name === "message" && wanted(element));
    await this.world.clock.until(() => find() >= 0, 600_000);
    const [found] = client.inbox.splice(find(), 1);
    if (found === undefined) throw new Error("nothing came");
    return found;
  }

  /** The next message with that body. */
  said(client: SimClient, body: string): Promise<Element> {
    return this.next(client, (element) => element.getChildText("body") === body);
  }

  async #login(at: typeof SHIP | typeof SHORE, name: string, resource: string): Promise<SimClient> {
    const client = await SimClient.login(this.world, at, name, resource);
    client.send("<presence/>");
    await this.world.clock.advance(5_000);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
    Deno.removeSync(this.#directory, { recursive: true });
  }
}

function yaml(name: Name, shorten: boolean): string {
  const other = name === "ship" ? "shore" : "ship";
  const tcp = name === "ship"
    ? `connect: "192.0.2.2:5270"`
    : `listen: "192.0.2.2:5270", allow_from: ["192.0.2.1"]`;
  return `
domain: ${name}.example
clients: { plaintext: { listen: "${name === "ship" ? SHIP.host : SHORE.host}:5221", insecure: true } }
peers:
  ${other}:
    domains: [${other}.example]
    profile: halyard
    shorten: ${shorten}
    carriers: [{ tcp: { ${tcp} } }]
`;
}

function message(to: string, id: string, body: string, more = ""): string {
  return `<message type='chat' to='${to}' id='${id}'><body>${body}</body>` +
    `<request xmlns='${RECEIPTS}'/><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/>${more}</message>`;
}

function idOf(element: Element): string {
  const { id = "" } = element.attrs;
  assert.equal(element.getChild("origin-id")?.attrs.id, id, "origin id and id part");
  return id;
}

Deno.test("both sides have one id each for a message, and all that refers to it finds it, also after restarts", async () => {
  await using stage = await Stage.open();
  const [romeo, juliet] = [await stage.romeo(), await stage.juliet()];
  romeo.send(message("juliet@shore.example", UUID, "Soft"));
  const seen = idOf(await stage.said(juliet, "Soft"));
  assert.match(seen, GIVEN);

  juliet.send(
    `<message to='romeo@ship.example/deck' id='r1'><received xmlns='${RECEIPTS}' id='${seen}'/></message>`,
  );
  const receipt = await stage.next(romeo, (element) => element.getChild("received") !== undefined);
  assert.equal(receipt.getChild("received")?.attrs.id, UUID);

  await stage.world.restart("ship");
  await stage.world.restart("shore");
  const [romeoAgain, julietAgain] = [await stage.romeo(), await stage.juliet()];
  const correction = `<replace xmlns='urn:xmpp:message-correct:0' id='${UUID}'/>`;
  romeoAgain.send(message("juliet@shore.example", OTHER, "But soft", correction));
  const corrected = await stage.said(julietAgain, "But soft");
  assert.equal(corrected.getChild("replace")?.attrs.id, seen);
  assert.notEqual(idOf(corrected), seen);

  julietAgain.send(
    `<message type='chat' to='romeo@ship.example/deck' id='r2'><reactions xmlns='urn:xmpp:reactions:0' ` +
      `id='${seen}'><reaction>\u{1f339}</reaction></reactions></message>`,
  );
  const reaction = await stage.next(romeoAgain, (element) => element.getChild("reactions") !== undefined);
  assert.equal(reaction.getChild("reactions")?.attrs.id, UUID);
});

Deno.test("an error for a message comes back with the id that its client gave", async () => {
  await using stage = await Stage.open();
  const romeo = await stage.romeo();
  romeo.send(message("nobody@shore.example", UUID, "Who is there"));
  const error = await stage.next(romeo, (element) => element.attrs.type === "error");
  assert.equal(error.attrs.id, UUID);
});

Deno.test("a request is answered by the id that its client gave", async () => {
  await using stage = await Stage.open();
  const romeo = await stage.romeo();
  romeo.send(`<iq type='get' to='shore.example' id='${UUID}'><ping xmlns='urn:xmpp:ping'/></iq>`);
  await stage.world.clock.until(() => romeo.inbox.some(({ attrs }) => attrs.id === UUID), 600_000);
  assert.ok(
    romeo.inbox.some(({ name, attrs }) => name === "iq" && attrs.id === UUID && attrs.type === "result"),
  );
});

Deno.test("a message that was kept for somebody away has the id by which it crossed", async () => {
  await using stage = await Stage.open();
  const romeo = await stage.romeo();
  romeo.send(message("juliet@shore.example", UUID, "Later"));
  await stage.world.clock.advance(60_000);
  const seen = idOf(await stage.said(await stage.juliet(), "Later"));
  assert.match(seen, GIVEN);
  romeo.send(
    message(
      "juliet@shore.example",
      OTHER,
      "Late",
      `<replace xmlns='urn:xmpp:message-correct:0' id='${UUID}'/>`,
    ),
  );
  const juliet = await stage.juliet();
  assert.equal((await stage.said(juliet, "Late")).getChild("replace")?.attrs.id, seen);
});

Deno.test("an encrypted message keeps its id: what is inside may name it", async () => {
  await using stage = await Stage.open();
  const [romeo, juliet] = [await stage.romeo(), await stage.juliet()];
  const secret = "<encrypted xmlns='urn:xmpp:omemo:2'><payload>aGFseWFyZA==</payload></encrypted>";
  romeo.send(message("juliet@shore.example", UUID, "I sent you an OMEMO message", secret));
  const came = await stage.said(juliet, "I sent you an OMEMO message");
  assert.equal(idOf(came), UUID);
  assert.equal(came.getChild("encrypted")?.getChildText("payload"), "aGFseWFyZA==");
});

for (const shortens of [{ ship: true, shore: false }, { ship: false, shore: true }]) {
  Deno.test(`only one side shortens (${shortens.ship ? "ship" : "shore"}): both understand one another`, async () => {
    await using stage = await Stage.open(shortens);
    const [romeo, juliet] = [await stage.romeo(), await stage.juliet()];
    for (
      const [from, to, jid, id] of [
        [romeo, juliet, "juliet@shore.example", UUID],
        [juliet, romeo, "romeo@ship.example", OTHER],
      ] as const
    ) {
      from.send(message(jid, id, `I am ${id}`));
      const came = await stage.said(to, `I am ${id}`);
      const isShort = from === romeo ? shortens.ship : shortens.shore;
      assert.equal(GIVEN.test(idOf(came)), isShort);
      assert.equal(idOf(came) === id, !isShort);
      to.send(
        `<message to='${came.attrs.from}' id='r'><received xmlns='${RECEIPTS}' id='${
          idOf(came)
        }'/></message>`,
      );
      const receipt = await stage.next(from, (element) => element.getChild("received") !== undefined);
      assert.equal(receipt.getChild("received")?.attrs.id, id);
    }
  });
}
