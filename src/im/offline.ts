import { errorText } from "../base/mod.ts";
import { messageType, NS, type Stanza, withDelay } from "../stanza/mod.ts";
import { type Element, elementsOf, readXml, textSizeBytes, writeXml } from "../xml/mod.ts";
import type { OfflineMessage } from "../storage/mod.ts";
import type { ImOptions } from "./options.ts";
import type { Resource } from "./user.ts";

/** XML that is sent in one go; a single message may be larger. */
const BATCH_SIZE_BYTES = 65_536;
/** Messages that are looked at for it. */
const BATCH_MESSAGES = 64;

type Options = Pick<ImOptions, "domain" | "limits" | "log" | "metrics" | "storage">;

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
    if (forbidsStore(element)) return element.getChild("body") === undefined;
    const bounds = { messages: limits.offlineMessages, sizeBytes: limits.offlineSizeBytes };
    const kept = storage.offline.add(to.local, writeXml(element), receivedMs, bounds);
    metrics.count("halyard_offline_messages_total", { kept: kept ? "yes" : "full" });
    return kept;
  }

  /**
   * Sends a resource what was kept, a batch at a time: the next one when the network has taken the last, since what
   * may wait for a client is bounded. One resource gets all of it; when it leaves in between, another one gets the
   * rest.
   *
   * At least once: a message is removed when it has gone to the network, so a client that breaks just then gets it
   * again at the next log-in. What comes meanwhile for that resource is kept behind it (`follows`).
   */
  deliver(resource: Resource): void {
    const { resources, willing } = resource.user;
    if ([...resources.values()].some(({ takesOffline }) => takesOffline)) return;
    const receiver = willing.includes(resource) ? resource : willing[0];
    if (receiver !== undefined) this.#sendBatch(receiver);
  }

  /**
   * Takes a message for a resource that has not been sent all that was kept: it comes behind that, since order counts
   * (RFC 6120 section 10.1).
   * @returns false when it is to be sent at once
   */
  follows(resource: Resource, stanza: Stanza): boolean {
    if (!resource.hasOfflineLeft) return false;
    const type = messageType(stanza);
    const { element } = stanza;
    if ((type !== "chat" && type !== "normal") || !hasSubstance(element) || forbidsStore(element)) {
      return false;
    }
    return this.keep(stanza);
  }

  /** A resource has ended: what it had not taken is for the others. */
  left(resource: Resource): void {
    if (resource.takesOffline) this.deliver(resource);
  }

  #sendBatch(resource: Resource): void {
    const { offline } = this.#options.storage;
    const { session, user } = resource;
    const sent: number[] = [];
    const unreadable: number[] = [];
    let sizeBytes = 0;
    const list = offline.list(user.username, BATCH_MESSAGES + 1);
    for (const kept of list.slice(0, BATCH_MESSAGES)) {
      sizeBytes += textSizeBytes(kept.xml);
      if (sent.length > 0 && sizeBytes > BATCH_SIZE_BYTES) break;
      const message = this.#read(kept);
      if (message === undefined) unreadable.push(kept.id);
      else if (session.send(message)) sent.push(kept.id);
      else break;
    }
    offline.remove(user.username, unreadable);
    resource.takesOffline = sent.length > 0;
    resource.hasOfflineLeft = sent.length > 0 && sent.length + unreadable.length < list.length;
    if (sent.length > 0) {
      session.whenSent(() => {
        offline.remove(user.username, sent);
        resource.takesOffline = false;
        resource.hasOfflineLeft = false;
        this.deliver(resource);
      });
    } else if (unreadable.length > 0) this.#sendBatch(resource);
  }

  /** A message as it was kept, with its time; undefined when it cannot be read, which must not hold up the others. */
  #read({ id, xml, receivedMs }: OfflineMessage): Element | undefined {
    const { domain, log } = this.#options;
    try {
      return withDelay(readXml(xml), domain, receivedMs);
    } catch (error) {
      log.error("kept message is unreadable", { id, error: errorText(error) });
      return undefined;
    }
  }
}

/** Whether a message asks not to be stored (XEP-0334). */
function forbidsStore(message: Element): boolean {
  return message.getChild("no-store", NS.HINTS) !== undefined;
}

/** Whether there is more to a message than a chat state and what goes with it. */
function hasSubstance(message: Element): boolean {
  return elementsOf(message).some((child) => {
    const { xmlns } = child.attrs;
    return xmlns === undefined ? child.name !== "thread" : !ACCOMPANIMENT.has(xmlns);
  });
}
