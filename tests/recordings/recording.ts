import { type Element, writeXml } from "../../src/xml/mod.ts";
import { PASSWORD, ShipAndShore, type Side } from "../interop/ship_and_shore.ts";
import { Waiting } from "../support/waiting.ts";
import { recordingPath } from "./read.ts";

const LINK = { rateBps: 1_000_000, delayMs: 20 };
const WAIT_MS = 20_000;
const LONGEST_LINE_CHARS = 118;

/** The two who talk in every recording. */
export const ROMEO = "romeo@ship.example";
export const JULIET = "juliet@shore.example";

/** How a client is recorded. */
export interface Scenario {
  /** The client and its version, as the header names them. @throws {Error} when it is not there */
  readonly client: () => string;
  /** What they do, for the header. */
  readonly about: string;
  /** Plays it. */
  readonly play: (stage: Stage) => Promise<void>;
}

/** Where it is played, and what crosses the link meanwhile. */
export class Stage {
  readonly lines: string[] = [];
  readonly #crossed = new Waiting<string>((line) => line);
  #world: ShipAndShore | undefined;

  private constructor() {}

  /** Sets the stage: two servers, and a link between them that changes nothing. */
  static async set(): Promise<Stage> {
    const stage = new Stage();
    stage.#world = await ShipAndShore.start(LINK, {
      profile: "xep-0361",
      compression: "none",
      rules: "none",
      overhear: (from, stanza) => stage.#overhear(from, stanza),
    });
    return stage;
  }

  /** What a client needs to log in to the server of that side. */
  login(side: Side): { readonly password: string; readonly port: number; readonly ca: string } {
    const port = this.#servers.site(side).ports.starttls;
    return { password: PASSWORD, port, ca: this.#servers.certificate(side) };
  }

  /** Resolves once a stanza that was not waited for before has left that side. @throws {Error} after 20 s */
  async crossed(side: Side, pattern: RegExp): Promise<string> {
    const isMeant = (line: string) => line.startsWith(`${side} > `) && pattern.test(line);
    return await this.#crossed.next(isMeant, `${side} > ${pattern}`, WAIT_MS);
  }

  /** Plays a part; when it fails, its error says what the servers have written. */
  explain(part: () => Promise<void>): Promise<void> {
    return this.#servers.explain(part);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#world?.[Symbol.asyncDispose]();
  }

  get #servers(): ShipAndShore {
    if (this.#world === undefined) throw new Error("Cannot play: the stage is not set");
    return this.#world;
  }

  #overhear(from: Side, stanza: Element): void {
    const line = `${from} > ${writeXml(stanza).replaceAll("\n", "&#10;")}`;
    this.lines.push(line);
    this.#crossed.arrive(line);
  }
}

/** Records a scenario into its file. @returns how many stanzas crossed */
export async function record(name: string, { client, about, play }: Scenario): Promise<number> {
  const version = client();
  await using stage = await Stage.set();
  await stage.explain(() => play(stage));
  const header =
    `What ${version} sends across a link that changes nothing (rules none, not shortened, xep-0361): ` +
    `${about}. \`ship >\` goes to the shore, \`shore >\` to the ship. Made by \`deno task record ${name}\`.`;
  await Deno.writeTextFile(
    recordingPath(name),
    `${comment(header)}${stage.lines.map((line) => `${line}\n`).join("")}`,
  );
  return stage.lines.length;
}

/** The version of a Debian package. @throws {Error} when it is not installed */
export function debianVersion(name: string): string {
  const asked = new Deno.Command("dpkg-query", { args: ["-W", "-f", "${Version}", name] }).outputSync();
  if (!asked.success) throw new Error(`Cannot record ${name}: it is not installed`);
  return new TextDecoder().decode(asked.stdout);
}

function comment(text: string): string {
  let lines = "";
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > LONGEST_LINE_CHARS) {
      lines += `${line}\n`;
      line = "#";
    }
    line += ` ${word}`;
  }
  return `${lines}${line}\n`;
}
