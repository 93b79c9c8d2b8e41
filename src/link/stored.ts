import { Jid, type Stanza, stanzaOf } from "../stanza/mod.ts";
import type { QueuedStanza } from "../storage/mod.ts";
import { readXml } from "../xml/mod.ts";

/**
 * A stanza out of a queue that outlived a restart.
 * @throws {Error} when it is none
 */
export function readStored({ xml, receivedMs }: QueuedStanza): Stanza {
  const element = readXml(xml);
  const { from = "", to = "" } = element.attrs;
  return stanzaOf(element, Jid.of(from), Jid.of(to), { kind: "local", name: "queue" }, receivedMs);
}
