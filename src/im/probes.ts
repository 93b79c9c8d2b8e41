import { type Stanza, stanzaOf, withDelay } from "../stanza/mod.ts";
import { type Element, xml } from "../xml/mod.ts";
import type { ImOptions } from "./options.ts";
import type { Presence } from "./presence.ts";
import { LOCAL } from "./presence_element.ts";
import type { Rosters } from "./rosters.ts";
import type { Sessions } from "./sessions.ts";
import { seenByContact } from "./subscription_item.ts";
import type { User } from "./user.ts";

type Options = Pick<ImOptions, "clock" | "domain" | "router">;

/** Answers probes about our own users (RFC 6121 sections 4.3.2 and 4.6.6). */
export class Probes {
  readonly #options: Options;
  readonly #sessions: Sessions;
  readonly #rosters: Rosters;
  readonly #presence: Presence;

  constructor(options: Options, sessions: Sessions, rosters: Rosters, presence: Presence) {
    this.#options = options;
    this.#sessions = sessions;
    this.#rosters = rosters;
    this.#presence = presence;
  }

  answer(probe: Stanza): void {
    if (!this.#maySee(probe)) return this.#answerStranger(probe);
    const user = this.#sessions.user(probe.to.local);
    if (!probe.to.isBare) return this.#answerForResource(probe, user);
    if (user === undefined || user.available.length === 0) {
      const seenMs = this.#presence.lastSeenMs(probe.to.local);
      const gone = reply(probe, "unavailable");
      return this.#send(probe, seenMs === undefined ? gone : withDelay(gone, this.#options.domain, seenMs));
    }
    for (const { jid, presence } of user.available) {
      if (presence !== undefined) this.#send({ ...probe, to: jid }, presence);
    }
  }

  #maySee({ from, to }: Stanza): boolean {
    return from.bare.equals(to.bare) || seenByContact(this.#rosters.get(to.local, from.bare.toString()));
  }

  /**
   * The account does not exist, or the prober may not see it: the same answer for both, which also mends the
   * prober's roster. One who was sent directed presence learns whether that resource is still there, no more.
   */
  #answerStranger(probe: Stanza): void {
    const resource = this.#sessions.resource(probe.to);
    if (resource?.isKnownTo(probe.from) === true) return this.#send(probe, xml("presence"));
    this.#send({ ...probe, to: probe.to.bare }, reply(probe, "unsubscribed"));
  }

  /** A probe to a full JID learns of that resource, and only that it is there. */
  #answerForResource(probe: Stanza, user: User | undefined): void {
    const resource = user?.resources.get(probe.to.resource);
    const isThere = resource?.presence !== undefined || resource?.isKnownTo(probe.from) === true;
    this.#send(probe, isThere ? xml("presence") : reply(probe, "unavailable"));
  }

  /** Sends presence from where the probe went to where it came from. */
  #send(probe: Stanza, presence: Element): void {
    const { clock, router } = this.#options;
    router.route(stanzaOf(presence, probe.to, probe.from, LOCAL, clock.nowMs()));
  }
}

/** Mirrors the probe's id, as section 4.3.2.1 wants it for all but available presence. */
function reply(probe: Stanza, type: "unavailable" | "unsubscribed"): Element {
  return xml("presence", { type, id: probe.element.attrs.id });
}
