import { Jid, type Stanza, stanzaOf } from "../../src/stanza/mod.ts";
import { readXml } from "../../src/xml/mod.ts";

/** The clients of whom there is a recording. */
export const RECORDED = ["profanity", "slixmpp", "poezio", "gajim"] as const;

/** A stanza that crossed, and the side that it left. */
export interface Recorded {
  readonly from: "ship" | "shore";
  readonly xml: string;
}

/** Where a recording stands. */
export function recordingPath(name: string): string {
  return new URL(`${name}.txt`, import.meta.url).pathname;
}

/** Reads a recording: a stanza a line, comments between. @throws {Error} when a line is anything else */
export function readRecording(name: string): readonly Recorded[] {
  const lines = Deno.readTextFileSync(recordingPath(name)).split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
    const [, from, xml = ""] = /^(ship|shore) > (.*)$/.exec(line) ?? [];
    if (from !== "ship" && from !== "shore") throw new Error(`Cannot read a recording of ${name}: ${line}`);
    return { from, xml };
  });
}

/** A recorded stanza as a server takes it. */
export function stanzaFrom({ xml }: Recorded): Stanza {
  const element = readXml(xml);
  const { from = "", to = "" } = element.attrs;
  return stanzaOf(element, Jid.of(from), Jid.of(to), { kind: "c2s", name: "recorded" }, 0);
}
