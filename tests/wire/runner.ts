import assert from "node:assert/strict";
import { World } from "../../src/sim/mod.ts";
import { type Element, elementsOf, writeXml, XmlParser } from "../../src/xml/mod.ts";
import { DEFAULT_XML_LIMITS } from "../../src/xml/mod.ts";
import { SimClient } from "../support/sim_client.ts";

/** How long an expected stanza may take, in virtual time. */
const PATIENCE_MS = 3_600_000;

const HOSTS: Readonly<Record<string, string>> = { ship: "192.0.2.1", shore: "192.0.2.2" };
const CLIENT_PORT = 5221;
const LINK_PORT = 5270;

/** Where people live unless a transcript says otherwise. */
const HOMES: Readonly<Record<string, string>> = {
  romeo: "ship",
  benvolio: "ship",
  juliet: "shore",
  nurse: "shore",
};

/**
 * Runs a transcript: see `docs/testing.md` for its language. Fails with the line's number and with what the client
 * had been sent.
 */
export async function runTranscript(text: string): Promise<void> {
  const lines = text.split("\n").map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== "" && !line.text.startsWith("#"));
  await using stage = new Stage();
  for (const line of lines) {
    try {
      await stage.play(line.text);
    } catch (error) {
      throw new Error(`line ${line.number}: ${line.text}\n${error instanceof Error ? error.message : error}`);
    }
  }
}

type Step = (...words: string[]) => Promise<void> | void;

class Stage {
  #world: World | undefined;
  readonly #clients = new Map<string, SimClient>();
  readonly #settings = new Map<string, string>();
  #mark = { forth: 0, back: 0 };
  readonly #directory = Deno.makeTempDirSync();

  readonly #steps: readonly (readonly [RegExp, Step])[] = [
    [/^set (\w+) (.+)$/, (key = "", value = "") => void this.#settings.set(key, value)],
    [/^link (\d+)bps (\d+)ms$/, (rate, delay) => this.#begin(Number(rate), Number(delay))],
    [/^link down$/, () => this.#now.link.cut()],
    [/^link up$/, () => this.#now.link.mend()],
    [/^link mark$/, () => void (this.#mark = { ...this.#now.link.count.sizeBytes })],
    [/^link carried nothing$/, () => this.#carried(0)],
    [/^link carried something$/, () => assert.ok(this.#carriedBytes() > 0)],
    [/^link carried at most (\d+) bytes$/, (most) => this.#carried(Number(most))],
    [/^\+(\d+)(s|m|h)$/, (count, unit) => this.#pass(Number(count), unit)],
    [/^(\w+) restarts$/, (name = "") => this.#now.restart(name)],
    [
      /^(\w+) is off for (\d+)(s|m|h)$/,
      (name = "", count, unit) => this.#now.restart(name, () => this.#pass(Number(count), unit)),
    ],
    [/^([\w/]+) logs in$/, (who = "") => this.#login(who)],
    [/^([\w/]+) logs out$/, (who = "") => this.#client(who).logout()],
    [/^([\w/]+) breaks off$/, (who = "") => this.#client(who).drop()],
    [
      /^([\w/]+) is cut off$/,
      (who = "") => this.#now.clock.until(() => this.#client(who).ended, PATIENCE_MS),
    ],
    [/^([\w/]+) forgets$/, (who = "") => this.#forget(who)],
    [/^([\w/]+) > (.+)$/, (who = "", xml = "") => this.#client(who).send(xml)],
    [/^([\w/]+) < nothing$/, (who = "") => this.#expectNothing(who)],
    [
      /^([\w/]+) < (<.*>)( exactly)?$/,
      (who = "", xml = "", exactly) => this.#expect(who, xml, exactly !== undefined),
    ],
  ];

  async play(line: string): Promise<void> {
    for (const [pattern, step] of this.#steps) {
      const match = pattern.exec(line);
      if (match === null) continue;
      await step(...match.slice(1));
      return;
    }
    throw new Error("this line means nothing to the runner");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#world?.[Symbol.asyncDispose]();
    Deno.removeSync(this.#directory, { recursive: true });
  }

  get #now(): World {
    assert.ok(this.#world, "a transcript begins with its link, such as: link 2400bps 500ms");
    return this.#world;
  }

  async #begin(rateBps: number, delayMs: number): Promise<void> {
    const world = new World({ link: { rateBps: rateBps === 0 ? undefined : rateBps, delayMs } });
    this.#world = world;
    for (const [name, other] of [["ship", "shore"], ["shore", "ship"]] as const) {
      const folder = `${this.#directory}/${name}`;
      await world.add(name, HOSTS[name] ?? "", this.#config(name, other), `${folder}/halyard.sqlite`);
      for (const [person, home] of Object.entries(HOMES)) if (home === name) world.addAccount(name, person);
    }
    await world.clock.advance(10_000);
  }

  #config(name: string, other: string): string {
    const calls = name === "ship"
      ? `connect: "${HOSTS[other]}:${LINK_PORT}"`
      : `listen: "${HOSTS[name]}:${LINK_PORT}"`;
    return `
domain: ${name}.example
clients:
  plaintext: { listen: "${HOSTS[name]}:${CLIENT_PORT}", insecure: true }
peers:
  ${other}:
    domains: [${other}.example]
    profile: ${this.#settings.get("profile") ?? "xep-0361"}
    compression: ${this.#settings.get("compression") ?? "deflate"}
    rules: ${this.#settings.get("rules") ?? "hf"}
    queue: ${this.#settings.get("queue") ?? "{}"}
    tell_waiting: ${this.#settings.get("tell_waiting") ?? "off"}
    presence: ${this.#settings.get("presence") ?? "{}"}
    carriers:
      - tcp: { ${calls}, allow_from: ["${HOSTS[other]}"], rate: 9600bps }
`;
  }

  async #pass(count: number, unit: string | undefined): Promise<void> {
    const unitMs = unit === "h" ? 3_600_000 : unit === "m" ? 60_000 : 1_000;
    await this.#now.clock.advance(count * unitMs);
  }

  #carriedBytes(): number {
    const { forth, back } = this.#now.link.count.sizeBytes;
    return forth + back - this.#mark.forth - this.#mark.back;
  }

  #carried(most: number): void {
    const carried = this.#carriedBytes();
    assert.ok(carried <= most, `the link carried ${carried} bytes`);
  }

  async #login(who: string): Promise<void> {
    const [username = "", resource = "client"] = who.split("/");
    const home = HOMES[username];
    assert.ok(home, `${username} has no home`);
    const at = { host: HOSTS[home] ?? "", port: CLIENT_PORT, domain: `${home}.example` };
    this.#clients.set(who, await SimClient.login(this.#now, at, username, resource));
  }

  async #forget(who: string): Promise<void> {
    await this.#now.clock.settle();
    this.#client(who).inbox.length = 0;
  }

  async #expectNothing(who: string): Promise<void> {
    await this.#now.clock.settle();
    const got = this.#client(who).inbox.map(writeXml);
    assert.deepEqual(got, [], `${who} was sent: ${got.join("\n")}`);
  }

  async #expect(who: string, xml: string, exactly: boolean): Promise<void> {
    const client = this.#client(who);
    await this.#now.clock.until(() => client.inbox.length > 0 || client.ended, PATIENCE_MS);
    const got = client.inbox.shift();
    assert.ok(got, `${who} was sent nothing more`);
    const fault = mismatch(parse(xml), got, exactly);
    assert.equal(fault, undefined, `${who} was sent ${writeXml(got)}: ${fault}`);
  }

  #client(who: string): SimClient {
    const client = this.#clients.get(who);
    assert.ok(client, `${who} has not logged in`);
    return client;
  }
}

function parse(xml: string): Element {
  const parser = new XmlParser({ limits: DEFAULT_XML_LIMITS, preset: { contentNs: "jabber:client" } });
  let found: Element | undefined;
  parser.push(new TextEncoder().encode(xml), (event) => {
    if (event.kind === "element") found = event.element;
  });
  assert.ok(found, `not an element: ${xml}`);
  return found;
}

/** What is wrong with `got` against what was expected: each part that is named has to be there. */
function mismatch(expected: Element, got: Element, exactly: boolean): string | undefined {
  if (expected.name !== got.name) return `<${got.name}/> instead of <${expected.name}/>`;
  for (const [name, value] of Object.entries(expected.attrs)) {
    if (value !== "*" && got.attrs[name] !== value) return `${name} is ${got.attrs[name] ?? "missing"}`;
  }
  if (expected.getText() !== "" && expected.getText() !== got.getText()) return `text is ${got.getText()}`;
  const children = elementsOf(got);
  for (const child of elementsOf(expected)) {
    const faults = children.map((candidate) => mismatch(child, candidate, exactly));
    if (!faults.includes(undefined)) return `no <${child.name}/> as expected in <${got.name}/>`;
  }
  if (exactly && children.length !== elementsOf(expected).length) {
    return `<${got.name}/> holds more than expected`;
  }
  return undefined;
}
