import { Jid, NS, type Origin, type Stanza, stanzaOf } from "../stanza/mod.ts";
import { readXml, xml } from "../xml/mod.ts";
import type { Rosters } from "./audience.ts";

const LINK: Origin = { kind: "local", name: "link" };

/**
 * What was on its way when the server stopped will arrive, and may say that somebody is there whose session has ended
 * with the server. Behind it has to go that he is not.
 * @param texts of stanzas that the far side has not confirmed, in order
 * @param rosters say for whom presence was that went to all contacts in a domain
 */
export function endedByRestart(
  texts: readonly Uint8Array[],
  nowMs: number,
  rosters: Pick<Rosters, "subscribersIn"> | undefined,
): Stanza[] {
  const decoder = new TextDecoder();
  const ended = new Map<string, Stanza>();
  for (const text of texts) {
    const element = readXml(decoder.decode(text));
    const { from = "", to = "", type } = element.attrs;
    if (element.name !== "presence" || (type !== undefined && type !== "unavailable")) continue;
    const wasForAll = element.getChild("all", NS.HALYARD) !== undefined;
    for (const jid of wasForAll ? rosters?.subscribersIn(Jid.of(from), to) ?? [] : [to]) {
      const key = `${from}\n${jid}`;
      if (type === "unavailable") ended.delete(key);
      else {ended.set(
          key,
          stanzaOf(xml("presence", { type: "unavailable" }), Jid.of(from), Jid.of(jid), LINK, nowMs),
        );}
    }
  }
  return [...ended.values()];
}
