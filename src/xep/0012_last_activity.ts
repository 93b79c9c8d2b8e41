import type { Clock } from "../base/mod.ts";
import type { Feature, IqHandler } from "../router/mod.ts";
import { type Jid, NS } from "../stanza/mod.ts";
import { xml } from "../xml/mod.ts";

/** What the answers are made of. */
export interface LastActivityOptions {
  readonly clock: Clock;
  /** Whether `requester` may see the presence of `account`. */
  readonly maySee: (account: Jid, requester: Jid) => boolean;
  readonly isAvailable: (username: string) => boolean;
  /** When an account that is not available was last so, milliseconds since 1970, if that is known. */
  readonly lastSeenMs: (username: string) => number | undefined;
}

/** When an account was last there, for those who may see its presence (XEP-0012 section 4). */
export function lastActivity(options: LastActivityOptions): Feature {
  const { clock, maySee, isAvailable, lastSeenMs } = options;
  const get: IqHandler = ({ to, from }) => {
    // The same as for an account that does not exist, so that accounts cannot be probed.
    if (!maySee(to, from)) return { error: { condition: "service-unavailable" } };
    const seenMs = isAvailable(to.local) ? clock.nowMs() : lastSeenMs(to.local);
    if (seenMs === undefined) return { error: { condition: "item-not-found" } };
    const seconds = Math.max(0, Math.floor((clock.nowMs() - seenMs) / 1_000));
    return { result: xml("query", { xmlns: NS.LAST_ACTIVITY, seconds: String(seconds) }) };
  };
  return {
    specifications: [{ id: "XEP-0012", title: "Last Activity", version: "2.0" }],
    accountFeatures: [NS.LAST_ACTIVITY],
    accountIq: { [`get {${NS.LAST_ACTIVITY}}query`]: get },
  };
}
