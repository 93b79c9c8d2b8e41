import { NS, type Stanza, withDelay } from "../stanza/mod.ts";
import { type Element, elementsOf, writeXml } from "../xml/mod.ts";
import type { ImOptions } from "./options.ts";
import { readStored } from "./stored_xml.ts";
import type { Resource } from "./user.ts";

type Options = Pick<ImOptions, "domain" | "limits" | "metrics" | "storage">;

/** Children that mean nothing without something else: a message of these alone is not kept. */
const ACCOMPANIMENT: ReadonlySet<string> = new Set([NS.CHAT_STATES, NS.HINTS, NS.STANZA_ID, NS.DELAY]);

/** Messages for users who are away (XEP-0160). */
export class Offline {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Keeps a message until somebody takes it; one that is worth nothing later is dropped.
   * @returns false when its sender has to be told that it cannot be kept: too much is kept already, or the
   * message itself forbids it (XEP-0334)
   */
  keep(stanza: Stanza): boolean {
    const { limits, metrics, storage } = this.#options;
    const { element, to, receivedMs } = stanza;
    if (!hasSubstance(element)) {
      metrics.count("halyard_messages_ignored_total", { condition: "nothing to keep" });
      return true;
    }
    if (element.getChild("no-store", NS.HINTS) !== undefined) return element.getChild("body") === undefined;
    const bounds = { messages: limits.offlineMessages, sizeBytes: limits.offlineSizeBytes };
    const kept = storage.offline.add(to.local, writeXml(element), receivedMs, bounds);
    metrics.count("halyard_offline_messages_total", { kept: kept ? "yes" : "full" });
    return kept;
  }

  /**
   * Sends a resource what was kept. Each message is removed once it has gone to the network; until then no
   * other resource gets it, and when this one breaks before, the next one does.
   */
  deliver(resource: Resource): void {
    const { storage, domain } = this.#options;
    const { session, user } = resource;
    const inFlight = new Set([...user.resources.values()].flatMap((other) => [...other.offlineInFlight]));
    const sent: number[] = [];
    for (const { id, xml, receivedMs } of storage.offline.list(user.username)) {
      if (inFlight.has(id)) continue;
      if (!session.send(withDelay(readStored(xml), domain, receivedMs))) break;
      sent.push(id);
      resource.offlineInFlight.add(id);
    }
    if (sent.length === 0) return;
    session.whenSent(() => {
      storage.offline.remove(user.username, sent);
      for (const id of sent) resource.offlineInFlight.delete(id);
    });
  }
}

/** Whether there is more to a message than a chat state and what goes with it. */
function hasSubstance(message: Element): boolean {
  return elementsOf(message).some((child) => {
    const { xmlns } = child.attrs;
    return xmlns === undefined ? child.name !== "thread" : !ACCOMPANIMENT.has(xmlns);
  });
}
