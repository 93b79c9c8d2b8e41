import { type Stanza, subscriptionType } from "../stanza/mod.ts";
import type { ImOptions } from "./options.ts";
import type { Probes } from "./probes.ts";
import type { RemotePresence } from "./remote_presence.ts";
import type { Rosters } from "./rosters.ts";
import type { Sessions } from "./sessions.ts";
import { seesContact } from "./subscription_item.ts";
import type { Subscriptions } from "./subscriptions.ts";

type Options = Pick<ImOptions, "domain" | "metrics">;

/** Presence to our accounts, from wherever (RFC 6121 sections 3, 4 and 8.5). */
export class InboundPresence {
  readonly #options: Options;
  readonly #sessions: Sessions;
  readonly #rosters: Rosters;
  readonly #subscriptions: Subscriptions;
  readonly #probes: Probes;
  readonly #remote: RemotePresence;

  constructor(
    options: Options,
    sessions: Sessions,
    rosters: Rosters,
    subscriptions: Subscriptions,
    probes: Probes,
    remote: RemotePresence,
  ) {
    this.#options = options;
    this.#sessions = sessions;
    this.#rosters = rosters;
    this.#subscriptions = subscriptions;
    this.#probes = probes;
    this.#remote = remote;
  }

  receive(stanza: Stanza): void {
    const type = subscriptionType(stanza);
    if (type !== undefined) return this.#subscriptions.receive(stanza, type);
    switch (stanza.type) {
      case "":
      case "unavailable":
        return this.#announced(stanza);
      case "probe":
        return this.#probes.answer(stanza);
      case "error":
        return this.#failed(stanza);
      default:
        this.#options.metrics.count("halyard_presence_dropped_total", { why: "unknown type" });
    }
  }

  /**
   * Presence to a full JID was directed there by its sender, and may differ from what everybody sees;
   * presence to a bare JID whose owner is not subscribed likewise. Neither says anything about later.
   */
  #announced(stanza: Stanza): void {
    if (stanza.to.isBare && this.#isFromWatched(stanza)) this.#remote.heard(stanza);
    if (stanza.type === "unavailable") this.#forgetDirected(stanza);
    this.#deliver(stanza);
  }

  #failed(stanza: Stanza): void {
    const answersProbe = this.#isFromWatched(stanza) && this.#remote.failed(stanza);
    if (!answersProbe) this.#deliver(stanza);
  }

  /** Whether presence comes from a contact on another server, and its addressee is subscribed to him. */
  #isFromWatched({ from, to }: Stanza): boolean {
    return from.domain !== this.#options.domain &&
      seesContact(this.#rosters.get(to.local, from.bare.toString()));
  }

  /** One who has gone need not learn that we go (section 4.6.1). */
  #forgetDirected({ from, to }: Stanza): void {
    for (const { directed } of this.#sessions.user(to.local)?.resources.values() ?? []) {
      directed.delete(from.toString());
    }
  }

  #deliver({ to, element }: Stanza): void {
    if (to.isBare) this.#sessions.user(to.local)?.deliver(element);
    else this.#sessions.resource(to)?.session.send(element);
  }
}
